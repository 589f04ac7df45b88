"""Reports in each state, made by the services as people would."""

from __future__ import annotations

from association.jobs import run_job
from association.models import Job, User
from reports.models import Report
from reports.periods import Period, parse
from reports.services.building import build_report, start_report, usual_template
from reports.services.steps import approve_report, transmit_report
from tests.payments.office import Office


def begun(office: Office, period: str | Period = "2026-07", department: object = None) -> Report:
    asked = parse(period) if isinstance(period, str) else period
    return start_report(period=asked, department=department, template=usual_template(), actor=office.staff)  # type: ignore[arg-type]


def generated(office: Office, period: str = "2026-07", department: object = None) -> Report:
    return build_report(report=begun(office, period, department), actor=office.staff).report


def approved(office: Office, period: str = "2026-07", department: object = None) -> Report:
    """With its final documents, which the job of the approval makes."""
    report = approve_report(report=generated(office, period, department), actor=office.treasurer)
    run_job(Job.objects.get(key=f"reports.seal_report:{report.pk}", state="waiting").pk)
    return Report.objects.get(pk=report.pk)


def transmitted(office: Office, period: str = "2026-07", department: object = None) -> Report:
    return transmit_report(
        report=approved(office, period, department), actor=office.staff, recipient="ARS, direction de l’offre de soins"
    )


def ars(department: object = None) -> User:
    from tests.factories import UserFactory

    user: User = UserFactory(ars=True, department=department)
    return user
