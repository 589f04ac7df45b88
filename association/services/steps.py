"""Steps that the pages offer of a job."""

from __future__ import annotations

from association.jobs import retry_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.selectors.jobs import job_steps
from association.workflow import fire

NOT_FROM_HERE = "Cette étape n'est pas possible maintenant : la page a été mise à jour."


def move_job(*, job: Job, step: str, actor: User) -> Job:
    """Start a failed job anew, or cancel a live one.

    Raises:
        TransitionRefused: with the reason in French.
    """
    if step not in {offer.name for offer in job_steps(job, actor=actor)}:
        raise TransitionRefused(NOT_FROM_HERE)
    if step == "retry":
        return retry_job(job=job, actor=actor)
    return fire(job, step, actor=actor)
