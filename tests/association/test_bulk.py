"""A step for many rows: who is touched, what is said, and that each row is done once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from association.jobs import run_job
from association.listing.bulk import Selection, offers_for
from association.machine import TransitionRefused
from association.models import BulkItem, BulkOperation, Exchange, Job, Team, User
from association.selectors.bulk import operation_of, operations_of, view_of
from association.services import bulk as services
from association.services.bulk import resume_operation, start_operation
from association.workflow import fire
from tests.association import bulk_making
from tests.association.bulk_making import NOTE, NOTED_TEAMS, drawn_up, started
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _list() -> None:
    bulk_making.register()


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


def teams(count: int, **options: Any) -> list[Team]:
    return [TeamFactory(registered=True, **options) for _ in range(count)]


def work(operation: BulkOperation, item: BulkItem) -> None:
    """Do one row, as the job does."""
    actor = operation.created_by
    services._work(item.pk, actor, NOTED_TEAMS.rows(actor), partial(bulk_making.note, body="Vu."))


def test_offers_count_what_fits_of_the_selection(staff: User) -> None:
    fitting, closed = teams(2), TeamFactory(closed=True)
    chosen = Selection(NOTED_TEAMS.rows(staff), [*(team.pk for team in fitting), closed.pk])
    assert [(offer.step, offer.count, offer.total) for offer in offers_for(NOTED_TEAMS, staff, chosen)] == [
        (NOTE, 2, 3)
    ]


def test_step_that_fits_nothing_or_that_the_role_may_not_take_is_not_offered(staff: User) -> None:
    closed, fitting = TeamFactory(closed=True), teams(1)[0]
    nothing = Selection(NOTED_TEAMS.rows(staff), [closed.pk])
    assert offers_for(NOTED_TEAMS, staff, nothing) == []
    auditor = UserFactory(auditor=True)
    assert offers_for(NOTED_TEAMS, auditor, Selection(NOTED_TEAMS.rows(auditor), [fitting.pk])) == []


def test_selection_of_more_rows_than_a_statement_takes_parameters(staff: User) -> None:
    fitting = teams(3)
    numbers = [*range(10_000_000, 10_060_000), *(team.pk for team in fitting)]
    chosen = Selection(NOTED_TEAMS.rows(staff), numbers)
    assert chosen.count() == 3
    assert drawn_up(staff, numbers).items.count() == 3


def test_operation_freezes_its_rows_and_says_what_it_leaves_aside(staff: User) -> None:
    fitting = teams(2)
    TeamFactory(closed=True)
    operation = drawn_up(staff)
    late = teams(1)[0]
    assert list(operation.items.values_list("object_id", flat=True)) == sorted(team.pk for team in fitting)
    assert late.pk not in operation.items.values_list("object_id", flat=True)
    assert operation.skipped == [["à l’état « Close »", 1]]
    assert operation.title == "Noter : 2 équipes"
    assert Exchange.objects.count() == 0


def test_operation_for_nothing_is_refused_and_leaves_no_row(staff: User) -> None:
    closed = TeamFactory(closed=True)
    with pytest.raises(TransitionRefused, match="aucune des lignes"):
        drawn_up(staff, [closed.pk])
    assert not BulkOperation.objects.exists()


def test_numbers_of_another_scope_are_not_touched() -> None:
    team, other = TeamFactory(accompanied=True), TeamFactory(accompanied=True)
    referent = UserFactory(referent=True)
    with pytest.raises(PermissionDenied):
        drawn_up(referent, [team.pk, other.pk])
    assert Selection(NOTED_TEAMS.rows(referent), [team.pk, other.pk]).count() == 0


def test_start_twice_makes_one_job(staff: User) -> None:
    teams(2)
    operation = drawn_up(staff)
    first = start_operation(operation=operation, answers={"body": ["Vu."]}, actor=staff)
    second = start_operation(operation=operation, answers={"body": ["Autre chose."]}, actor=staff)
    assert first.job_id == second.job_id
    assert Job.objects.count() == 1
    assert second.answers == {"body": ["Vu."]}


def test_start_without_what_the_step_asks_is_refused(staff: User) -> None:
    teams(1)
    operation = drawn_up(staff)
    with pytest.raises(ValidationError):
        start_operation(operation=operation, answers={"body": [""]}, actor=staff)
    assert not Job.objects.exists()


def test_operation_of_somebody_else_is_neither_started_nor_resumed(staff: User) -> None:
    teams(1)
    other = UserFactory(staff=True)
    with pytest.raises(PermissionDenied):
        start_operation(operation=drawn_up(staff), answers={"body": ["Vu."]}, actor=other)
    with pytest.raises(PermissionDenied):
        resume_operation(operation=started(staff), actor=other)


def test_each_row_says_what_became_of_it_and_a_refused_one_changes_nothing(staff: User) -> None:
    done, refused = teams(1)[0], teams(1, name="Refusée à tort")[0]
    operation = started(staff)
    job = run_job(operation.job.pk)
    assert (job.state, job.done_count, job.total_count) == ("done", 2, 2)
    assert job.summary == {"done": 1, "refused": 1}
    said = dict(operation.items.values_list("object_id", "sentence"))
    assert said == {done.pk: f"Noté pour {done.code}.", refused.pk: "Cette équipe est refusée."}
    assert [exchange.team for exchange in Exchange.objects.all()] == [done]
    view = view_of(operation, user=staff)
    assert (view.total, view.done, view.refused, view.waiting, view.may_resume) == (2, 1, 1, 0, False)
    assert [(reason.sentence, reason.count) for reason in view.reasons] == [("Cette équipe est refusée.", 1)]
    asked = NOTED_TEAMS.asked(staff, QueryDict(f"lot={operation.pk}"))
    assert (list(asked.rows), asked.remarks, asked.query) == ([refused], [], f"lot={operation.pk}")
    assert asked.filters_said[0].words == "refusées, «\u00a0Noter : 2 équipes\u00a0»"


def test_refused_rows_are_only_told_to_those_who_see_the_operation(staff: User) -> None:
    teams(1, name="Refusée")
    operation = started(staff)
    run_job(operation.job.pk)
    other = UserFactory(referent=True)
    for number in (str(operation.pk), "0", "abc", "9" * 40):
        assert operation_of(NOTED_TEAMS.name, number, user=other) is None
        asked = NOTED_TEAMS.asked(other, QueryDict(f"lot={number}"))
        assert "c’est ignoré" in asked.remarks[0]
    assert operation_of("equipes", str(operation.pk), user=staff) is None
    assert not operations_of(UserFactory(ars=True)).exists()


def test_row_that_left_the_scope_meanwhile_is_refused(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    team = teams(1)[0]
    operation = started(staff)
    monkeypatch.setattr(NOTED_TEAMS, "rows", lambda user, **options: Team.objects.none(), raising=False)
    run_job(operation.job.pk)
    assert operation.items.get().sentence == services.NOT_FOUND
    assert not Exchange.objects.filter(team=team).exists()


def test_role_that_lost_the_step_meanwhile_fails_the_job_and_touches_nothing(staff: User) -> None:
    teams(1)
    operation = started(staff)
    User.objects.filter(pk=staff.pk).update(role="ars")
    job = run_job(operation.job.pk)
    assert job.state == "failed"
    assert "Votre rôle" in job.error
    assert not Exchange.objects.exists()


def test_row_that_breaks_is_refused_and_the_others_are_done(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, _ = teams(2)
    operation = started(staff)
    real = bulk_making.note

    def breaks(team: Team, actor: User, **answers: Any) -> str:
        if team.pk == broken.pk:
            raise ZeroDivisionError
        return real(team, actor, **answers)

    monkeypatch.setitem(NOTE.__dict__, "run", breaks)
    assert run_job(operation.job.pk).summary == {"done": 1, "refused": 1}
    assert operation.items.get(outcome="refused").sentence == services.UNEXPECTED


def test_database_that_goes_away_leaves_the_row_to_the_next_attempt(
    staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams(2)
    operation = started(staff)
    failures = [OperationalError("gone")]
    real = bulk_making.note

    def goes_away(team: Team, actor: User, **answers: Any) -> str:
        if failures:
            raise failures.pop()
        return real(team, actor, **answers)

    monkeypatch.setitem(NOTE.__dict__, "run", goes_away)
    with transaction.atomic():
        assert run_job(operation.job.pk).state == "waiting"
    assert operation.items.filter(outcome="waiting").count() == 2
    assert run_job(operation.job.pk).summary == {"done": 2}


def test_stopped_operation_is_gone_on_with_and_does_each_row_once(staff: User) -> None:
    teams(4)
    operation = started(staff)
    for item in operation.items.order_by("pk")[:2]:
        work(operation, item)
    fire(operation.job, "cancel", actor=staff)
    operation.refresh_from_db()
    assert view_of(operation, user=staff).may_resume
    resumed = resume_operation(operation=operation, actor=staff)
    assert resumed.job_id != operation.job_id
    assert run_job(resumed.job.pk).summary == {"done": 4}
    assert sorted(Exchange.objects.values_list("team", flat=True)) == sorted(Team.objects.values_list("pk", flat=True))


def test_operation_at_work_or_ended_is_not_resumed(staff: User) -> None:
    teams(1)
    operation = started(staff)
    with pytest.raises(TransitionRefused, match="en cours"):
        resume_operation(operation=operation, actor=staff)
    run_job(operation.job.pk)
    with pytest.raises(TransitionRefused, match="ont été traitées"):
        resume_operation(operation=operation, actor=staff)


def test_row_with_an_outcome_is_left_as_it_is(staff: User) -> None:
    teams(1)
    operation = started(staff)
    item = operation.items.get()
    for _ in range(2):
        work(operation, item)
    assert Exchange.objects.count() == 1
    assert BulkItem.objects.get().outcome == "done"


def test_draft_of_yesterday_goes_with_the_next_one(staff: User) -> None:
    teams(1)
    old = drawn_up(staff)
    BulkOperation.objects.filter(pk=old.pk).update(created_at=old.created_at - services.timedelta(hours=25))
    new = drawn_up(staff)
    assert list(BulkOperation.objects.all()) == [new]


def test_operation_is_drawn_up_in_few_queries_whatever_the_number_of_rows(staff: User) -> None:
    counts = []
    for more in (2, 20):
        teams(more)
        with CaptureQueriesContext(connection) as asked:
            drawn_up(staff)
        counts.append(len(asked))
    assert counts[0] == counts[1]
