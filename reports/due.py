"""When reports are owed (association.registries.due_dates): days that follow from the calendar, and never drift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from association.models import User
from association.registries import DueDate, DueSource, due_dates
from reports.models import Report, ReportSchedule

TITLE = "Rapport d’activité à transmettre à l’ARS"
DONE = (Report.State.TRANSMITTED, Report.State.ACKNOWLEDGED)


def reports(user: User, first: date, last: date) -> Iterator[DueDate]:
    """The reports that are owed on some days and were not transmitted, begun or not."""
    mine = frozenset({user.pk} if user.has_perm("reports.build_report") else ())
    known = {
        (report.first_on, report.last_on, report.department_id, report.template_id): report
        for report in Report.objects.filter(due_on__isnull=False).only(
            "first_on", "last_on", "department_id", "template_id", "state", "due_on"
        )
    }
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("department"):
        for period in schedule.periods(until=last):
            day = schedule.due_on(period)
            if not first <= day <= last:
                continue
            report = known.get((period.first, period.last, schedule.department_id, schedule.template_id))
            if report and report.state in DONE:
                continue
            yield DueDate(
                uid=f"rapport-{schedule.pk}-{period.code}",
                day=day,
                title=TITLE,
                subject=f"{period.in_words}, {schedule.department or 'région'}",
                url=reverse("reports:report", args=[report.pk]) if report else reverse("reports:report_list"),
                people=mine,
            )


def register() -> None:
    """Fill the registry of the ground."""
    due_dates.add("rapports", DueSource("Rapports à l’ARS", "reports.build_report", reports))
