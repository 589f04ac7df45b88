"""Races on PostgreSQL: of two people who press at the same time one succeeds, and the other is told.

Every race runs twice: as it is, and with the lock taken away, where it must go wrong; else it would prove nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from association import workflow
from association.machine import TransitionRefused
from association.models import Job, Role, TransitionLog, User
from association.workflow import fire
from payments.models import Account, DueLine, Payment, ProvisionalLine, Run, RunExport
from payments.services import accounts, exporting
from payments.services import runs as services
from tests import factories
from tests.factories.money import french_iban
from tests.payments.office import JULY, Office
from tests.server.meeting import Meeting, at_the_same_time

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

Call = Callable[[], Any]


class Race:
    """Runs calls at the same time, each in a thread with its own connection; they meet right after one of their locks.

    With the lock only one can be there: the meeting breaks up after a while and the other comes later.
    Without it all have read the same row when they go on.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, with_lock: bool) -> None:
        self.with_lock = with_lock
        self.own = threading.local()
        real = workflow.lock

        def lock(obj: Any) -> Any:
            fresh = real(obj) if with_lock else type(obj)._base_manager.get(pk=obj.pk)
            self.own.locks_left = getattr(self.own, "locks_left", 0) - 1
            if self.own.locks_left == 0:
                self.meet()
            return fresh

        for module in (workflow, services, exporting, accounts):
            monkeypatch.setattr(module, "lock", lock)

    def meet(self) -> None:
        self.meeting.wait()

    def run(self, *calls: Call, after: tuple[int, ...] = ()) -> list[object]:
        """Return what each call gave, or the exception that it raised.

        Args:
            after: for each call, after which of its locks it meets the others (the first).
        """
        self.meeting = Meeting(len(calls))

        def counted(place: int, call: Call) -> Any:
            self.own.locks_left = after[place] if after else 1
            return call()

        return at_the_same_time(*(partial(counted, *pair) for pair in enumerate(calls)))


def one_succeeds_and_the_other_is_told(outcomes: list[object]) -> bool:
    refused = [outcome for outcome in outcomes if isinstance(outcome, TransitionRefused)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    return len(refused) == len(failed) == len(outcomes) - 1


@pytest.fixture(params=["with the lock", "without it"])
def race(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Race:
    return Race(monkeypatch, with_lock=request.param == "with the lock")


@pytest.fixture
def office(transactional_db: None) -> Office:
    return Office()


def test_two_people_fire_the_same_transition(race: Race) -> None:
    team = factories.TeamFactory(registered=True)
    people = [factories.UserFactory(role=Role.STAFF) for _ in range(2)]
    outcomes = race.run(*(lambda actor=actor: fire(team, "accompany", actor=actor) for actor in people))
    entries = TransitionLog.objects.filter(object_id=team.pk, transition="accompany").count()
    assert (one_succeeds_and_the_other_is_told(outcomes), entries) == ((True, 1) if race.with_lock else (False, 2))


def test_two_workers_claim_the_same_job(race: Race) -> None:
    job = factories.JobFactory(waiting=True)
    system = User.objects.system()
    outcomes = race.run(*[lambda: fire(job, "start", actor=system)] * 2)
    entries = TransitionLog.objects.filter(object_id=job.pk, transition="start").count()
    assert (one_succeeds_and_the_other_is_told(outcomes), entries) == ((True, 1) if race.with_lock else (False, 2))
    assert Job.objects.get(pk=job.pk).state == "running"


def test_a_month_is_prepared_again_by_two_people(race: Race, office: Office) -> None:
    """Without the lock both take the same build number, and every line is there twice."""
    office.rcp(JULY)
    office.prepared()
    race.run(*[lambda: services.prepare_run(month=JULY, actor=office.staff)] * 2)
    run = Run.objects.get()
    lines = ProvisionalLine.objects.filter(run=run, build=run.build).count()
    assert lines == (3 if race.with_lock else 6)


def test_a_month_is_opened_by_two_people(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row to lock yet: the constraint lets one draft through, and there is one set of lines."""
    office.rcp(JULY)
    race = Race(monkeypatch, with_lock=True)
    real = services._next_sequence

    def meet(*arguments: Any) -> int:
        found = real(*arguments)
        race.meet()
        return found

    monkeypatch.setattr(services, "_next_sequence", meet)
    outcomes = race.run(*[lambda: services.prepare_run(month=JULY, actor=office.staff)] * 2)
    assert one_succeeds_and_the_other_is_told(outcomes), outcomes
    assert Run.objects.get().build is not None
    assert ProvisionalLine.objects.count() == 3


def test_a_run_is_submitted_by_two_people(race: Race, office: Office) -> None:
    office.rcp(JULY)
    run = office.prepared()
    # Its checks take a while: they meet when the state is read for the last time.
    outcomes = race.run(*[lambda: services.submit_run(run=run, actor=office.staff)] * 2, after=(2, 2))
    assert one_succeeds_and_the_other_is_told(outcomes) is race.with_lock, outcomes


def test_a_run_is_approved_by_two_people(race: Race, office: Office) -> None:
    office.rcp(JULY)
    run = office.submitted()
    outcomes = race.run(
        lambda: services.approve_run(run=run, actor=office.treasurer),
        lambda: services.approve_run(run=run, actor=office.president),
        # It is looked for changes in between: they meet when the state is read for the last time.
        after=(2, 2),
    )
    assert one_succeeds_and_the_other_is_told(outcomes) is race.with_lock, outcomes
    assert (DueLine.objects.count(), Payment.objects.count()) == (3, 3)  # the constraints hold without the lock too


def test_a_run_is_approved_while_it_is_cancelled(race: Race, office: Office) -> None:
    office.rcp(JULY)
    run = office.submitted()
    outcomes = race.run(
        lambda: services.approve_run(run=run, actor=office.treasurer),
        lambda: services.cancel_run(run=run, actor=office.staff),
        after=(2, 1),
    )
    assert one_succeeds_and_the_other_is_told(outcomes) is race.with_lock, outcomes
    if race.with_lock:
        assert DueLine.objects.exists() is (Run.objects.get().state == "approved")


def test_a_run_is_approved_while_it_is_sent_back(race: Race, office: Office) -> None:
    office.rcp(JULY)
    run = office.submitted()
    outcomes = race.run(
        lambda: services.approve_run(run=run, actor=office.treasurer),
        lambda: services.send_back_run(run=run, actor=office.president, reason="un doute"),
        after=(2, 1),
    )
    assert one_succeeds_and_the_other_is_told(outcomes) is race.with_lock, outcomes


def test_a_run_is_submitted_while_it_is_prepared_again(race: Race, office: Office) -> None:
    """Either the preparation comes first and the submission takes its lines, or it is told that it came too late."""
    office.rcp(JULY)
    run = office.prepared()
    race.run(
        lambda: services.submit_run(run=run, actor=office.staff),
        lambda: services.prepare_run(month=JULY, actor=office.staff),
    )
    fresh = Run.objects.get()
    lines = ProvisionalLine.objects.filter(run=fresh)
    assert fresh.build is not None
    if race.with_lock:
        assert set(lines.values_list("build", flat=True)) == {fresh.build}


def test_a_run_is_exported_twice_at_once(race: Race, office: Office) -> None:
    """Without the lock both fire, and only the second look at what leaves the bank account stops one of them."""
    office.rcp(JULY)
    run = office.approved()
    outcomes = race.run(*[lambda: exporting.export_run(run=run, actor=office.treasurer)] * 2, after=(2, 2))
    assert one_succeeds_and_the_other_is_told(outcomes), outcomes
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, TransitionRefused)]
    assert ("n'est pas possible maintenant" in refused.reason) is race.with_lock
    assert RunExport.objects.count() == 1


def test_a_run_is_exported_while_its_approval_is_withdrawn(race: Race, office: Office) -> None:
    office.rcp(JULY)
    run = office.approved()
    outcomes = race.run(
        lambda: exporting.export_run(run=run, actor=office.treasurer),
        lambda: services.void_run(run=run, actor=office.president, reason="erreur"),
        after=(2, 1),
    )
    assert one_succeeds_and_the_other_is_told(outcomes) is race.with_lock, outcomes


def test_an_account_is_proposed_by_two_people(race: Race, office: Office) -> None:
    """Without the lock the same account waits twice, and verifying one leaves the other to be decided."""
    owner, iban = factories.BeneficiaryFactory(), french_iban(4_711)
    outcomes = race.run(
        *(
            lambda actor=actor: accounts.propose_account(beneficiary=owner, iban=iban, holder="Le Goff", actor=actor)
            for actor in (office.staff, office.treasurer)
        )
    )
    proposed = Account.objects.filter(beneficiary=owner, state=Account.State.PROPOSED).count()
    assert (one_succeeds_and_the_other_is_told(outcomes), proposed) == ((True, 1) if race.with_lock else (False, 2))
