"""Trop-perçu: asked for, repaid in parts, written off, retained; each run goes on proving itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from actions.services import cancel_action
from association.machine import TransitionRefused
from payments.models import DueLine, Payment, Recovery, RepaymentRequest, Run
from payments.selectors.ledger import balances, owed
from payments.selectors.recoveries import debts, left_of
from payments.services.repayments import (
    receive_repayment,
    request_repayment,
    settle_by_offset,
    withdraw_repayment,
    write_off_repayment,
)
from payments.services.runs import approve_run, cancel_run, void_run
from tests.payments.office import AUGUST, JULY, SEPTEMBER, Office, payments_by_person

pytestmark = pytest.mark.usefixtures("owed_as_proved")
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def indebted(office: Office) -> Office:
    """July paid 50.00 to each of three; the action was cancelled, and August carries 50.00 of each."""
    action = office.rcp(date(2026, 7, 6))
    office.approved(JULY)
    cancel_action(action=action, actor=office.staff, reason="Déclarée deux fois.")
    office.approved(AUGUST)
    return office


def beneficiary(office: Office, place: int = 0) -> Any:
    return office.people[place].beneficiary


def asked(office: Office, place: int = 0) -> RepaymentRequest:
    return request_repayment(beneficiary=beneficiary(office, place), reason="Action annulée", actor=office.treasurer)


def came(office: Office, request: RepaymentRequest, cents: int) -> RepaymentRequest:
    return receive_repayment(
        request=request,
        amount_cents=cents,
        received_on=timezone.localdate(),
        reference="VIR 42",
        actor=office.treasurer,
    )


def test_repaid_debt_is_closed_by_lines_and_a_compensation_in_the_next_run(indebted: Office) -> None:
    request = asked(indebted)
    assert (request.number[:3], request.amount_cents, debts()[request.beneficiary_id]) == ("TP-", 50_00, 50_00)
    request = came(indebted, request, 50_00)
    assert request.state == "received"
    assert request.beneficiary_id not in debts()
    assert owed()[request.beneficiary_id] == -50_00
    run = indebted.approved(SEPTEMBER)
    assert list(run.lines.values_list("kind", "amount_cents")) == [("repaid", 50_00)]
    assert (run.opening_cents, run.new_cents, run.paid_cents, run.closing_cents) == (-150_00, 50_00, 0, -100_00)
    assert Payment.objects.get(run=run).state == "cleared"
    assert indebted.approved(OCTOBER).lines_count == 0


def test_repayment_in_parts_leaves_the_rest_to_be_paid_back(indebted: Office) -> None:
    request = came(indebted, asked(indebted), 20_00)
    assert (request.state, left_of(request)) == ("partly", 30_00)
    indebted.approved(SEPTEMBER)
    assert owed()[request.beneficiary_id] == -30_00
    assert left_of(request) == 30_00
    request = came(indebted, request, 30_00)
    assert request.state == "received"
    indebted.approved(OCTOBER)
    assert request.beneficiary_id not in owed()


def test_write_off_by_the_bureau_closes_what_is_left(indebted: Office) -> None:
    request = came(indebted, asked(indebted), 20_00)
    request = write_off_repayment(
        request=request, decided_on=timezone.localdate(), reference="PV du 12 septembre", actor=indebted.treasurer
    )
    assert request.state == "written_off"
    run = indebted.approved(SEPTEMBER)
    assert sorted(run.lines.values_list("kind", "amount_cents")) == [("repaid", 20_00), ("waived", 30_00)]
    assert request.beneficiary_id not in owed()


def test_later_earnings_make_up_for_it_and_only_the_rest_may_be_noted(indebted: Office) -> None:
    request = asked(indebted)
    indebted.rcp(date(2026, 9, 7), people=2)
    run = indebted.approved(SEPTEMBER)
    assert payments_by_person(run) == {"Évrard": 0, "Le Goff": 0}
    assert left_of(request) == 0
    with pytest.raises(TransitionRefused, match="retenu sur des indemnités"):
        came(indebted, request, 10_00)
    assert settle_by_offset(request=request, actor=indebted.treasurer).state == "offset"


def test_money_that_came_back_does_not_hold_back_what_is_earned_after(indebted: Office) -> None:
    came(indebted, asked(indebted), 50_00)
    indebted.rcp(date(2026, 9, 7), people=2)
    assert payments_by_person(indebted.approved(SEPTEMBER)) == {"Évrard": 50_00, "Le Goff": 0}


def test_what_was_repaid_uses_no_ceiling_and_no_number_cap(indebted: Office) -> None:
    came(indebted, asked(indebted), 50_00)
    indebted.approved(SEPTEMBER)
    used, person = balances(), indebted.people[0].pk
    assert used.team_cents(indebted.team.pk, 2026) == 0
    assert used.professional_cents(person, 2026) == 0
    assert used.paid_count(person, "RCP", 2026) == 0


def test_repaid_line_is_not_reversed_when_the_action_stays_cancelled(indebted: Office) -> None:
    came(indebted, asked(indebted), 50_00)
    indebted.approved(SEPTEMBER)
    assert indebted.approved(OCTOBER).lines_count == 0
    assert DueLine.objects.filter(kind="reversal").count() == 3


def test_cancelled_run_gives_the_recovery_to_the_next_and_a_void_one_keeps_its_line(indebted: Office) -> None:
    came(indebted, asked(indebted), 50_00)
    cancel_run(run=indebted.prepared(SEPTEMBER), actor=indebted.staff)
    assert not DueLine.objects.filter(kind="repaid").exists()
    void_run(run=indebted.approved(SEPTEMBER), actor=indebted.treasurer, reason="Mauvais mois")
    assert DueLine.objects.filter(kind="repaid").count() == 1
    run = indebted.approved(SEPTEMBER)
    assert (run.lines_count, run.paid_cents) == (0, 0)
    assert DueLine.objects.filter(kind="repaid").count() == 1
    assert beneficiary(indebted).pk not in owed()


def test_recovery_after_the_submission_is_found_at_the_approval(indebted: Office) -> None:
    request = asked(indebted)
    run = indebted.submitted(SEPTEMBER)
    came(indebted, request, 50_00)
    with pytest.raises(TransitionRefused, match="Les données ont changé"):
        approve_run(run=run, actor=indebted.treasurer)


def test_debt_of_two_actions_is_paid_back_action_by_action(office: Office) -> None:
    actions = [office.rcp(date(2026, 7, day)) for day in (6, 7)]
    office.approved(JULY)
    for action in actions:
        cancel_action(action=action, actor=office.staff, reason="Déclarée deux fois.")
    office.approved(AUGUST)
    came(office, asked(office), 70_00)
    run = office.approved(SEPTEMBER)
    rows = run.lines.order_by("pk").values_list("participation__action__reference", "amount_cents")
    assert list(rows) == [(actions[0].reference, 50_00), (actions[1].reference, 20_00)]


@pytest.mark.parametrize("cents", [0, -1, 50_01])
def test_amount_beyond_what_is_left_is_refused(cents: int, indebted: Office) -> None:
    with pytest.raises(TransitionRefused, match="Il reste 50,00"):
        came(indebted, asked(indebted), cents)
    assert not Recovery.objects.exists()


def test_second_request_is_refused_and_so_is_one_without_debt(indebted: Office) -> None:
    asked(indebted)
    with pytest.raises(TransitionRefused, match="déjà en cours"):
        asked(indebted)
    from payments.models import Beneficiary
    from tests.factories import ProfessionalFactory

    nobody = Beneficiary.objects.create(professional=ProfessionalFactory())
    with pytest.raises(TransitionRefused, match="ne doit rien"):
        request_repayment(beneficiary=nobody, reason="Erreur", actor=indebted.treasurer)


def test_request_of_which_something_came_is_not_withdrawn(indebted: Office) -> None:
    request = asked(indebted)
    assert withdraw_repayment(request=request, reason="Erreur", actor=indebted.treasurer).state == "withdrawn"
    again = asked(indebted)
    assert again.number != request.number
    again = came(indebted, again, 10_00)
    with pytest.raises(TransitionRefused, match="n'est pas possible maintenant"):
        withdraw_repayment(request=again, reason="Erreur", actor=indebted.treasurer)


@pytest.mark.parametrize("state", ["received", "written_off", "offset", "withdrawn"])
def test_closed_request_takes_nothing_more(state: str, indebted: Office) -> None:
    request = asked(indebted)
    RepaymentRequest.objects.filter(pk=request.pk).update(state=state)
    for step in (
        lambda: came(indebted, request, 10_00),
        lambda: write_off_repayment(
            request=request, decided_on=timezone.localdate(), reference="PV", actor=indebted.treasurer
        ),
        lambda: settle_by_offset(request=request, actor=indebted.treasurer),
        lambda: withdraw_repayment(request=request, reason="Erreur", actor=indebted.treasurer),
    ):
        with pytest.raises(TransitionRefused):
            step()


def test_database_refuses_what_no_service_does(indebted: Office) -> None:
    request = asked(indebted)
    came(indebted, request, 20_00)
    for change in (
        lambda: RepaymentRequest.objects.filter(pk=request.pk).update(amount_cents=1),
        lambda: Recovery.objects.update(amount_cents=1),
        lambda: Recovery.objects.all().delete(),
        lambda: Recovery.objects.create(
            request=request, kind="written_off", amount_cents=1, happened_on=JULY, recorded_by=indebted.admin
        ),
        lambda: RepaymentRequest.objects.create(
            number="TP-2", beneficiary=request.beneficiary, amount_cents=1, requested_on=JULY, reason="x",
            requested_by=indebted.admin,
        ),
    ):  # fmt: skip
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()
    RepaymentRequest.objects.filter(pk=request.pk).update(state="received")
    with pytest.raises(DatabaseError), transaction.atomic():
        RepaymentRequest.objects.filter(pk=request.pk).update(state="partly")


def test_only_a_treasurer_asks_and_notes(indebted: Office) -> None:
    from django.core.exceptions import PermissionDenied

    for actor in (indebted.staff, indebted.admin):
        with pytest.raises(PermissionDenied):
            request_repayment(beneficiary=beneficiary(indebted), reason="Erreur", actor=actor)
    assert not Run.objects.open().exists()
