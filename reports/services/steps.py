"""The steps of a report: approved, transmitted, acknowledged or handed back; its plan while it is a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from association.jobs import request_job
from association.journal import StaleEdit, changes_since, record
from association.machine import TransitionRefused
from association.models import Job, User
from association.permissions import require
from association.workflow import fire, lock
from reports.indicators.model import Section
from reports.models import Report, ReportTransmission, ReportVersion
from reports.models.planning import validate_plan
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


def change_plan(*, report: Report, plan: Sequence[dict[str, str]], version: int, actor: User) -> Report:
    """Write the chapters, their order and their commentaries; each change is in the journal.

    Raises:
        TransitionRefused: when the report is approved.
        StaleEdit: when somebody else wrote the plan since ``version``.
        ValidationError: with what is wrong, in French.
    """
    require(actor, "reports.build_report")
    validate_plan(list(plan))
    with transaction.atomic():
        fresh = lock(report)
        if fresh.state in Report.SEALED:
            raise TransitionRefused("Ce rapport est approuvé : reprenez-le d'abord en brouillon.")
        if fresh.version != version:
            raise StaleEdit(changes_since(fresh, version), version=fresh.version)
        differing = _differing(fresh.plan, plan)
        if differing:
            fresh.plan = list(plan)
            fresh.version += 1
            fresh.save(update_fields=["plan", "version"])
            record(fresh, differing, actor=actor)
    return fresh


def _differing(before: Any, now: Sequence[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the rows of the journal: the order, and each commentary that changed."""
    found = []
    orders = [", ".join(Section(part["code"]).heading for part in plan) for plan in (before, now)]
    if orders[0] != orders[1]:
        found.append(("plan", "Plan", orders[0], orders[1]))
    texts = [{part["code"]: part.get("text", "") for part in plan} for plan in (before, now)]
    for section in Section:
        old, new = (text.get(section.value, "") for text in texts)
        if old != new:
            found.append((section.value, f"Commentaire : {section.heading}", old, new))
    return found


def _last(report: Report) -> ReportVersion:
    version = report.versions.order_by("-number").first()
    if version is None:
        raise ValidationError("Ce rapport n'a pas encore été produit.")
    return version
