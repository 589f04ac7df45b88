"""Writes that the pages of the ground ask for."""

from __future__ import annotations

from pathlib import Path

from django.contrib.contenttypes.models import ContentType

from association.documents import verified_path
from association.jobs import retry_job
from association.machine import TransitionRefused
from association.models import Document, Job, LookLog, Team, User
from association.permissions import require
from association.selectors import job_steps, team_steps
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


def hand_out(*, document: Document, actor: User) -> Path:
    """Return where a document lies, for a download by its reader; the look is logged.

    Raises:
        PermissionDenied: unless the actor has the permission of the document (whoever stored it).
        DocumentDamaged: when the bytes are missing or have changed.
    """
    require(actor, document.permission)
    path = verified_path(document)
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(Document),
        object_id=document.pk,
        what="téléchargement",
        actor=actor,
        reason=document.filename,
    )
    return path
