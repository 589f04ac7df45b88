"""The plan of a report while it is a draft, and the templates that plans are taken from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.journal import StaleEdit, changes_since, record
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import lock
from reports.indicators.model import Section
from reports.models import Report, ReportTemplate
from reports.models.planning import validate_plan

MANAGE = "reports.manage_template"
Plan = Sequence[dict[str, str]]
JournalRow = tuple[str, str, str, str]  # field, its label, before, after


def change_plan(*, report: Report, plan: Plan, version: int, actor: User) -> Report:
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


@transaction.atomic
def add_template(*, name: str, copied: ReportTemplate | None, actor: User) -> ReportTemplate:
    """Make a template: a copy of another's plan and texts, or all chapters in their usual order.

    Raises:
        ValidationError: in French, when another template has this name.
    """
    require(actor, MANAGE)
    template = ReportTemplate(name=name, **({"plan": copied.plan} if copied else {}))
    template.full_clean()
    template.save()
    record(template, [("name", "Nom", "", name)], actor=actor)
    return template


@transaction.atomic
def change_template(*, template: ReportTemplate, name: str, plan: Plan, version: int, actor: User) -> ReportTemplate:
    """Write the name and the plan of a template; reports that were begun keep the plan that they took.

    Raises:
        StaleEdit: when somebody else wrote it since ``version``.
        ValidationError: with what is wrong, in French.
    """
    require(actor, MANAGE)
    fresh = lock(template)
    if fresh.version != version:
        raise StaleEdit(changes_since(fresh, version), version=fresh.version)
    differing = _differing(fresh.plan, plan)
    if fresh.name != name:
        differing.insert(0, ("name", "Nom", fresh.name, name))
    if differing:
        fresh.name, fresh.plan = name, list(plan)
        fresh.full_clean()
        fresh.version += 1
        fresh.save(update_fields=["name", "plan", "version"])
        record(fresh, differing, actor=actor)
    return fresh


@transaction.atomic
def retire_template(*, template: ReportTemplate, actor: User) -> ReportTemplate:
    """Offer a template no more; done twice, it says nothing. Reports that took it stay as they are.

    Raises:
        TransitionRefused: of the last one that is offered, and of one that a schedule in force takes.
    """
    require(actor, MANAGE)
    offered = list(ReportTemplate.objects.select_for_update().filter(retired_at__isnull=True))
    if template not in offered:
        return template
    if len(offered) == 1:
        raise TransitionRefused("C’est le dernier modèle en service : créez-en un autre avant de le retirer.")
    if schedule := template.schedules.filter(is_active=True).select_related("department").first():
        raise TransitionRefused(
            f"Une échéance en cours prend ce modèle ({schedule}) : arrêtez-la d’abord, ou gardez le modèle."
        )
    return _retired(template, timezone.now(), actor)


@transaction.atomic
def restore_template(*, template: ReportTemplate, actor: User) -> ReportTemplate:
    """Offer a template again; done twice, it says nothing."""
    require(actor, MANAGE)
    return _retired(template, None, actor)


def _retired(template: ReportTemplate, at: Any, actor: User) -> ReportTemplate:
    fresh = lock(template)
    if (fresh.retired_at is None) != (at is None):
        words = ("En service", "Retiré")
        record(fresh, [("retired_at", "Situation", *(words if at else reversed(words)))], actor=actor)
        fresh.retired_at = at
        fresh.version += 1
        fresh.save(update_fields=["retired_at", "version"])
    return fresh


def _differing(before: Any, now: Plan) -> list[JournalRow]:
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
