"""Any order of steps on accounts, runs and files: no money is lost, paid twice, or sent to a doubtful account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from association.machine import TransitionRefused
from config.demo.clock import living_on
from payments.figures import run_figures
from payments.models import Account, Allocation, DueLine, Payment, Run, RunExport
from payments.selectors.ledger import owed
from payments.sepa.calendar import next_business_day
from payments.sepa.message import Sum as FileSum
from payments.sepa.message import read_back
from payments.services.accounts import propose_account
from payments.services.banking import set_bank_details
from payments.services.exporting import declare_not_transmitted, export_run
from payments.services.runs import prepare_run
from payments.services.steps import move_account, move_payment, move_run
from tests.factories.money import french_iban
from tests.payments.office import AUGUST, JULY, Office
from tests.payments.test_bank_file import DETAILS

PERSON = st.integers(0, 2)
SENT = (Payment.State.SENT, Payment.State.PAID)


class Months(RuleBasedStateMachine):
    """An association with July approved; each step may be refused, and then changes nothing that the invariants see."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.office = Office()
        set_bank_details(values=DETAILS, version=0, actor=self.office.treasurer)
        self.ibans = 100
        self.office.rcp(date(2026, 7, 6))
        self.office.approved()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def tried(self, do: Callable[[], Any]) -> None:
        with suppress(TransitionRefused), transaction.atomic():
            do()

    @rule(day=st.integers(1, 28), month=st.sampled_from([7, 8]), people=st.integers(2, 3))
    def act(self, day: int, month: int, people: int) -> None:
        self.office.rcp(date(2026, month, day), people=people)

    @rule(person=PERSON)
    def propose(self, person: int) -> None:
        self.ibans += 1
        owner = self.office.account_of(self.office.people[person]).beneficiary
        self.tried(
            lambda: propose_account(
                beneficiary=owner, iban=french_iban(self.ibans), holder="Nouveau", actor=self.office.staff
            )
        )

    @rule(person=PERSON, step=st.sampled_from(["verify", "reject", "withdraw", "suspend", "resume", "archive"]))
    def decide(self, person: int, step: str) -> None:
        accounts = Account.objects.filter(beneficiary__professional=self.office.people[person]).order_by("-pk")
        for account in accounts:
            with suppress(TransitionRefused):
                move_account(account=account, step=step, actor=self.office.treasurer, reason="Test")
                return

    @rule(extra=st.booleans(), as_far_as=st.integers(1, 4))
    def close(self, extra: bool, as_far_as: int) -> None:
        staff, treasurer = self.office.staff, self.office.treasurer
        self.tried(lambda: prepare_run(month=JULY if extra else AUGUST, actor=staff, extra=extra))
        for run in Run.objects.open():
            for step, actor in (("submit", staff), ("approve", treasurer))[: as_far_as - 1]:
                self.tried(lambda run=run, step=step, actor=actor: move_run(run=run, step=step, actor=actor))
        if as_far_as == 4:
            self.export()

    @rule()
    def send_back(self) -> None:
        for run in Run.objects.open():
            self.tried(lambda run=run: move_run(run=run, step="send_back", actor=self.office.treasurer, reason="Test"))

    @rule()
    def export(self) -> None:
        for run in Run.objects.filter(state=Run.State.APPROVED):
            self.tried(lambda run=run: export_run(run=run, actor=self.office.treasurer))

    @rule()
    def take_back(self) -> None:
        for run in Run.objects.filter(state=Run.State.EXPORTED):
            self.tried(lambda run=run: declare_not_transmitted(run=run, actor=self.office.treasurer, reason="Test"))

    @rule(place=st.integers(0, 5), step=st.sampled_from(["hold", "release", "void", "pay", "reject", "give_back"]))
    def move(self, place: int, step: str) -> None:
        payments = list(Payment.objects.order_by("pk")[place : place + 1])
        for payment in payments:
            self.tried(
                lambda payment=payment: move_payment(
                    payment=payment, step=step, actor=self.office.treasurer, reason="Test", bank_reason="AC04"
                )
            )

    @invariant()
    def nobody_has_two_verified_accounts_and_nobody_verified_their_own(self) -> None:
        verified = list(Account.objects.filter(state=Account.State.VERIFIED))
        assert len({account.beneficiary_id for account in verified}) == len(verified)
        assert all(account.verified_by_id != account.entered_by_id for account in verified)
        proposed = Account.objects.filter(state=Account.State.PROPOSED).values("beneficiary")
        assert not Account.objects.filter(state=Account.State.VERIFIED, beneficiary__in=proposed).exists()

    @invariant()
    def every_cent_is_owed_or_in_one_live_payment(self) -> None:
        due = _sum(DueLine.objects.values_list("amount_cents", flat=True))
        live = Payment.objects.exclude(state__in=Payment.GONE)
        assert due == sum(owed().values()) + _sum(live.values_list("amount_cents", flat=True))
        allocated = Allocation.objects.filter(released_at__isnull=True).values_list("line__amount_cents", flat=True)
        assert _sum(allocated) == _sum(live.values_list("amount_cents", flat=True))

    @invariant()
    def each_file_adds_up_and_the_last_one_holds_what_was_sent(self) -> None:
        for export in RunExport.objects.select_related("bank_file", "run"):
            if export.bank_file is None:
                continue
            said = FileSum(export.transfers_count, export.transfers_cents)
            assert read_back(export.bank_file.path) == said
            if export.not_transmitted_at is None:
                left = export.run.payments.filter(
                    state__in=[*SENT, Payment.State.REJECTED, Payment.State.RETURNED]
                ).aggregate(cents=Sum("amount_cents"))
                assert left["cents"] == export.transfers_cents


def _sum(cents: Iterable[int]) -> int:
    return sum(cents)


@pytest.mark.django_db
def test_any_order_of_steps_keeps_every_cent_and_every_account(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    run_state_machine_as_test(Months, settings=FEW)


FEW = settings(
    max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def test_payment_made_on_31_december_at_23_30_utc_counts_in_the_next_year(
    office: Office, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Paris the new year has begun: the day of payment is the association's, on every screen and in every year."""
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    office.rcp(date(2026, 7, 6))
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)
    with living_on(date(2026, 12, 30)):
        run = export_run(run=office.approved(), actor=office.treasurer, execution_on=date(2026, 12, 31)).export.run
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    # Friday 1 January in Paris: banks are closed until Monday.
    assert next_business_day(timezone.localdate()) == date(2027, 1, 4)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer)
    assert set(run.payments.values_list("paid_on", flat=True)) == {date(2027, 1, 1)}
    (figure,) = [one for one in run_figures(office.treasurer) if one.label.startswith("Payé en")]
    assert (figure.label, figure.value) == ("Payé en 2027", "150,00\u00a0€")
