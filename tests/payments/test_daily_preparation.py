"""The schedule's "prepare the last month if it is absent": every day, and done once."""

from __future__ import annotations

from datetime import date

import pytest

from association.jobs import run_here, run_job
from association.models import Job, User
from payments.models import ProvisionalLine, Run
from payments.services.preparing import prepare_last_month_if_absent, request_preparation
from payments.services.runs import approve_run, cancel_run, prepare_run, submit_run
from tests.payments.office import JULY, Office

pytestmark = pytest.mark.django_db

FIRST_OF_AUGUST, A_WEEK_LATER = date(2026, 8, 1), date(2026, 8, 8)


def test_absent_month_is_prepared_by_the_system(office: Office) -> None:
    office.rcp(JULY)
    job = prepare_last_month_if_absent(FIRST_OF_AUGUST)
    assert job is not None
    assert run_here(job).state == Job.State.DONE
    run = Run.objects.get()
    assert (run.month, run.state, run.prepared_by) == (JULY, "draft", User.objects.system())


def test_asked_twice_before_a_worker_came_is_one_job(office: Office) -> None:
    first, second = prepare_last_month_if_absent(FIRST_OF_AUGUST), prepare_last_month_if_absent(FIRST_OF_AUGUST)
    assert first == second
    assert Job.objects.count() == 1


def test_asked_again_the_days_after_does_nothing(office: Office) -> None:
    office.rcp(JULY)
    job = prepare_last_month_if_absent(FIRST_OF_AUGUST)
    assert job is not None
    run_job(job.pk)
    lines = list(ProvisionalLine.objects.values())
    assert prepare_last_month_if_absent(A_WEEK_LATER) is None
    assert list(ProvisionalLine.objects.values()) == lines


def test_machine_that_slept_on_the_first_catches_up(office: Office) -> None:
    assert prepare_last_month_if_absent(A_WEEK_LATER) is not None


def test_open_run_of_another_month_is_left_alone(office: Office) -> None:
    prepare_run(month=date(2026, 6, 1), actor=office.staff)
    assert prepare_last_month_if_absent(FIRST_OF_AUGUST) is None


def test_approved_month_is_left_alone(office: Office) -> None:
    office.rcp(JULY)
    run = submit_run(run=prepare_run(month=JULY, actor=office.staff), actor=office.staff)
    approve_run(run=run, actor=office.treasurer)
    assert prepare_last_month_if_absent(A_WEEK_LATER) is None


def test_month_that_a_person_cancelled_is_left_alone(office: Office) -> None:
    cancel_run(run=prepare_run(month=JULY, actor=office.staff), actor=office.staff)
    assert prepare_last_month_if_absent(A_WEEK_LATER) is None


def test_person_and_schedule_at_once_share_one_job(office: Office) -> None:
    asked = request_preparation(month=JULY, actor=office.staff)
    assert prepare_last_month_if_absent(FIRST_OF_AUGUST) == asked
