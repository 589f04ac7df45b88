"""The life of a report: produced, approved by another person, transmitted, acknowledged or handed back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from actions.models import Action
from association.jobs import run_job
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange, Job
from association.workflow import fire
from reports.due import reports as due_reports
from reports.inbox import waiting_reports
from reports.models import Report, ReportTransmission, ReportVersion
from reports.models.planning import validate_plan
from reports.periods import Rhythm
from reports.services.building import build_report, request_build
from reports.services.planning import add_schedule, prepare_due_reports, stop_schedule
from reports.services.plans import change_plan
from reports.services.steps import approve_report, move_report, transmit_report
from reports.snapshot import canonical, checksum
from tests.factories import DepartmentFactory, UserFactory
from tests.payments.office import Office
from tests.reports.making import approved, ars, begun, generated, transmitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    found = Office()
    found.rcp(date(2026, 7, 6))
    found.rcp(date(2026, 7, 7))
    return found


def last(report: Report) -> ReportVersion:
    return report.versions.order_by("-number")[0]


def test_production_freezes_numbers_under_their_checksum(office: Office) -> None:
    version = last(generated(office))
    assert version.number == 1
    assert version.sha256 == checksum(version.snapshot)
    assert canonical(version.numbers) == version.snapshot
    told = {one["key"]: one["value"] for one in version.numbers["indicators"]}
    assert told["activity.validated"] == 2
    assert version.pdf is not None
    assert version.workbook is not None
    assert version.sealed_at is None


def test_produced_twice_on_the_same_facts_is_one_version(office: Office) -> None:
    report = generated(office)
    build_report(report=report, actor=office.staff)
    assert report.versions.count() == 1


def test_job_of_a_production_delivered_twice_is_one_version(office: Office) -> None:
    job = request_build(report=begun(office), actor=office.staff)
    assert request_build(report=begun(office), actor=office.staff) == job
    run_job(job.pk)
    run_job(job.pk)
    assert ReportVersion.objects.count() == 1
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def test_next_version_says_what_changed_and_why(office: Office) -> None:
    report = generated(office)
    office.rcp(date(2026, 7, 20), reference="LATE-1")
    fire(Action.objects.get(reference="A-001"), "cancel", actor=office.staff, comment="Saisie deux fois.")
    waiting = office.rcp(date(2026, 7, 21), reference="LATE-2", state="declared")
    fire(waiting, "validate", actor=office.treasurer)
    build_report(report=report, actor=office.staff)
    version = last(report)
    assert version.number == 2
    changed = {told["key"]: (told["before"], told["now"]) for told in version.changes["values"]}
    assert changed["activity.validated"] == (2, 3)
    causes = {cause["code"]: cause for cause in version.changes["causes"]}
    assert causes["validated"]["references"] == ["LATE-1", "LATE-2"]
    assert causes["cancelled"]["references"] == ["A-001"]
    assert "due" not in causes


def test_money_frozen_since_is_among_the_reasons(office: Office) -> None:
    report = generated(office)
    run = office.approved()
    build_report(report=report, actor=office.staff)
    causes = {cause["code"]: cause for cause in last(report).changes["causes"]}
    assert causes["due"]["cents"] == run.new_cents == 300_00


def test_late_action_changes_no_transmitted_report(office: Office) -> None:
    report = transmitted(office)
    before = last(report)
    office.rcp(date(2026, 7, 20))
    with pytest.raises(TransitionRefused):
        build_report(report=report, actor=office.staff)
    with pytest.raises(TransitionRefused):
        request_build(report=report, actor=office.staff)
    after = last(report)
    assert (after.number, after.snapshot, after.pdf_id) == (before.number, before.snapshot, before.pdf_id)


@pytest.mark.parametrize("column", ["snapshot", "sha256", "changes", "number"])
def test_database_refuses_to_change_a_version(office: Office, column: str) -> None:
    version = last(generated(office))
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        ReportVersion.objects.filter(pk=version.pk).update(**{column: 7 if column == "number" else "x"})


@pytest.mark.parametrize("column", ["words", "sealed_at", "pdf"])
def test_database_refuses_to_change_a_sealed_version(office: Office, column: str) -> None:
    version = last(approved(office))
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        ReportVersion.objects.filter(pk=version.pk).update(**{column: None})


def test_database_refuses_another_plan_of_an_approved_report(office: Office) -> None:
    report = approved(office)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(plan=[{"code": "money", "text": ""}])


def test_who_produced_it_does_not_approve_it(office: Office) -> None:
    report = build_report(report=begun(office), actor=office.treasurer).report
    with pytest.raises(TransitionRefused, match="une autre personne"):
        approve_report(report=report, actor=office.treasurer)
    assert approve_report(report=report, actor=office.president).state == Report.State.APPROVED


@pytest.mark.parametrize("role", ["staff", "admin", "ars", "auditor", "referent"])
def test_only_a_treasurer_approves(office: Office, role: str) -> None:
    report = generated(office)
    with pytest.raises(TransitionRefused):
        approve_report(report=report, actor=UserFactory(**{role: True}))


def test_running_period_is_not_approved(office: Office) -> None:
    today = timezone.localdate()
    report = generated(office, f"{today - timedelta(days=40):%Y-%m-%d}..{today:%Y-%m-%d}")
    with pytest.raises(TransitionRefused, match="se termine"):
        approve_report(report=report, actor=office.treasurer)


def test_it_is_not_transmitted_before_its_documents_are_made(office: Office) -> None:
    report = approve_report(report=generated(office), actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="PDF"):
        transmit_report(report=report, actor=office.staff, recipient="ARS")


def test_transmission_says_who_to_whom_and_when(office: Office) -> None:
    report = transmitted(office)
    sent = ReportTransmission.objects.get(version__report=report)
    assert (sent.sent_by, sent.recipient) == (office.staff, "ARS, direction de l’offre de soins")
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        ReportTransmission.objects.update(recipient="Personne")


def test_handed_back_report_is_a_draft_and_what_was_transmitted_stays(office: Office) -> None:
    report = transmitted(office)
    with pytest.raises(TransitionRefused, match="motif"):
        move_report(report=report, step="hand_back", actor=ars())
    back = move_report(report=report, step="hand_back", actor=ars(), comment="Il manque le département 53.")
    assert isinstance(back, Report)
    assert back.state == Report.State.DRAFT
    assert back.approved_by is None
    again = build_report(report=back, actor=office.staff)
    assert again.number == 2
    assert [version.number for version in back.versions.filter(transmission__isnull=False)] == [1]


def test_ars_acknowledges_what_it_received(office: Office) -> None:
    report = move_report(report=transmitted(office), step="acknowledge", actor=ars())
    assert isinstance(report, Report)
    assert report.state == Report.State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("draft", "approve"), ("draft", "transmit"), ("draft", "acknowledge"), ("draft", "hand_back"),
        ("generated", "transmit"), ("generated", "acknowledge"), ("approved", "generate"), ("approved", "approve"),
        ("approved", "hand_back"), ("transmitted", "take_back"), ("transmitted", "generate"),
        ("transmitted", "approve"), ("transmitted", "transmit"),
    ],
)  # fmt: skip
def test_every_step_is_refused_from_a_wrong_state(office: Office, state: str, step: str) -> None:
    report = {"draft": begun, "generated": generated, "approved": approved, "transmitted": transmitted}[state](office)
    actor = office.president if step == "approve" else office.staff
    with pytest.raises(TransitionRefused):
        move_report(report=report, step=step, actor=actor, comment="Motif.", recipient="ARS")


def test_scope_of_the_ars_is_what_was_transmitted_to_it(office: Office) -> None:
    other = DepartmentFactory(code="85", name="Vendée")
    region, department = transmitted(office), transmitted(office, department=office.team.department)
    draft = generated(office, "2026-06")
    assert set(Report.objects.visible_to(ars())) == {region, department}
    assert set(Report.objects.visible_to(ars(office.team.department))) == {region, department}
    assert set(Report.objects.visible_to(ars(other))) == {region}
    assert draft in Report.objects.visible_to(office.staff)
    assert not Report.objects.visible_to(UserFactory(referent=True)).exists()


def test_plan_is_written_with_its_journal_and_guarded_from_two_writers(office: Office) -> None:
    report = begun(office)
    plan = [{"code": "money", "text": "Le trimestre est calme."}, {"code": "teams", "text": ""}]
    changed = change_plan(report=report, plan=plan, version=report.version, actor=office.staff)
    assert changed.plan == plan
    assert set(FieldChange.objects.values_list("field", flat=True)) == {"plan", "money"}
    with pytest.raises(StaleEdit):
        change_plan(report=report, plan=plan[:1], version=report.version, actor=office.treasurer)
    with pytest.raises(ValidationError):
        change_plan(
            report=report,
            plan=[{"code": "money", "text": "1 85 05 78 006 084 91"}],
            version=changed.version,
            actor=office.staff,
        )
    with pytest.raises(PermissionDenied):
        change_plan(report=report, plan=plan, version=changed.version, actor=ars())


def test_due_days_follow_from_the_calendar_and_never_drift(office: Office) -> None:
    schedule = add_schedule(every=Rhythm.QUARTER, days_after=30, starts_on=date(2025, 11, 12), actor=office.staff)
    days = [found.day for found in due_reports(office.staff, date(2025, 1, 1), date(2026, 12, 31))]
    assert days == [date(2026, 1, 30), date(2026, 4, 30), date(2026, 7, 30), date(2026, 10, 30)]
    late = transmitted(office, "2026-T2")
    Report.objects.filter(pk=late.pk).update(due_on=date(2026, 7, 30))
    days = [found.day for found in due_reports(office.staff, date(2025, 1, 1), date(2026, 12, 31))]
    assert days == [date(2026, 1, 30), date(2026, 4, 30), date(2026, 10, 30)]
    assert schedule.periods(until=date(2025, 12, 30)) == []


def test_daily_preparation_begins_the_last_period_once(office: Office) -> None:
    schedule = add_schedule(every=Rhythm.MONTH, days_after=15, starts_on=date(2026, 1, 1), actor=office.staff)
    (job,) = prepare_due_reports(date(2026, 8, 1))
    run_job(job.pk)
    assert prepare_due_reports(date(2026, 8, 2)) == []
    report = Report.objects.get()
    assert (report.period.code, report.due_on, report.state) == ("2026-07", date(2026, 8, 15), "generated")
    stop_schedule(schedule=schedule, actor=office.staff)
    assert prepare_due_reports(date(2026, 9, 1)) == []


def test_inbox_reminds_whose_turn_it_is(office: Office) -> None:
    report = generated(office)
    Report.objects.filter(pk=report.pk).update(due_on=date(2026, 8, 15))
    (item,) = waiting_reports(office.treasurer)
    assert item.title == "Rapport d’activité à approuver"
    assert item.detail.endswith("en retard")
    assert list(waiting_reports(office.staff)) == []
    received = transmitted(office, "2026-06")
    assert [item.url for item in waiting_reports(ars())] == [f"/rapports/{received.pk}/"]


@pytest.mark.parametrize("text", ["zoe@exemple.fr", "RPPS 10003456789", "FR76 3000 6000 0112 3456 7890 189"])
def test_a_commentary_names_nobody(text: str) -> None:
    plan = [{"code": "teams", "text": f"Un mot de {text}."}]
    with pytest.raises(ValidationError, match="ne désigne personne"):
        validate_plan(plan)
    validate_plan([{"code": "teams", "text": "Le CH 44 a reçu 12 000 € en 2026, soit 3 équipes de plus."}])
