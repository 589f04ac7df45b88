"""Scenarios of a month and of what follows it, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from lxml import etree

from actions.models import Participation
from actions.services import refuse_participation
from association.fields import keyed_hash
from association.models import Membership, MembershipPeriod, Professional, User
from association.services.members import leave_team
from association.workflow import enter_at
from config.demo.clock import living_on
from conventions.models import Adhesion
from payments.figures import run_figures
from payments.models import Account, Beneficiary, DueLine, Payment, Run
from payments.selectors.ledger import due_by_beneficiary, owed, unallocated
from payments.selectors.preflight import preflight
from payments.selectors.runs import settlement_of
from payments.sepa.message import NAMESPACE
from payments.services import exporting
from payments.services.accounts import archive_account
from payments.services.bank_answers import confirm_line, import_answer
from payments.services.banking import set_bank_details
from payments.services.exporting import export_run
from payments.services.runs import settle_run
from tests.payments.answers import status_report
from tests.payments.office import AUGUST, IBANS, SEPTEMBER, Office
from tests.payments.test_bank_file import DETAILS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owed_as_proved")]
MANY = 1_000
KEPT = ("reference", "amount_cents", "state", "holder")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def bank(office: Office) -> None:
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)


def sent(office: Office) -> Run:
    office.rcp(date(2026, 7, 6))
    with living_on(date(2026, 8, 4)):
        return export_run(run=office.approved(), actor=office.treasurer).export.run


# --- carried over two runs -----------------------------------------------------------------------------------


def test_net_negative_is_carried_over_two_runs_then_set_off(office: Office) -> None:
    first = office.rcp(date(2026, 7, 6))
    office.rcp(date(2026, 7, 7))
    export_run(run=office.approved(), actor=office.treasurer)
    person = office.people[0]
    for action in Participation.objects.filter(professional=person):
        refuse_participation(participation=action, actor=office.staff, reason="Absent")
    assert first.participations.count() == 3
    pk = Beneficiary.objects.get(professional=person).pk
    for month in (AUGUST, SEPTEMBER):
        run = office.approved(month)
        assert not run.payments.filter(beneficiary=pk).exists()
        assert (run.waiting_cents, run.closing_cents) == (0, -100_00)
        assert owed(run) == {pk: -100_00}
    for day in (5, 6, 7):
        office.rcp(date(2026, 10, day))
    run = office.approved(date(2026, 10, 1))
    assert run.payments.get(beneficiary=pk).amount_cents == 50_00
    assert owed() == {}


def test_net_zero_closes_its_lines_and_leaves_nothing_to_the_next_two_runs(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    person = office.people[0]
    refuse_participation(
        participation=Participation.objects.get(professional=person), actor=office.staff, reason="Absent"
    )
    office.rcp(date(2026, 8, 6))
    run = office.approved(AUGUST)
    cleared = run.payments.get(beneficiary__professional=person)
    assert (cleared.state, cleared.amount_cents, cleared.allocations.count()) == ("cleared", 0, 2)
    for month in (SEPTEMBER, date(2026, 10, 1)):
        assert not office.approved(month).payments.exists()
    assert not unallocated().exists()


def test_overpayment_is_a_reversal_and_a_new_line(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    person = office.people[0]
    refuse_participation(
        participation=Participation.objects.get(professional=person), actor=office.staff, reason="Absent"
    )
    office.rcp(date(2026, 8, 6))
    office.rcp(date(2026, 8, 7))
    run = office.approved(AUGUST)
    of_person = DueLine.objects.filter(run=run, professional=person)
    assert sorted(of_person.values_list("kind", "amount_cents")) == [
        ("initial", 50_00),
        ("initial", 50_00),
        ("reversal", -50_00),
    ]
    assert run.payments.get(beneficiary__professional=person).amount_cents == 50_00


# --- dates ---------------------------------------------------------------------------------------------------

LAST_HALF_HOUR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def last_half_hour(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: LAST_HALF_HOUR)
        yield


def test_payment_of_31_december_half_past_eleven_utc_counts_in_the_next_year(
    office: Office, bank: None, request: pytest.FixtureRequest
) -> None:
    run = sent(office)
    request.getfixturevalue("last_half_hour")
    first = run.payments.order_by("reference")[0]
    report = status_report((first.reference, "ACSC", "", 50_00))
    report = report.replace(b"2026-08-05T23:30:00Z", b"2026-12-31T23:30:00Z")
    answer, _ = import_answer(content=report, actor=office.treasurer)
    confirm_line(line=answer.lines.get(), actor=office.treasurer)
    settle_run(run=run, actor=office.treasurer)
    assert set(run.payments.values_list("paid_on", flat=True)) == {date(2027, 1, 1)}
    paid = {figure.label: figure.value for figure in run_figures(office.treasurer)}
    assert paid["Payé en 2027"].startswith("150,00")


# --- many, all or none ---------------------------------------------------------------------------------------


def crowd(office: Office) -> None:
    """Add members of the same team until there are `MANY`, each with a verified account."""
    people = Professional.objects.bulk_create(
        Professional(rpps=f"{20_000_000_000 + number}", last_name=f"Nom{number}", first_name="A", profession="60")
        for number in range(MANY - len(office.people))
    )
    stays = Membership.objects.bulk_create(
        Membership(team=office.team, professional=person, joined_on=date(2026, 1, 1)) for person in people
    )
    MembershipPeriod.objects.bulk_create(MembershipPeriod(membership=stay, status="confirme") for stay in stays)
    signed = date(2026, 1, 1)
    enter_at(
        [(Adhesion(convention=office.convention, membership=stay, signed_on=signed), "signed") for stay in stays],
        actor=office.admin,
        origin="test",
    )
    owners = Beneficiary.objects.bulk_create(Beneficiary(professional=person) for person in people)
    iban, hashed = IBANS[0], keyed_hash(IBANS[0])
    accounts = [
        Account(
            beneficiary=owner,
            iban=iban,
            iban_hash=hashed,
            iban_last4=iban[-4:],
            holder="Nom",
            entered_by=office.staff,
            verified_by=office.treasurer,
        )
        for owner in owners
    ]
    enter_at([(one, Account.State.VERIFIED) for one in accounts], actor=office.admin, origin="test")
    office.people += people


def test_thousand_payments_are_all_in_one_state_whatever_breaks_off(
    office: Office, bank: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(office)
    office.rcp(date(2026, 7, 6), people=MANY)
    with living_on(date(2026, 8, 4)):
        run = office.approved()
    assert states(run) == {"pending": MANY}
    whole = exporting.fire_all

    def broken(rows: Any, name: str, **about: Any) -> Any:
        done = whole(rows, name, **about)
        if name == "send":
            raise RuntimeError("the process dies after the last row")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "fire_all", broken)
        with pytest.raises(RuntimeError):
            export_run(run=run, actor=office.treasurer)
    assert states(run) == {"pending": MANY}
    assert (Run.objects.get().state, run.exports.count()) == ("approved", 0)
    with living_on(date(2026, 8, 4)):
        export = export_run(run=run, actor=office.treasurer).export
    assert states(run) == {"sent": MANY}
    assert (export.transfers_count, export.transfers_cents) == (MANY, run.paid_cents)
    settle_run(run=export.run, actor=office.treasurer, paid_on=date(2026, 8, 5))
    assert states(run) == {"paid": MANY}


def states(run: Run) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in run.payments.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


# --- the file and what comes after it ------------------------------------------------------------------------


def test_hard_name_and_a_message_of_two_hundred_characters_reach_the_file_as_banks_take_them(office: Office) -> None:
    long = "Indemnités des équipes de soins coordonnées, " * 4 + "fin du libellé."
    archive_account(account=office.account_of(office.people[0]), actor=office.president, reason="Changé")
    account = Account(
        beneficiary=Beneficiary.objects.get(professional=office.people[0]),
        iban=IBANS[0],
        iban_hash=keyed_hash(IBANS[0]),
        iban_last4=IBANS[0][-4:],
        holder="Zoë d’Œuvre & Fils",
        entered_by=office.staff,
        verified_by=office.treasurer,
    )
    enter_at([(account, Account.State.VERIFIED)], actor=office.admin, origin="test")
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)
    from payments.models import BankDetails

    BankDetails.objects.update(message=long[:140])
    office.rcp(date(2026, 7, 6))
    export = export_run(run=office.approved(), actor=office.treasurer).export
    assert export.bank_file is not None
    root = etree.parse(str(export.bank_file.path)).getroot()
    names = [one.text for one in root.iterfind(f".//{{{NAMESPACE}}}Cdtr/{{{NAMESPACE}}}Nm")]
    assert "Zoe d'OEuvre + Fils" in names
    for one in root.iterfind(f".//{{{NAMESPACE}}}Ustrd"):
        assert one.text is not None
        assert len(one.text) <= 140
        assert one.text.isascii()


def test_member_who_leaves_after_the_export_changes_nothing(office: Office, bank: None) -> None:
    run = sent(office)
    before = list(run.payments.values(*KEPT)), run.exports.get().bank_file.sha256
    stay = Membership.objects.get(professional=office.people[0])
    leave_team(membership=stay, left_on=date(2026, 7, 5), actor=office.staff)
    assert (list(run.payments.values(*KEPT)), run.exports.get().bank_file.sha256) == before
    august = office.approved(AUGUST)
    assert not august.lines.exists()
    assert due_by_beneficiary(unallocated()) == {}


def test_checks_of_a_run_are_read_once_for_its_page(office: Office, client: Any, monkeypatch: Any) -> None:
    from payments.models import PreflightSettings
    from payments.selectors import preflight as module

    PreflightSettings.objects.create(pk=1, new_account="blocking")
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    calls, whole = [], module.read_facts
    monkeypatch.setattr(module, "read_facts", lambda *about: calls.append(1) or whole(*about))
    client.force_login(User.objects.get(pk=office.staff.pk))
    page = client.get(f"/paiements/{run.pk}/")
    assert "Les contrôles empêchent de soumettre" in page.content.decode()
    assert calls == [1]
    assert preflight(run, settlement_of(run))
    assert Payment.objects.count() == 0
