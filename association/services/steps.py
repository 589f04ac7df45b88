"""Steps that the pages offer: of a team, of a job."""

from __future__ import annotations

from association.jobs import retry_job
from association.machine import TransitionRefused
from association.models import Job, Team, User
from association.selectors.jobs import job_steps
from association.selectors.teams import team_steps
from association.workflow import fire

NOT_FROM_HERE = "Cette étape n'est pas possible maintenant : la page a été mise à jour."


def move_team(*, team: Team, step: str, actor: User, comment: str = "") -> Team:
    """Take a team through a step that needs at most a comment.

    Raises:
        TransitionRefused: with the reason in French; also for a step that the team's page does not offer.
    """
    if step not in {offer.name for offer in team_steps(team, actor=actor)}:
        raise TransitionRefused(NOT_FROM_HERE)
    return fire(team, step, actor=actor, comment=comment)


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
