"""The bank accounts and the transfers: whom a list shows what, what a page lets through, and the one IBAN in full."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from actions.services import refuse_participation
from association.identifiers import grouped_iban
from association.jobs import run_job
from association.models import BulkOperation, LookLog
from payments.inbox import accounts_to_verify
from payments.models import Account, Payment
from payments.services.accounts import suspend_account
from tests.factories import AccountFactory, BeneficiaryFactory, PaymentFactory, ProfessionalFactory
from tests.payments.office import AUGUST, IBANS, Office
from tests.web.conftest import World, plain

SignedIn = Callable[[str], Client]
ACCOUNTS, PAYMENTS = "/comptes/", "/virements/"


def shown(client: Client, address: str, **asked: Any) -> list[Any]:
    return list(client.get(address, {"page": "1", **asked}).context["asked"].page)


def cells(response: Any) -> list[str]:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    sheet = load_workbook(BytesIO(content)).active
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]


def again(client: Client, address: str) -> int:
    """How many queries the second look at a list takes: the first one keeps how it was left."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def step(client: Client, row: Account | Payment, name: str, **typed: str) -> Any:
    return client.post(f"{row_url(row)}etape/", {"step": name, **typed})


def row_url(row: Account | Payment) -> str:
    return reverse("payments:account" if isinstance(row, Account) else "payments:payment", args=[row.pk])


# --- the whole IBAN ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["treasurer", "auditor"])
def test_no_list_no_page_and_no_file_has_a_whole_iban(role: str, world: World, signed_in: SignedIn) -> None:
    client = signed_in(role)
    account, payment = world.office.account_of(world.office.people[0]), world.run.payments.first()
    everything = {name: f"col={'&col='.join(table)}" for name, table in all_columns().items()}
    addresses = [f"{name}?{query}" for name, query in everything.items()] + [row_url(account), row_url(payment)]
    for address in [*addresses, reverse("payments:run_payments", args=[world.run.pk])]:
        page = client.get(address)
        assert page.status_code == 200
        text = page.content.decode().replace(" ", "")
        assert "••••" in text, address
        assert not any(iban in text for iban in IBANS), address
    for name, query in everything.items():
        written = cells(client.post(f"{name}export/", {"query": query}))
        assert f"•••• {IBANS[0][-4:]}" in written, name
        assert not any(iban in cell.replace(" ", "") for cell in written for iban in IBANS), name
    assert not LookLog.objects.filter(what="IBAN").exists()


def all_columns() -> dict[str, list[str]]:
    from payments.tables import AccountTable, PaymentTable

    return {ACCOUNTS: list(AccountTable.base_columns), PAYMENTS: list(PaymentTable.base_columns)}


def test_treasurer_sees_one_iban_and_the_look_is_logged(world: World, signed_in: SignedIn) -> None:
    account = world.office.account_of(world.office.people[0])
    page = signed_in("treasurer").post(f"{row_url(account)}iban/")
    assert grouped_iban(IBANS[0]) in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    look = LookLog.objects.get(what="IBAN")
    assert (look.object_id, look.actor) == (account.pk, world.office.treasurer)


def test_looks_are_told_to_whoever_may_open_the_account(world: World, signed_in: SignedIn) -> None:
    account, other = (world.office.account_of(person) for person in world.office.people[:2])
    assert "IBAN lu en entier" not in plain(signed_in("auditor").get(row_url(account)))
    signed_in("treasurer").post(f"{row_url(account)}iban/")
    for role in ("auditor", "treasurer"):
        entry = plain(signed_in(role).get(row_url(account))).partition("IBAN lu en entier")[2].partition("</li>")[0]
        assert str(world.office.treasurer) in entry
    assert "IBAN lu en entier" not in plain(signed_in("auditor").get(row_url(other)))


def test_auditor_is_offered_no_iban_and_gets_none(world: World, signed_in: SignedIn) -> None:
    account = world.office.account_of(world.office.people[0])
    client = signed_in("auditor")
    assert "Voir l'IBAN" not in plain(client.get(row_url(account)))
    assert client.post(f"{row_url(account)}iban/").status_code == 403
    assert not LookLog.objects.filter(what="IBAN").exists()


def test_iban_is_not_read_by_opening_its_address(world: World, signed_in: SignedIn) -> None:
    account = world.office.account_of(world.office.people[0])
    assert signed_in("treasurer").get(f"{row_url(account)}iban/").status_code == 405


# --- accounts ------------------------------------------------------------------------------------------------


def test_home_leads_to_the_accounts_that_one_may_verify(office: Office, signed_in: SignedIn) -> None:
    theirs, own = AccountFactory(), AccountFactory(entered_by=office.treasurer)
    item = next(accounts_to_verify(office.treasurer))
    client = signed_in("treasurer")
    assert list(client.get(item.url).context["asked"].page) == [theirs]
    assert item.count == 1
    assert shown(client, ACCOUNTS, waiting="par-un-autre") == [own]


def test_iban_of_several_beneficiaries_is_found_and_said(office: Office, signed_in: SignedIn) -> None:
    one, other = AccountFactory(number=7), AccountFactory(number=7)
    AccountFactory(number=8, rejected=True)
    AccountFactory(number=8)
    same = AccountFactory(number=9, archived=True)
    AccountFactory(number=9, beneficiary=same.beneficiary)
    client = signed_in("treasurer")
    assert set(shown(client, ACCOUNTS, iban="partage")) == {one, other}
    page = plain(client.get(row_url(one)))
    assert "Cet IBAN est aussi celui d'un autre bénéficiaire." in page
    assert row_url(other) in page
    assert "aussi celui d'un autre" not in plain(client.get(row_url(same)))


def test_account_is_found_by_name_by_holder_and_by_the_end_of_its_iban(office: Office, signed_in: SignedIn) -> None:
    person = ProfessionalFactory(last_name="Kérouanton", first_name="Maëlle")
    account = AccountFactory(beneficiary=BeneficiaryFactory(professional=person), holder="CABINET DU PORT", number=51)
    company = AccountFactory(beneficiary=BeneficiaryFactory(of_company=True), number=52)
    client = signed_in("treasurer")
    for typed in ("kerouanton", "Cabinet port", "maelle port", account.iban_last4):
        assert shown(client, ACCOUNTS, q=typed) == [account], typed
    assert company in shown(client, ACCOUNTS, q=company.beneficiary.company.name)


def test_who_entered_an_account_is_told_why_they_cannot_verify_it(office: Office, signed_in: SignedIn) -> None:
    account = AccountFactory(entered_by=office.treasurer)
    client = signed_in("treasurer")
    assert "une autre personne doit le vérifier" in plain(client.get(row_url(account)))
    refused = step(client, account, "verify")
    assert refused.status_code == 409
    account = Account.objects.get(pk=account.pk)
    assert account.state == Account.State.PROPOSED


def test_account_goes_through_its_steps_from_its_page(office: Office, signed_in: SignedIn) -> None:
    account = AccountFactory()
    client = signed_in("treasurer")
    for name, typed, state in (
        ("verify", {}, "verified"),
        ("suspend", {"comment": "Doute sur le titulaire."}, "suspended"),
        ("resume", {"comment": "Levé."}, "verified"),
    ):
        assert step(client, account, name, **typed).status_code == 302
        assert Account.objects.get(pk=account.pk).state == state
    page = plain(client.get(row_url(account)))
    assert "Doute sur le titulaire." in page
    assert step(client, account, "archive").status_code == 409
    assert step(client, account, "archive", comment="Cessation d'activité.").status_code == 302
    assert Account.objects.get(pk=account.pk).state == "archived"
    assert step(client, account, "suspend", comment="Doute.").status_code == 409


def test_auditor_reads_accounts_and_transfers_and_moves_none(world: World, signed_in: SignedIn) -> None:
    account, payment = AccountFactory(), world.run.payments.first()
    client = signed_in("auditor")
    for row, name in ((account, "verify"), (payment, "pay")):
        assert "Étapes possibles" not in plain(client.get(row_url(row)))
        assert step(client, row, name, **{"pay-paid_on": "2026-08-05"}).status_code == 409
        assert type(row).objects.get(pk=row.pk).state == row.state
    assert "list-box" not in client.get(f"{ACCOUNTS}?page=1").content.decode()


def test_many_accounts_are_verified_but_those_that_one_entered(office: Office, signed_in: SignedIn) -> None:
    theirs, own = AccountFactory(), AccountFactory(entered_by=office.treasurer)
    client = signed_in("treasurer")
    asked = client.post(f"{ACCOUNTS}lot/", {"id": f"{theirs.pk},{own.pk}", "step": "verify"})
    client.post(asked.url, {})
    run_job(BulkOperation.objects.get().job_id)
    states = dict(Account.objects.filter(pk__in=[theirs.pk, own.pk]).values_list("pk", "state"))
    assert states == {theirs.pk: "verified", own.pk: "proposed"}
    assert "une autre personne doit le vérifier" in plain(client.get(f"/lots/{BulkOperation.objects.get().pk}/"))


# --- transfers -----------------------------------------------------------------------------------------------


def test_transfers_of_all_runs_are_filtered_by_run_state_amount_and_day(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    paid = PaymentFactory(paid=True, amount_cents=75_00)
    assert shown(client, PAYMENTS, run=str(paid.run_id)) == [paid]
    assert shown(client, PAYMENTS, state="paid") == [paid]
    assert shown(client, PAYMENTS, amount_cents_min="74", amount_cents_max="76") == [paid]
    assert shown(client, PAYMENTS, paid_on_du="2026-08-05", paid_on_au="2026-08-05") == [paid]
    assert shown(client, PAYMENTS, q=paid.reference) == [paid]
    evrard = shown(client, PAYMENTS, q="evrard loic")
    assert [str(one.beneficiary) for one in evrard] == ["Évrard Loïc"]


def test_page_of_a_transfer_says_what_it_settles(world: World, signed_in: SignedIn) -> None:
    payment = world.run.payments.get(beneficiary__professional=world.office.people[0])
    page = signed_in("treasurer").get(row_url(payment))
    lines = [one.line for one in page.context["allocations"]]
    assert sum(line.amount_cents for line in lines) == payment.amount_cents
    text = plain(page)
    for line in lines:
        assert line.participation.action.reference in text
    assert f"•••• {IBANS[0][-4:]}" in text
    assert world.office.team.name.replace("’", "'") in text


def test_transfer_that_the_bank_refuses_releases_its_lines_and_suspends_the_account(
    world: World, signed_in: SignedIn
) -> None:
    payment = world.run.payments.get(beneficiary__professional=world.office.people[0])
    client = signed_in("treasurer")
    without = step(client, payment, "reject", comment="Compte clos")
    assert without.status_code == 422
    assert "Choisissez le code que la banque a donné." in plain(without)
    assert "Compte clos</textarea>" in without.content.decode()
    today = str(timezone.localdate())
    refused = {"reject-bank_reason": "AC04", "reject-back_on": today}
    done = step(client, payment, "reject", comment="Compte clos", **refused)
    assert done.status_code == 302
    page = plain(client.get(row_url(payment)))
    assert "Libérée" in page
    assert "AC04" in page
    assert world.office.account_of(world.office.people[0]).state == Account.State.SUSPENDED


def test_transfer_is_paid_on_a_day_that_has_come(world: World, signed_in: SignedIn) -> None:
    payment = world.run.payments.first()
    client = signed_in("treasurer")
    assert step(client, payment, "pay", **{"pay-paid_on": "2999-01-01"}).status_code == 422
    assert step(client, payment, "pay", **{"pay-paid_on": "2026-08-05"}).status_code == 409
    today = timezone.localdate()
    assert step(client, payment, "pay", **{"pay-paid_on": str(today)}).status_code == 302
    assert Payment.objects.get(pk=payment.pk).paid_on == today
    assert step(client, payment, "send").status_code == 409


def test_lists_and_pages_ask_as_much_for_many_rows_as_for_few(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    addresses = (f"{ACCOUNTS}?par=100&iban=partage", f"{ACCOUNTS}?par=100", f"{PAYMENTS}?par=100&tri=run")
    AccountFactory.create_batch(2, number=77)
    before = [again(client, one) for one in addresses]
    PaymentFactory.create_batch(15, run=PaymentFactory(paid=True).run)
    AccountFactory.create_batch(15, number=77)
    assert [again(client, one) for one in addresses] == before


# --- what a run leaves due -----------------------------------------------------------------------------------


def test_list_and_page_of_a_run_say_the_same_of_what_is_left_due(office: Office, signed_in: SignedIn) -> None:
    """One person waits for an account, another was paid too much: the net is the same, and the page says of what."""
    action = office.rcp(date(2026, 7, 6))
    office.approved()
    refuse_participation(
        participation=action.participations.get(professional=office.people[2]), actor=office.staff, reason="Absente"
    )
    suspend_account(account=office.account_of(office.people[1]), actor=office.treasurer, reason="Doute")
    for day in (6, 7):
        office.rcp(date(2026, 8, day), people=2)
    run = office.approved(AUGUST)
    client = signed_in("treasurer")
    row = next(one for one in shown(client, "/paiements/") if one.pk == run.pk)
    page = client.get(reverse("payments:run", args=[run.pk]))
    assert page.context["figures"].left_cents == row.closing_cents == 50_00
    assert "100,00 € en attente de RIB, −50,00 € de trop-perçu" in plain(page)
