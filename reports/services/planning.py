"""Templates, due dates and targets: what the office settles once, and the drafts that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from association.models import Job, User
from association.permissions import require
from reports.indicators import indicator
from reports.models import IndicatorTarget, Report, ReportSchedule, ReportTemplate
from reports.models.planning import validate_plan
from reports.services.building import request_build, start_report


def save_template(
    *, name: str, plan: Sequence[dict[str, str]], actor: User, template: ReportTemplate | None = None
) -> ReportTemplate:
    """Make a template, or change one; reports that were begun keep the plan that they have."""
    require(actor, "reports.manage_templates")
    validate_plan(list(plan))
    row = template or ReportTemplate()
    row.name, row.plan, row.version = name, list(plan), row.version + 1
    row.full_clean()
    row.save()
    return row


def save_schedule(*, schedule: ReportSchedule, actor: User) -> ReportSchedule:
    """Write a due date that comes back."""
    require(actor, "reports.manage_templates")
    schedule.full_clean()
    schedule.save()
    return schedule


def set_targets(*, year: int, values: Mapping[str, int | None], actor: User) -> None:
    """Write the targets of a year; None takes one away. Snapshots that were taken keep theirs."""
    require(actor, "reports.manage_templates")
    with transaction.atomic():
        for key, value in values.items():
            indicator(key)
            if value is None:
                IndicatorTarget.objects.filter(year=year, key=key).delete()
            else:
                IndicatorTarget.objects.update_or_create(year=year, key=key, defaults={"value": value})


def prepare_due_reports(today: date | None = None) -> list[Job]:
    """Begin and produce what is owed of the last period that ended, if it is not there yet.

    Daily and idempotent: a machine that slept catches up, and a report that somebody has begun is left alone. Of older
    periods the calendar reminds; nobody wants years of drafts at the first start.
    """
    system, jobs = User.objects.system(), []
    yesterday = date.fromordinal((today or timezone.localdate()).toordinal() - 1)
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("template", "department"):
        for period in schedule.periods(until=yesterday)[-1:]:
            report = start_report(
                period=period,
                department=schedule.department,
                template=schedule.template,
                due_on=schedule.due_on(period),
                actor=system,
            )
            if report.state == Report.State.DRAFT and not report.versions.exists():
                jobs.append(request_build(report=report, actor=system))
    return jobs
