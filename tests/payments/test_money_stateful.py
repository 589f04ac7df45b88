"""Any order of steps on actions, prices, ceilings, debts, runs and files: every cent stays where it is due.

The steps on accounts, runs and files are those of `test_accounts_stateful`, with its invariants; here come those that
give money back, ask for it back, and pay it after all.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from actions.models import Action, Participation
from actions.services import cancel_action, refuse_participation
from conventions.models import ConventionTerms
from payments.models import RECOVERED, DueLine, Payment, Price, Recovery, RepaymentRequest, Run
from payments.selectors.ledger import balances, owed, prove, settle
from payments.selectors.recoveries import debts, left_of, pending_recoveries
from payments.services.prices import publish_price
from payments.services.reopening import reopen_team_year
from payments.services.repayments import move_repayment, request_repayment
from tests.payments.test_accounts_stateful import PERSON, Months

CENTS = st.integers(1, 90_00)


class Money(Months):
    """An association whose ceiling is soon reached, where actions are cancelled and prices mended."""

    def __init__(self) -> None:
        super().__init__()
        ConventionTerms.objects.update(ceiling_cents=400_00)

    @rule(place=st.integers(0, 5))
    def cancel(self, place: int) -> None:
        for action in Action.objects.filter(state="validated").order_by("pk")[place : place + 1]:
            self.tried(lambda action=action: cancel_action(action=action, actor=self.office.staff, reason="Test"))

    @rule(place=st.integers(0, 8))
    def refuse(self, place: int) -> None:
        for part in Participation.objects.order_by("pk")[place : place + 1]:
            self.tried(
                lambda part=part: refuse_participation(participation=part, actor=self.office.staff, reason="Test")
            )

    @rule(cents=CENTS, cap=st.sampled_from([None, None, 1, 3]))
    def mend_the_price(self, cents: int, cap: int | None) -> None:
        self.tried(
            lambda: publish_price(
                kind="esp_clap",
                action_type="RCP",
                role="participant",
                starts_on=date(2026, 1, 1),
                amount_cents=cents,
                yearly_cap=cap,
                actor=self.office.admin,
            )
        )

    @rule(more=st.integers(1, 300))
    def raise_the_ceiling(self, more: int) -> None:
        highest = max(ConventionTerms.objects.values_list("ceiling_cents", flat=True))
        self.tried(
            lambda: reopen_team_year(
                team=self.office.team,
                year=2026,
                ceiling_cents=highest + more * 100,
                reason="Bureau",
                actor=self.office.treasurer,
            )
        )

    @rule(person=PERSON)
    def ask_back(self, person: int) -> None:
        owner = self.office.people[person].beneficiary
        self.tried(lambda: request_repayment(beneficiary=owner, reason="Test", actor=self.office.treasurer))

    @rule(place=st.integers(0, 3), step=st.sampled_from(["receive", "write_off", "offset", "withdraw"]), cents=CENTS)
    def move_request(self, place: int, step: str, cents: int) -> None:
        today = timezone.localdate()
        for request in RepaymentRequest.objects.order_by("-pk")[place : place + 1]:
            given: dict[str, Any] = {"amount_cents": min(cents, left_of(request) or cents), "received_on": today}
            self.tried(
                lambda request=request, given=given: move_repayment(
                    request=request,
                    step=step,
                    actor=self.office.treasurer,
                    reason="Test",
                    decided_on=today,
                    reference="PV",
                    **given,
                )
            )

    @invariant()
    def due_is_paid_pending_waiting_or_carried(self) -> None:
        """What was repaid is a line like any other: it is due, and no payment was needed for it."""
        due = DueLine.objects.aggregate(cents=Sum("amount_cents"))["cents"] or 0
        by_state = dict(Payment.objects.order_by().values_list("state").annotate(Sum("amount_cents")))
        paid = by_state.get(Payment.State.PAID, 0)
        pending = sum(by_state.get(state, 0) for state in ("pending", "held", "sent", "cleared"))
        left = settle(owed())
        waiting = sum(left.waiting.values()) + sum(left.paid.values())
        assert due == paid + pending + waiting + sum(left.carried.values())

    @invariant()
    def each_frozen_run_proves_itself(self) -> None:
        for run in Run.objects.frozen():
            for by in ("beneficiary", "team"):
                assert all(proof.holds for proof in prove(run, by=by).values())

    @invariant()
    def what_came_back_is_written_once_or_waits(self) -> None:
        written = DueLine.objects.filter(kind__in=RECOVERED).aggregate(cents=Sum("amount_cents"))["cents"] or 0
        waits = pending_recoveries().aggregate(cents=Sum("amount_cents"))["cents"] or 0
        came = Recovery.objects.aggregate(cents=Sum("amount_cents"))["cents"] or 0
        assert came == written + waits
        for recovery in Recovery.objects.all():
            lines = recovery.lines.aggregate(cents=Sum("amount_cents"))["cents"]
            assert lines in (None, recovery.amount_cents)

    @invariant()
    def nobody_is_asked_for_more_than_they_owe(self) -> None:
        for request in RepaymentRequest.objects.all():
            came = request.recoveries.aggregate(cents=Sum("amount_cents"))["cents"] or 0
            assert came <= request.amount_cents
            assert left_of(request) <= debts().get(request.beneficiary_id, 0)
        assert RepaymentRequest.objects.open().count() == len(
            set(RepaymentRequest.objects.open().values_list("beneficiary_id", flat=True))
        )

    @invariant()
    def ceiling_holds_for_what_was_earned(self) -> None:
        highest = max(ConventionTerms.objects.values_list("ceiling_cents", flat=True))
        assert 0 <= balances().team_cents(self.office.team.pk, 2026) <= highest
        latest = Price.objects.latest("version")
        assert latest.amount_cents > 0


@pytest.mark.django_db
def test_any_order_of_steps_keeps_every_cent_that_is_given_back_or_asked_for(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    run_state_machine_as_test(Money, settings=SEVERAL)


SEVERAL = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
