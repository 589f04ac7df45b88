"""The steps of a report: approved, transmitted, acknowledged or handed back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from association.jobs import request_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.workflow import fire, lock
from reports.models import Report, ReportTransmission, ReportVersion
from reports.services.building import SEAL_JOB, request_build, seal_key

UNKNOWN = "Cette étape n'existe pas : la page a été mise à jour."


def move_report(
    *, report: Report, step: str, actor: User, comment: str = "", recipient: str = "", note: str = ""
) -> Report | Job:
    """Do one step of a report, for a caller that has a step's name: its page. Return the report, or the job asked for.

    Raises:
        TransitionRefused: with the reason in French.
        PermissionDenied: when the role does not have the step.
    """
    if step == "generate":
        return request_build(report=report, actor=actor)
    if step == "approve":
        return approve_report(report=report, actor=actor)
    if step == "transmit":
        return transmit_report(report=report, actor=actor, recipient=recipient, note=note)
    if step in ("take_back", "acknowledge", "hand_back"):
        return fire(report, step, actor=actor, comment=comment)
    raise TransitionRefused(UNKNOWN)


def approve_report(*, report: Report, actor: User) -> Report:
    """Approve the last version: its words are frozen with its numbers, and a job makes the final documents.

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        fresh = fire(report, "approve", actor=actor, by=actor)
        version = lock(_last(fresh))
        version.words = fresh.plan
        version.save(update_fields=["words"])
    request_job(
        kind=SEAL_JOB,
        title=f"Documents définitifs : {fresh}",
        key=seal_key(fresh),
        params={"report": fresh.pk},
        actor=actor,
    )
    return fresh


def transmit_report(*, report: Report, actor: User, recipient: str, note: str = "") -> Report:
    """Hand the approved version to the ARS: it sees it from now on, for ever.

    Raises:
        TransitionRefused: without a recipient, or before the documents are made.
    """
    if not recipient.strip():
        raise TransitionRefused("Indiquez à qui le rapport est transmis.")
    with transaction.atomic():
        fresh = fire(report, "transmit", actor=actor, said=f"À {recipient.strip()}.")
        ReportTransmission.objects.create(
            version=_last(fresh), recipient=recipient.strip(), note=note.strip(), sent_by=actor
        )
    return fresh


def _last(report: Report) -> ReportVersion:
    version = report.versions.order_by("-number").first()
    if version is None:
        raise ValidationError("Ce rapport n'a pas encore été produit.")
    return version
