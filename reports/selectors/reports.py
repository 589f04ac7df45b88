"""Reports as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max, Q, QuerySet

from association.jobs import LIVE
from association.models import Job, Role, User
from association.selectors.history import Entry, history_of
from association.workflow import offers
from reports.models import Report, ReportVersion
from reports.services.building import build_key, seal_key

# The step that leads on from each state, in the colour of the page.
MAIN = {
    Report.State.DRAFT: "generate",
    Report.State.GENERATED: "approve",
    Report.State.APPROVED: "transmit",
    Report.State.TRANSMITTED: "acknowledge",
}
ORDER = ("generate", "approve", "transmit", "acknowledge", "take_back", "hand_back")
WORDS = {
    "approve": "Les chiffres sont déjà figés ; le plan et les commentaires le seront aussi. Le PDF et le classeur "
    "définitifs sont faits ensuite.",
    "transmit": "L’ARS voit ce rapport à partir de maintenant, et garde cette version pour toujours.",
    "take_back": "Le rapport redevient un brouillon : il faudra le produire et l’approuver de nouveau.",
    "hand_back": "Le rapport revient en brouillon chez l’association. La version transmise reste.",
}
BUSY = "Une tâche est en cours : attendez sa fin."


@dataclass(frozen=True)
class ReportStep:
    """A step as the page offers it; ``text`` is asked once more before it is done, ``form`` is what has to be known."""

    name: str
    label: str
    reason: str = ""
    needs_comment: bool = False
    danger: bool = False
    text: str = ""
    main: bool = False
    form: Any = None


def report_list(user: User) -> QuerySet[Report]:
    """Return the reports of the user's scope, with the number of the last version that the user may read."""
    read = Q(versions__transmission__isnull=False) if user.role == Role.ARS else None
    return (
        Report.objects.visible_to(user)
        .select_related("department", "template")
        .annotate(last_version=Max("versions__number", filter=read))
    )


def report_steps(report: Report, *, actor: User, job: Job | None) -> list[ReportStep]:
    """Return what the actor may do with a report, what leads on first; each with what prevents it."""
    steps = [
        ReportStep(
            offer.name,
            "Produire de nouveau" if offer.name == "generate" and report.state != Report.State.DRAFT else offer.label,
            offer.reason,
            offer.needs_comment,
            offer.danger,
            WORDS.get(offer.name, ""),
            main=MAIN.get(Report.State(report.state)) == offer.name,
        )
        for offer in offers(report, actor=actor)
    ]
    if job and job.state in LIVE:
        steps = [step if step.reason else replace(step, reason=BUSY) for step in steps]
    return sorted(steps, key=lambda step: ORDER.index(step.name))


def job_of(report: Report) -> Job | None:
    """Return the last job of a report, unless it ended well or was given up."""
    job = Job.objects.filter(key__in=[build_key(report), seal_key(report)]).order_by("-created_at", "-pk").first()
    return job if job and job.state not in (Job.State.DONE, Job.State.CANCELLED) else None


def versions_of(report: Report, user: User) -> QuerySet[ReportVersion]:
    """Return the versions that a user may read, the last first: the ARS those that were transmitted."""
    versions = report.versions.select_related("made_by", "transmission__sent_by", "pdf", "workbook").order_by("-number")
    versions = versions.defer("snapshot", "words")
    return versions.filter(transmission__isnull=False) if user.role == "ars" else versions


def history_for(report: Report, user: User) -> list[Entry]:
    """Return what happened to a report, newest first; to the ARS what passed between it and the association.

    That is: transmitted, acknowledged, handed back with its own words; not how the association works on a version.
    """
    entries = history_of(report, reader=user)
    if user.role != Role.ARS:
        return entries
    begun = [*entries[1:], None]
    at_ars = (Report.State.TRANSMITTED, Report.State.ACKNOWLEDGED)
    return [
        entry
        for entry, before in zip(entries, begun, strict=True)
        if entry.state in at_ars or (before is not None and before.state == Report.State.TRANSMITTED)
    ]


@dataclass(frozen=True)
class WayStep:
    """One step of the way of a report."""

    label: str
    status: str
    note: str = ""


def way_of(report: Report) -> Iterable[WayStep]:
    """Return the steps of a report: done, current, to do."""
    labels = ("Produire", "Approuver", "Transmettre", "Accusé de réception")
    reached = [
        Report.State.DRAFT,
        Report.State.GENERATED,
        Report.State.APPROVED,
        Report.State.TRANSMITTED,
        Report.State.ACKNOWLEDGED,
    ].index(Report.State(report.state))
    for place, label in enumerate(labels):
        yield WayStep(label, "done" if place < reached else "current" if place == reached else "todo")
