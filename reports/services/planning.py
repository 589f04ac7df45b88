"""What is owed again and again; of the periods that ended it is begun and produced by the system, every day."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from association.models import Department, Job, User
from association.permissions import require
from reports.models import Report, ReportSchedule, ReportTemplate
from reports.services.building import request_build, start_report, usual_template


def add_schedule(
    *,
    every: int,
    days_after: int,
    starts_on: date,
    actor: User,
    department: Department | None = None,
    template: ReportTemplate | None = None,
) -> ReportSchedule:
    """Say that a report is owed again and again, so many days after the end of each period.

    Args:
        every: months of a period: 1, 3, 6 or 12.
        starts_on: a day of the first period that is owed.
        template: the usual one when left out.
    """
    require(actor, "reports.manage_schedule")
    schedule = ReportSchedule(
        template=template or usual_template(),
        department=department,
        every=every,
        days_after=days_after,
        starts_on=starts_on,
    )
    schedule.full_clean()
    schedule.save()
    return schedule


def stop_schedule(*, schedule: ReportSchedule, actor: User) -> None:
    """Ask for no more reports of this kind; those that were begun stay. Done twice, it says nothing."""
    require(actor, "reports.manage_schedule")
    ReportSchedule.objects.filter(pk=schedule.pk).update(is_active=False)


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
