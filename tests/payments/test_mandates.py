"""The board: which lines of a run pay its members, who has to sign besides, and what they were paid in a year."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from association.machine import TransitionRefused
from association.models import FieldChange
from config.demo.clock import living_on
from payments.models import BoardMandate, Payment
from payments.preflight import Check
from payments.selectors.mandates import board_lines, board_years, mandates_in_words, paid_board
from payments.selectors.preflight import preflight
from payments.services.accounts import suspend_account
from payments.services.exporting import export_run
from payments.services.mandates import change_mandate, give_mandate
from payments.services.runs import approve_run, countersign_run, settle_run
from payments.services.transfers import return_payment
from tests.payments.office import AUGUST, Office


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def a_mandate(office: Office, **values: object) -> BoardMandate:
    given = {"professional": office.people[0], "user": None, "function": "treasurer", "ends_on": None, "reason": "AG"}
    return give_mandate(values={**given, "starts_on": date(2026, 1, 1), **values}, actor=office.admin)


def paid_july(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    with living_on(date(2026, 8, 10)):
        run = office.approved()
        export_run(run=run, actor=office.treasurer)
    settle_run(run=type(run).objects.get(pk=run.pk), actor=office.treasurer, paid_on=date(2026, 8, 10))


def test_run_names_the_lines_of_board_members(office: Office) -> None:
    a_mandate(office)
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    found = board_lines(run)
    assert [(row.line.professional, row.line.amount_cents) for row in found] == [(office.people[0], 50_00)]
    assert [one.count for one in preflight(run) if one.check is Check.BOARD] == [1]
    assert [row.line.amount_cents for row in board_lines(office.approved())] == [50_00]


def test_mandate_that_ended_before_the_month_is_none_of_the_run(office: Office) -> None:
    a_mandate(office, ends_on=date(2026, 6, 30))
    office.rcp(date(2026, 7, 6))
    assert board_lines(office.prepared()) == []


def test_account_with_a_mandate_that_names_a_professional_asks_for_a_third_name(office: Office) -> None:
    """The account itself names nobody: the mandate says who it is."""
    a_mandate(office, user=office.treasurer)
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    with pytest.raises(TransitionRefused, match="contresigner"):
        approve_run(run=run, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="vous indemnise"):
        countersign_run(run=run, actor=office.treasurer)
    countersign_run(run=run, actor=office.president)
    assert approve_run(run=run, actor=office.treasurer).is_frozen


def test_year_counts_what_was_paid_by_day_of_payment_and_not_what_came_back(office: Office) -> None:
    a_mandate(office)
    a_mandate(office, professional=office.people[1], function="secretary", ends_on=date(2026, 2, 1))
    paid_july(office)
    found = {person.pk: person.paid_cents for person in paid_board(office.staff, 2026)}
    assert found == {office.people[0].pk: 50_00, office.people[1].pk: 50_00}
    assert {person.paid_cents for person in paid_board(office.staff, 2027)} == {0}
    back = Payment.objects.get(beneficiary__professional=office.people[0])
    return_payment(payment=back, actor=office.treasurer, bank_reason="AC04", comment="Clos")
    found = {person.pk: person.paid_cents for person in paid_board(office.staff, 2026)}
    assert found[office.people[0].pk] == 0


def test_year_names_each_function_with_its_days(office: Office) -> None:
    a_mandate(office, function="secretary", ends_on=date(2026, 5, 31))
    a_mandate(office, function="president", starts_on=date(2026, 6, 1))
    assert mandates_in_words(2026)[office.people[0].pk] == (
        "Secrétariat, du 01/01/2026 au 31/05/2026 ; Présidence, du 01/06/2026"
    )
    assert board_years(today=date(2027, 3, 1)) == [2027, 2026]


def test_who_does_not_see_amounts_sees_no_year(office: Office) -> None:
    a_mandate(office)
    assert not paid_board(office.admin, 2026).exists()


def test_treasurer_enters_no_mandate(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        give_mandate(values={}, actor=office.treasurer)


def test_mandate_of_nobody_is_refused_by_the_database(office: Office) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardMandate.objects.create(function="member", starts_on=date(2026, 1, 1))


def test_end_of_a_mandate_is_in_the_journal(office: Office) -> None:
    mandate = a_mandate(office)
    change_mandate(mandate=mandate, values={"ends_on": date(2026, 9, 30)}, version=0, actor=office.staff)
    change = FieldChange.objects.filter(field="ends_on").get()
    assert (change.before, change.after) == ("", "30/09/2026")


def test_left_over_line_of_a_board_member_is_named_by_the_next_run(office: Office) -> None:
    a_mandate(office)
    suspend_account(account=office.account_of(office.people[0]), actor=office.staff, reason="Doute")
    office.rcp(date(2026, 7, 6))
    office.approved()
    office.rcp(date(2026, 8, 6), people=2)
    found = board_lines(office.prepared(AUGUST))
    assert sorted((row.line.amount_cents, row.is_left_over) for row in found) == [(50_00, False), (50_00, True)]
