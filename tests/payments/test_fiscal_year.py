"""A fiscal year that is no civil year: entries, charges à payer and fonds dédiés; the civil papers stay civil."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from association.machine import TransitionRefused
from payments.exercise import Exercise, exercise_ending_in, exercise_of
from payments.models import AccountingEntry, AccountingExport, AccountingSettings
from payments.selectors.accounting import pending_events, possible_ends
from payments.selectors.accruals import accruals
from payments.selectors.dedicated import dedicated_funds
from payments.selectors.year_days import exercise_at
from payments.services.accounting import choose_accounts, close_year, closing_refusal, export_entries
from payments.services.exporting import export_run
from payments.services.steps import move_payment
from tests.factories.grants import GrantFactory, GrantInstalmentFactory, RunningCostFactory
from tests.payments.fec_reading import Read, read_fec
from tests.payments.office import Office
from tests.payments.test_year import CHOSEN

SEPTEMBER = CHOSEN | {"first_month": 9}


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets the clock."""

    def at(*moment: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(*moment, tzinfo=UTC))

    return at


def read(export: AccountingExport) -> list[Read]:
    return read_fec(export.document.path.read_bytes())


@pytest.mark.parametrize(
    ("first_month", "day", "starts_on", "ends_on", "name"),
    [
        (1, date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (1, date(2026, 12, 31), date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (9, date(2026, 8, 31), date(2025, 9, 1), date(2026, 8, 31), "2025-2026"),
        (9, date(2026, 9, 1), date(2026, 9, 1), date(2027, 8, 31), "2026-2027"),
        (3, date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 29), "2027-2028"),
        (12, date(2026, 12, 1), date(2026, 12, 1), date(2027, 11, 30), "2026-2027"),
    ],
)
def test_exercise_of_a_day(first_month: int, day: date, starts_on: date, ends_on: date, name: str) -> None:
    found = exercise_of(day, first_month=first_month)
    assert found == Exercise(starts_on, ends_on) == exercise_ending_in(ends_on.year, first_month=first_month)
    assert found.name == name


def test_entries_charges_and_reversal_of_an_exercise_that_ends_in_august(office: Office, clock: Any) -> None:
    """By hand: 150.00 of July approved in August; 100.00 of August approved in September, so a charge à payer."""
    choose_accounts(values=SEPTEMBER, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    office.rcp(date(2026, 8, 6), people=2)
    clock(2026, 9, 10, 8)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 20))
    exercise = exercise_at(date(2026, 8, 31))
    assert exercise.name == "2025-2026"
    assert possible_ends(date(2026, 8, 1)) == [date(2026, 8, 31)]  # not beyond the exercise
    assert accruals(exercise.ends_on).total_cents == 100_00
    with pytest.raises(TransitionRefused, match="Arrêtez d’abord les charges à payer de 2025-2026"):
        export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    close_year(exercise=exercise, actor=office.treasurer)
    assert closing_refusal(exercise) == "Les charges à payer de 2025-2026 sont déjà arrêtées."
    old = export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    office.approved(date(2026, 8, 1))
    clock(2026, 10, 2, 8)
    new = export_entries(ends_on=date(2026, 9, 30), actor=office.treasurer)
    charges = [
        (row.number, row.day, row.debit - row.credit) for row in [*read(old), *read(new)] if row.account == "6571"
    ]
    assert charges == [
        ("2025-2026-000001", date(2026, 8, 10), 150_00),
        ("2025-2026-000005", date(2026, 8, 31), 100_00),
        ("2026-2027-000001", date(2026, 9, 1), -100_00),
        ("2026-2027-000002", date(2026, 9, 10), 100_00),
    ]
    assert {row.piece_day for row in read(new) if row.account == "4686"} == {date(2026, 9, 1)}
    assert pending_events(until=date(2026, 9, 30)) == []


def test_change_of_exercise_makes_a_short_one_without_gap_or_overlap(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 12, 8))
    clock(2027, 1, 10, 8)
    office.approved(date(2026, 12, 1))
    close_year(exercise=exercise_at(date(2026, 12, 31)), actor=office.treasurer)
    first = export_entries(ends_on=date(2026, 12, 31), actor=office.treasurer)
    choose_accounts(values=SEPTEMBER, version=1, actor=office.treasurer)
    assert AccountingSettings.current().first_month == 9
    clock(2027, 10, 1, 8)
    assert possible_ends(date(2027, 1, 1))[-1] == date(2027, 8, 31)
    second = export_entries(ends_on=date(2027, 1, 31), actor=office.treasurer)
    assert (first.ends_on, second.starts_on) == (date(2026, 12, 31), date(2027, 1, 1))
    numbers = list(AccountingEntry.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == ["2026-000001", "2026-2027-000001", "2026-2027-000002"]


def test_a_write_off_waits_for_its_account_and_nothing_else_does(office: Office, clock: Any) -> None:
    from actions.services.validating import cancel_action
    from payments.services.repayments import request_repayment, write_off_repayment

    without = CHOSEN | {"write_off_account": "", "write_off_label": ""}
    choose_accounts(values=without, version=0, actor=office.treasurer)
    action = office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 10))
    cancel_action(action=action, actor=office.staff, reason="Saisie deux fois")
    clock(2026, 9, 8, 8)
    assert export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer).entries_count == 4
    office.approved(date(2026, 8, 1))
    request = request_repayment(
        beneficiary=office.people[0].beneficiary, reason="Action annulée", actor=office.treasurer
    )
    write_off_repayment(request=request, decided_on=date(2026, 9, 8), reference="Bureau du 8", actor=office.treasurer)
    clock(2026, 10, 2, 8)
    with pytest.raises(TransitionRefused, match="compte des trop-perçus abandonnés"):
        export_entries(ends_on=date(2026, 9, 30), actor=office.treasurer)
    choose_accounts(values=CHOSEN, version=1, actor=office.treasurer)
    rows = read(export_entries(ends_on=date(2026, 9, 30), actor=office.treasurer))
    given_up = [row for row in rows if row.label.startswith("Trop-perçu abandonné")]
    assert [(row.account, row.debit, row.credit) for row in given_up] == [("654", 50_00, 0), ("467", 0, 50_00)]
    assert {row.journal for row in given_up} == {"OD"}


def test_dedicated_funds_of_an_exercise_by_hand(office: Office, clock: Any) -> None:
    """Received 1,000.00 by 31 August; 150.00 due, 100.00 à payer, 60.00 of running costs: 690.00 are left."""
    choose_accounts(values=SEPTEMBER, version=0, actor=office.treasurer)
    grant = GrantFactory(signed=True)
    GrantInstalmentFactory(grant=grant, received_on=date(2026, 3, 1), received_cents=1_000_00)
    GrantInstalmentFactory(grant=grant, received_on=date(2026, 9, 1), received_cents=400_00)
    RunningCostFactory(spent_on=date(2026, 8, 31), amount_cents=60_00)
    RunningCostFactory(spent_on=date(2026, 9, 1), amount_cents=30_00)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    office.rcp(date(2026, 8, 6), people=2)
    office.rcp(date(2026, 9, 6))
    clock(2026, 10, 1, 8)
    (row,) = dedicated_funds(exercise_at(date(2026, 8, 31)), user=office.treasurer)
    assert (row.received, row.due, row.owed, row.spent) == (1_000_00, 150_00, 100_00, 60_00)
    assert row.proposed == 690_00
