"""The checks before a submission: what each finds, what it leaves alone, and what keeps a run from being submitted."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from association.journal import StaleEdit
from association.machine import TransitionRefused
from payments.models import Account, PreflightSettings, Run
from payments.preflight import (
    AccountFact,
    Check,
    Facts,
    Severity,
    Usual,
    different_teams,
    judge,
    new_accounts,
    shared_ibans,
    unusual_amounts,
)
from payments.selectors.preflight import cases, preflight, remarks
from payments.services.accounts import archive_account, propose_account, suspend_account, verify_account
from payments.services.exporting import export_run
from payments.services.preflight import change_preflight
from payments.services.runs import settle_run, submit_run
from payments.services.steps import move_run
from tests.factories import AccountFactory, BeneficiaryFactory, GrantFactory
from tests.factories.money import french_iban
from tests.payments.office import AUGUST, IBANS, JULY, Office

WARNING = dict.fromkeys(Check, Severity.WARNING)


# --- pure ----------------------------------------------------------------------------------------------------


def test_account_is_new_until_the_bank_was_sent_a_transfer_to_it() -> None:
    facts = Facts(accounts=[AccountFact(1, "a", is_used=True), AccountFact(2, "b", is_used=False)])
    assert new_accounts(facts) == [2]


def test_iban_is_shared_with_whoever_has_it_paid_this_month_or_not() -> None:
    facts = Facts(
        accounts=[AccountFact(1, "a", True), AccountFact(2, "b", True)],
        iban_owners={"a": frozenset({1, 9}), "b": frozenset({2})},
    )
    assert shared_ibans(facts) == [1]


@pytest.mark.parametrize(
    ("cents", "usual", "is_unusual"),
    [
        (300_00, Usual(3, 300_00), False),  # three times as much: not more
        (300_01, Usual(3, 300_00), True),
        (100_00, Usual(2, 20_00), False),  # ten times as much, and 90 EUR more: too little to look at
        (10_000_00, Usual(1, 50_00), False),  # one payment is no habit
    ],
)
def test_amount_is_unusual_above_a_multiple_of_the_mean(cents: int, usual: Usual, is_unusual: bool) -> None:
    assert unusual_amounts(Facts(paid={1: cents}, usual={1: usual}), factor=3) == ([1] if is_unusual else [])


def test_team_differs_by_proportion_and_by_amount() -> None:
    teams = {1: (1_500_00, 1_000_00), 2: (1_501_00, 1_000_00), 3: (0, 1_000_00), 4: (100_00, 10_00), 5: (600_00, 0)}
    assert different_teams(Facts(teams=teams), percent=50) == [2, 3, 5]
    assert different_teams(Facts(teams=None), percent=50) == []


@given(st.dictionaries(st.integers(1, 1_000), st.integers(1, 10**9), max_size=50), st.integers(2, 50))
def test_who_is_paid_as_usual_is_never_unusual(paid: dict[int, int], factor: int) -> None:
    facts = Facts(paid=paid, usual={pk: Usual(12, 12 * cents) for pk, cents in paid.items()})
    assert unusual_amounts(facts, factor=factor) == []


def test_check_that_is_off_says_nothing_and_a_missing_price_always_blocks() -> None:
    facts = Facts(waiting={1: 50_00}, missing_prices=2, accounts=[AccountFact(1, "a", is_used=False)])
    off = dict.fromkeys(Check, Severity.OFF)
    assert [(one.check, one.severity) for one in judge(facts, off, factor=3, percent=50)] == [
        (Check.MISSING_PRICE, Severity.BLOCKING)
    ]
    found = judge(facts, {**WARNING, Check.NEW_ACCOUNT: Severity.BLOCKING}, factor=3, percent=50)
    assert [one.check for one in found] == [Check.MISSING_PRICE, Check.NEW_ACCOUNT, Check.WAITING]


# --- through the services ------------------------------------------------------------------------------------


@pytest.fixture
def settled_july(office: Office, settings, tmp_path) -> Run:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    office.rcp(date(2026, 7, 6))
    run = export_run(run=office.approved(), actor=office.treasurer).export.run
    return settle_run(run=run, actor=office.treasurer)


def found_in(run: Run) -> dict[Check, int]:
    return {one.check: one.count for one in preflight(run)}


def test_first_month_on_new_accounts_is_told_and_the_second_is_quiet(office: Office, settled_july: Run) -> None:
    office.rcp(date(2026, 8, 6))
    assert found_in(office.prepared(AUGUST)) == {}
    assert preflight(settled_july) == []


def test_every_check_finds_its_case(office: Office, settled_july: Run) -> None:
    changed = office.account_of(office.people[0])
    account = propose_account(
        beneficiary=changed.beneficiary, iban=french_iban(51), holder="Évrard Loïc", actor=office.staff
    )
    verify_account(account=account, actor=office.treasurer)
    AccountFactory(iban=IBANS[1], number=52, beneficiary=BeneficiaryFactory(of_company=True))
    suspend_account(account=office.account_of(office.people[2]), actor=office.treasurer, reason="Doute")
    for day in range(3, 20):
        office.rcp(date(2026, 8, day))
    office.rcp(date(2026, 8, 21), people=1)
    run = office.prepared(AUGUST)
    assert found_in(run) == {
        Check.NEW_ACCOUNT: 1,
        Check.SHARED_IBAN: 1,
        Check.WAITING: 1,
        Check.NEW_EXCLUSIONS: 1,
        Check.TEAM_DIFFERENCE: 1,
    }
    (new,) = cases(run, Check.NEW_ACCOUNT, user=office.treasurer)
    assert (str(new.beneficiary), new.cents, new.account) == ("Évrard Loïc", 17 * 50_00, account)
    (shared,) = cases(run, Check.SHARED_IBAN, user=office.staff)
    assert shared.account is None
    assert len(shared.sharing) == 1


def test_each_finding_leads_to_its_case(office: Office, settled_july: Run, client: Client) -> None:
    """Whatever is found opens a page that names it: the person, the participation, the team or the grant."""
    suspend_account(account=office.account_of(office.people[2]), actor=office.treasurer, reason="Doute")
    for day in range(3, 15):
        office.rcp(date(2026, 8, day))
    office.rcp(date(2026, 8, 21), people=1, reference="A-SEUL")
    office.rcp(date(2026, 8, 22), reference="A-REDAC").participations.update(role="redacteur")
    grant = GrantFactory(signed=True, team_cents=1_00)
    run = office.prepared(AUGUST)
    named = {
        Check.MISSING_PRICE: "A-REDAC",
        Check.ENVELOPE: grant.reference,
        Check.WAITING: "=Duval Zoé",
        Check.NEW_EXCLUSIONS: "A-SEUL",
        Check.TEAM_DIFFERENCE: "d’Ancenis",
    }
    said = remarks(run, preflight(run))
    assert {one.found.check for one in said} == set(named)
    client.force_login(office.treasurer)
    for one in said:
        page = client.get(one.url)
        text = page.content.decode().replace("&#x27;", "’").replace("'", "’")
        if one.found.check is Check.WAITING:  # a part of that page, fetched by it
            text = client.get(reverse("payments:run_left_due", args=[run.pk])).content.decode()
        assert page.status_code == 200, one
        assert named[one.found.check] in text, one.found.check


def test_unusual_amount_is_told_after_two_payments(office: Office, settled_july: Run) -> None:
    office.rcp(date(2026, 8, 6))
    august = export_run(run=office.approved(AUGUST), actor=office.treasurer).export.run
    settle_run(run=august, actor=office.treasurer)
    for day in range(1, 6):
        office.rcp(date(2026, 9, day))
    run = office.prepared(date(2026, 9, 1))
    assert found_in(run)[Check.UNUSUAL_AMOUNT] == 3
    assert {case.usual_cents for case in cases(run, Check.UNUSUAL_AMOUNT, user=office.treasurer)} == {50_00}


def test_blocking_check_refuses_the_submission_in_the_service_too(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    set_to(office, new_account=Severity.BLOCKING)
    for submit in (submit_run, lambda **about: move_run(step="submit", **about)):
        with pytest.raises(TransitionRefused, match="3 comptes nouveaux ou changés"):
            submit(run=run, actor=office.staff)
    assert Run.objects.get(pk=run.pk).state == Run.State.DRAFT
    set_to(office, new_account=Severity.WARNING)
    assert submit_run(run=run, actor=office.staff).state == Run.State.SUBMITTED


def test_all_blocking_checks_are_said_in_one_message(office: Office) -> None:
    suspend_account(account=office.account_of(office.people[0]), actor=office.treasurer, reason="Doute")
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    set_to(office, new_account=Severity.BLOCKING, waiting=Severity.BLOCKING)
    with pytest.raises(TransitionRefused, match=r"2 comptes nouveaux.*, 1 bénéficiaire en attente de RIB"):
        submit_run(run=run, actor=office.staff)


def test_missing_price_blocks_whatever_the_settings(office: Office) -> None:
    office.rcp(date(2026, 7, 6)).participations.update(role="redacteur")
    run = office.prepared()
    set_to(office, **{check.value: Severity.OFF for check in Check if check is not Check.MISSING_PRICE})
    assert found_in(run) == {Check.MISSING_PRICE: 3}
    with pytest.raises(TransitionRefused, match="sans tarif"):
        submit_run(run=run, actor=office.staff)


def test_settings_are_kept_by_one_person_at_a_time(office: Office) -> None:
    set_to(office, unusual_factor=5)
    with pytest.raises(StaleEdit):
        change_preflight(values={"unusual_factor": 4}, version=0, actor=office.admin)
    assert PreflightSettings.current().unusual_factor == 5


def test_number_of_queries_does_not_grow_with_the_payments(office: Office) -> None:
    def asked(run: Run) -> int:
        with CaptureQueriesContext(connection) as captured:
            preflight(run)
        return len(captured)

    office.rcp(date(2026, 7, 6), people=1)
    few = asked(office.prepared())
    office.rcp(date(2026, 7, 7))
    assert asked(office.prepared()) == few <= 15


def test_archived_account_counts_for_nobody(office: Office) -> None:
    archive_account(account=office.account_of(office.people[1]), actor=office.treasurer, reason="Clos")
    AccountFactory(iban=IBANS[1], number=53, beneficiary=office.people[0].beneficiary)
    office.rcp(date(2026, 7, 6))
    assert found_in(office.prepared(JULY)) == {Check.NEW_ACCOUNT: 2, Check.WAITING: 1}
    assert Account.objects.filter(iban_hash=Account.objects.latest("pk").iban_hash).count() == 2


def set_to(office: Office, **values: object) -> None:
    given = {name: value.value if isinstance(value, Severity) else value for name, value in values.items()}
    change_preflight(values=given, version=PreflightSettings.current().version, actor=office.admin)
