"""The papers of the year: what was paid, what is owed, and the entries, to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import Error, transaction
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from actions.services.validating import cancel_action
from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import Company, Document, MembershipPeriod
from config.demo.clock import living_on
from payments.accounting.fec import COLUMNS, ENCODING
from payments.exercise import exercise_ending_in
from payments.models import AccountingEntry, AccountingExport, Beneficiary, GrantDecision, Payment, Run
from payments.papers.statement import statement_pdf
from payments.selectors.accounting import pending_events
from payments.selectors.accruals import accruals
from payments.selectors.das2 import das2_rows, incomplete, missing_of, threshold_of
from payments.selectors.dedicated import dedicated_funds
from payments.selectors.reconciliation import reconcile
from payments.selectors.statements import statement_rows, statements_of
from payments.selectors.whereabouts import whereabouts_of
from payments.services import statements as statement_services
from payments.services.accounting import (
    choose_accounts,
    close_year,
    closing_refusal,
    export_entries,
    request_accounting_export,
)
from payments.services.accounts import propose_account
from payments.services.das2 import complete_identity, set_threshold
from payments.services.exporting import export_run
from payments.services.repayments import receive_repayment, request_repayment, write_off_repayment
from payments.services.runs import approve_run, prepare_run, submit_run
from payments.services.statements import request_statements
from payments.services.steps import move_account, move_payment
from tests.factories import UserFactory
from tests.factories.grants import GrantFactory, GrantInstalmentFactory, RunningCostFactory
from tests.payments.office import AUGUST, IBANS, JULY, Office

CHOSEN = {
    "charge_account": "6571", "charge_label": "Indemnités", "payable_account": "467", "payable_label": "Professionnels",
    "bank_account": "512", "bank_label": "Banque", "accrual_account": "4686", "accrual_label": "Charges à payer",
    "general_journal": "OD", "general_label": "Opérations diverses", "bank_journal": "BQ",
    "bank_journal_label": "Banque", "write_off_account": "654", "write_off_label": "Trop-perçus abandonnés",
    "first_month": 1, "das2_nature": "H",
}  # fmt: skip
DEC_31 = date(2026, 12, 31)
CIVIL_2025, CIVIL_2026 = (exercise_ending_in(year, first_month=1) for year in (2025, 2026))


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets the clock."""

    def at(*moment: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(*moment, tzinfo=UTC))

    return at


def paid(office: Office, month: date, day: date) -> Run:
    """Approve a month, send it, and have the bank pay it, all on a day."""
    with living_on(day):
        run = office.approved(month)
        export_run(run=run, actor=office.treasurer)
        for payment in run.payments.filter(state=Payment.State.SENT):
            move_payment(payment=payment, step="pay", actor=office.treasurer, paid_on=day)
    return run


def back(office: Office, payment: Payment, day: date, **about: str) -> Payment:
    """Note, today, that a transfer came back on a day."""
    given = {"reason": "Compte clos", "bank_reason": "MS03", **about}
    return move_payment(payment=payment, step="give_back", actor=office.treasurer, back_on=day, **given)  # type: ignore[arg-type]


def totals(office: Office, year: int) -> dict[str, int]:
    return {str(row): row.paid_cents for row in statement_rows(office.treasurer, year)}


def test_statement_counts_by_day_of_payment_in_paris(office: Office, clock: Any) -> None:
    """Paid on 31 December at 23:30 UTC: in Paris the new year has begun."""
    office.rcp(date(2026, 7, 6))
    clock(2026, 12, 31, 8)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    clock(2026, 12, 31, 23, 30)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer)
    assert totals(office, 2026) == {}
    assert set(totals(office, 2027).values()) == {50_00}
    assert reconcile(2026, until=DEC_31).total.paid == 0
    assert reconcile(2027, until=date(2027, 1, 1)).total.paid == 150_00


def test_payment_that_came_back_and_was_made_again_counts_once(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    run = paid(office, JULY, date(2026, 8, 20))
    gone = run.payments.get(beneficiary__professional=office.people[1])
    with living_on(date(2026, 8, 26)):
        back(office, gone, date(2026, 8, 24))
    assert totals(office, 2026) == {"Évrard Loïc": 50_00, "=Duval Zoé": 50_00}
    (said,) = statements_of([gone.beneficiary_id], 2026)
    assert said.total_cents == 0
    assert [(one.reference, one.back_on) for one in said.came_back] == [(gone.reference, date(2026, 8, 24))]
    sheet = reconcile(2026)
    assert sheet.holds
    assert (sheet.total.paid, sheet.total.closing.returned) == (100_00, 50_00)

    paid(office, AUGUST, date(2026, 9, 20))
    assert totals(office, 2026)["Le Goff Anaïs"] == 50_00
    (said,) = statements_of([gone.beneficiary_id], 2026)
    assert said.total_cents == 50_00
    assert reconcile(2026).total.closing.left == 0


def test_statement_pdf_is_the_same_twice_and_tells_each_line(office: Office, tmp_path: Any) -> None:
    office.rcp(date(2026, 7, 6))
    paid(office, JULY, date(2026, 8, 20))
    beneficiary = Beneficiary.objects.get(professional=office.people[1])
    paths = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in paths:
        (content,) = statements_of([beneficiary.pk], 2026)
        statement_pdf(content, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(paths[0]).pages).split())
    for said in (
        "Le Goff Anaïs",
        "Total versé en 2026 : 50,00 €",
        "20 août 2026",
        "6 juillet 2026",
        "Équipe d'Ancenis",
    ):
        assert said in text, text
    assert not [iban for iban in IBANS if iban in text or iban[-7:] in text]


def test_all_statements_killed_on_the_way_go_on_without_a_duplicate(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rcp(date(2026, 7, 6))
    paid(office, JULY, date(2026, 8, 20))
    job = request_statements(year=2026, actor=office.treasurer)
    drawn: list[str] = []
    draw = statement_services.statement_pdf

    def killed_after_two(content: Any, path: Any) -> None:
        if len(drawn) == 2:
            drawn.append("killed")
            raise KeyboardInterrupt
        drawn.append(content.name)
        draw(content, path)

    monkeypatch.setattr(statement_services, "statement_pdf", killed_after_two)
    with pytest.raises(KeyboardInterrupt):
        run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert len(drawn) == 4  # three people, one of them asked for again
    with ZipFile(job.result.path) as archive:
        assert len(set(archive.namelist())) == 3 == len(archive.namelist())
        assert archive.testzip() is None
    assert (job.done_count, job.total_count) == (3, 3)
    assert Document.objects.filter(filename="releves-2026.zip").count() == 1


def test_das2_takes_who_was_paid_more_than_the_dated_threshold(office: Office) -> None:
    assert (threshold_of(2023), threshold_of(2024), threshold_of(2026)) == (1_200_00, 2_400_00, 2_400_00)
    for day in range(1, 4):
        office.rcp(date(2026, 7, day), people=3 if day == 1 else 2)
    paid(office, JULY, date(2026, 8, 20))
    set_threshold(from_year=2026, cents=50_00, actor=office.treasurer)
    assert (threshold_of(2025), threshold_of(2026)) == (2_400_00, 50_00)
    rows = das2_rows(office.treasurer, 2026)
    assert {str(row): row.paid_cents for row in rows} == {"Évrard Loïc": 150_00, "Le Goff Anaïs": 150_00}
    row = rows.get(professional=office.people[0])
    assert missing_of(row) == ["SIRET", "adresse", "code postal", "commune"]
    values = {"siret": "73282932000074", "address": "1 rue des Lilas", "postcode": "44150", "town": "Ancenis"}
    complete_identity(beneficiary=row, values=values, version=0, actor=office.treasurer)
    assert missing_of(das2_rows(office.treasurer, 2026).get(pk=row.pk)) == []
    assert [str(one) for one in incomplete(das2_rows(office.treasurer, 2026))] == ["Le Goff Anaïs"]


def test_das2_is_per_legal_beneficiary(office: Office) -> None:
    """A company is declared with its own SIRET; the person in whose place it is paid is not."""
    company = Company.objects.create(code="SEL", name="SEL du Port", siret="73282932000074")
    MembershipPeriod.objects.filter(membership__professional=office.people[2]).update(company=company)
    office.rcp(date(2026, 7, 6))
    prepare_run(month=JULY, actor=office.staff)
    assert not Beneficiary.objects.filter(company=company, lines__isnull=False)
    payee = Beneficiary.objects.get(company=company)
    account = propose_account(
        beneficiary=payee, iban="FR7630001007941234567890185", holder="SEL DU PORT", actor=office.staff
    )
    move_account(account=account, step="verify", actor=office.treasurer)
    paid(office, JULY, date(2026, 8, 20))
    set_threshold(from_year=2026, cents=10_00, actor=office.treasurer)
    assert {str(row): missing_of(row)[:1] for row in das2_rows(office.treasurer, 2026)} == {
        "Évrard Loïc": ["SIRET"], "Le Goff Anaïs": ["SIRET"], "SEL du Port": ["adresse"],
    }  # fmt: skip


# --- entries -------------------------------------------------------------------------------------------------


def rows_of(export: AccountingExport) -> list[dict[str, str]]:
    text = export.document.path.read_bytes().decode(ENCODING)
    head, *lines = text.removesuffix("\r\n").split("\r\n")
    assert tuple(head.split("\t")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def cents(text: str) -> int:
    return int(text.replace(",", ""))


def test_no_entry_without_the_accounts_chosen(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    paid(office, JULY, date(2026, 8, 20))
    with pytest.raises(TransitionRefused, match="Choisissez d’abord avec votre comptable : compte de charge"):
        export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    assert AccountingExport.objects.count() == 0


def test_entries_balance_and_are_exported_once(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    clock(2026, 9, 2, 8)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 20))
    export = export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    rows = rows_of(export)
    by_number: dict[str, int] = {}
    for row in rows:
        by_number[row["EcritureNum"]] = (
            by_number.get(row["EcritureNum"], 0) + cents(row["Debit"]) - cents(row["Credit"])
        )
    assert set(by_number.values()) == {0}
    assert sum(cents(row["Debit"]) for row in rows if row["CompteNum"] == "6571") == 150_00
    assert sum(cents(row["Credit"]) for row in rows if row["CompteNum"] == "512") == 150_00
    payable = [row for row in rows if row["CompteNum"] == "467"]
    assert sum(cents(row["Debit"]) for row in payable) == sum(cents(row["Credit"]) for row in payable) == 150_00
    assert {row["EcritureDate"] for row in rows} == {"20260810", "20260820"}
    assert not [row for row in rows if row["CompAuxLib"].startswith("=")]
    bytes_before = export.document.path.read_bytes()

    again = export_entries(ends_on=date(2026, 8, 31), actor=office.president)
    assert again.pk == export.pk
    assert again.document.path.read_bytes() == bytes_before
    book = load_workbook(export.workbook.path)
    sheet = book["Écritures"]
    assert sheet.max_row == len(rows) + 2
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n", "d"}


def test_what_is_written_late_lands_in_the_next_period(office: Office, clock: Any) -> None:
    """A payment of August recorded in September, once August is closed: dated in September, its piece in August."""
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    clock(2026, 9, 2, 8)
    first = export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    late, other, _ = run.payments.all()
    move_payment(payment=late, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 20))
    move_payment(payment=other, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 21))
    move_payment(payment=other, step="give_back", actor=office.treasurer, reason="Retour", bank_reason="MS03")
    with pytest.raises(TransitionRefused):
        export_entries(ends_on=date(2026, 9, 30), actor=office.treasurer)
    clock(2026, 10, 1, 8)
    second = export_entries(ends_on=date(2026, 9, 30), actor=office.treasurer)
    assert (first.entries_count, second.entries_count, second.starts_on) == (1, 3, date(2026, 9, 1))
    assert {(row["EcritureDate"], row["PieceDate"]) for row in rows_of(second) if row["CompteNum"] == "512"} == {
        ("20260901", "20260820"), ("20260901", "20260821"), ("20260902", "20260902"),
    }  # fmt: skip
    assert pending_events(until=date(2026, 9, 30)) == []
    numbers = list(AccountingEntry.objects.values_list("number", flat=True))
    assert numbers == ["2026-000001", "2026-000002", "2026-000003", "2026-000004"]


def test_a_closed_period_cannot_be_changed_in_the_database(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    clock(2026, 9, 2, 8)
    export = export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    for rows in (AccountingExport.objects.filter(pk=export.pk), AccountingEntry.objects.all()):
        with pytest.raises(Error), transaction.atomic():
            rows.delete()
    with pytest.raises(Error), transaction.atomic():
        AccountingExport.objects.filter(pk=export.pk).update(debit_cents=1)


def test_entries_job_is_delivered_twice_with_one_export(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    clock(2026, 9, 2, 8)
    for _ in range(2):
        job = request_accounting_export(ends_on=date(2026, 8, 31), actor=office.treasurer)
        run_job(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.error
    assert AccountingExport.objects.count() == 1


def test_repayment_is_entered_at_the_bank_on_its_own_day_and_taken_off_the_year(office: Office, clock: Any) -> None:
    """The run that has its lines enters nothing more; what the bureau gave up is on an account of its own."""
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    action = office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    paid(office, JULY, date(2026, 8, 10))
    cancel_action(action=action, actor=office.staff, reason="Saisie deux fois")
    clock(2026, 9, 8, 8)
    office.approved(AUGUST)
    payees = [office.people[place].beneficiary for place in (0, 1)]
    requests = [request_repayment(beneficiary=one, reason="Action annulée", actor=office.treasurer) for one in payees]
    receive_repayment(
        request=requests[0], amount_cents=50_00, received_on=date(2026, 9, 8), reference="VIR", actor=office.treasurer
    )
    write_off_repayment(
        request=requests[1], decided_on=date(2026, 9, 8), reference="Bureau du 8", actor=office.treasurer
    )
    clock(2026, 10, 8, 8)
    office.approved(date(2026, 9, 1))
    clock(2026, 11, 2, 8)
    export = export_entries(ends_on=date(2026, 10, 31), actor=office.treasurer)
    balance: dict[str, int] = {}
    for row in rows_of(export):
        key = row["CompAuxNum"] or row["CompteNum"]
        balance[key] = balance.get(key, 0) + cents(row["Debit"]) - cents(row["Credit"])
    one, other, third = (f"P{person.rpps}" for person in office.people)
    assert balance == {"6571": 0, "654": 50_00, "512": -100_00, one: 0, other: 0, third: 50_00}
    said = [row for row in rows_of(export) if row["EcritureLib"].startswith("Remboursement")]
    assert [(row["JournalCode"], row["EcritureDate"], row["CompteNum"]) for row in said] == [
        ("BQ", "20260908", "512"), ("BQ", "20260908", "467"),
    ]  # fmt: skip
    row = statement_rows(office.treasurer, 2026).get(pk=payees[0].pk)
    assert (row.paid_cents, row.repaid_cents, row.net_cents) == (50_00, 50_00, 0)
    (content,) = statements_of([payees[0].pk], 2026)
    assert (content.total_cents, content.repaid_cents) == (50_00, 50_00)
    set_threshold(from_year=2026, cents=10_00, actor=office.treasurer)
    assert payees[0] not in das2_rows(office.treasurer, 2026)
    assert reconcile(2026).holds


# --- the end of the year -------------------------------------------------------------------------------------


def test_accruals_take_what_the_next_runs_pay_to_the_cent(office: Office, clock: Any) -> None:
    """Frozen after the year, validated, declared: what the runs of January and February then make due."""
    office.rcp(date(2026, 11, 3))
    clock(2026, 12, 5, 8)
    office.approved(date(2026, 11, 1))
    office.rcp(date(2026, 12, 8))
    clock(2027, 1, 5, 8)
    office.approved(date(2026, 12, 1))
    office.rcp(date(2026, 12, 9), people=2)
    office.rcp(date(2026, 12, 10), people=3, state="declared")
    office.rcp(date(2027, 1, 4))
    found = accruals(DEC_31)
    assert (found.frozen_cents, found.validated_cents, found.declared_cents) == (150_00, 100_00, 150_00)
    assert found.total_cents == sum(row.total_cents for row in found.teams)


def test_accruals_stop_at_the_team_ceiling(office: Office, clock: Any) -> None:
    office.terms.ceiling_cents = 220_00
    office.terms.save()
    office.rcp(date(2026, 12, 9), people=3)
    office.rcp(date(2026, 12, 10), people=3, state="declared")
    clock(2027, 1, 5, 8)
    found = accruals(DEC_31)
    assert (found.validated_cents, found.declared_cents) == (150_00, 70_00)


def test_closing_is_made_once_and_reversed_on_1_january(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 12, 8))
    with pytest.raises(TransitionRefused, match="n’est pas terminé"):
        close_year(exercise=CIVIL_2026, actor=office.treasurer)
    clock(2027, 2, 2, 8)
    office.approved(date(2026, 12, 1))
    closing = close_year(exercise=CIVIL_2026, actor=office.treasurer)
    assert closing.total_cents == 150_00
    with pytest.raises(TransitionRefused, match="déjà arrêtées"):
        close_year(exercise=CIVIL_2026, actor=office.treasurer)
    december = export_entries(ends_on=DEC_31, actor=office.treasurer)
    january = export_entries(ends_on=date(2027, 1, 31), actor=office.treasurer)
    said = [
        (row["EcritureDate"], row["CompteNum"], cents(row["Debit"]), cents(row["Credit"]))
        for row in [*rows_of(december), *rows_of(january)]
    ]
    assert said == [
        ("20261231", "6571", 150_00, 0), ("20261231", "4686", 0, 150_00),
        ("20270101", "6571", 0, 150_00), ("20270101", "4686", 150_00, 0),
    ]  # fmt: skip


def test_december_is_not_exported_before_the_year_is_closed(office: Office, clock: Any) -> None:
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    clock(2027, 1, 5, 8)
    with pytest.raises(TransitionRefused, match="Arrêtez d’abord les charges à payer de 2026"):
        export_entries(ends_on=DEC_31, actor=office.treasurer)


# --- reconciliation ------------------------------------------------------------------------------------------


def test_reconciliation_tells_waiting_from_carried_and_on_its_way(office: Office) -> None:
    action = office.rcp(date(2026, 7, 6))
    move_account(account=office.account_of(office.people[2]), step="archive", actor=office.treasurer, reason="Parti")
    run = office.approved()
    end = reconcile(2026).total.closing
    assert (end.due, end.paid, end.pending, end.waiting) == (150_00, 0, 100_00, 50_00)
    export_run(run=run, actor=office.treasurer)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer)
    cancel_action(action=action, actor=office.staff, reason="Saisie deux fois")
    run = approve_run(
        run=submit_run(run=prepare_run(month=AUGUST, actor=office.staff), actor=office.staff), actor=office.treasurer
    )
    sheet = reconcile(2026)
    assert sheet.holds
    end = sheet.total.closing
    assert (end.due, end.paid, end.waiting, end.carried) == (0, 100_00, 0, -100_00)
    assert {row.label for row in sheet.unsettled} == {"Évrard Loïc", "Le Goff Anaïs"}


# --- where is my payment -------------------------------------------------------------------------------------


def sentences(office: Office, person: int) -> list[tuple[str, str]]:
    found = whereabouts_of(office.people[person], user=office.staff)
    return [(one.label, one.sentence) for one in found]


def test_whereabouts_follow_a_payment_from_the_declaration_to_the_account(office: Office) -> None:
    office.rcp(date(2026, 7, 6), state="declared", reference="A-1")
    assert sentences(office, 0) == [("À valider", "Déclarée le 06/07/2026, à valider.")]
    office.rcp(date(2026, 7, 7), reference="A-2")
    assert sentences(office, 0)[0] == ("À indemniser", "Attend le prochain paiement mensuel.")
    move_account(account=office.account_of(office.people[1]), step="archive", actor=office.treasurer, reason="Parti")
    with living_on(date(2026, 8, 20)):
        run = office.approved()
    reference = run.payments.get(beneficiary__professional=office.people[0]).reference
    assert sentences(office, 0)[0] == (
        "Virement en cours", f"Virement {reference} prêt, pas encore remis à la banque.",
    )  # fmt: skip
    assert sentences(office, 1)[0] == ("En attente", "En attente : pas de compte vérifié.")
    with living_on(date(2026, 8, 20)):
        export_run(run=run, actor=office.treasurer)
    payment = run.payments.get(reference=reference)
    move_payment(payment=payment, step="pay", actor=office.treasurer, paid_on=date(2026, 8, 20))
    assert sentences(office, 0)[0] == ("Payée", f"Payée le 20/08/2026 par le virement {reference}.")
    back(office, payment, date(2026, 8, 24))
    assert sentences(office, 0)[0] == (
        "Due de nouveau",
        f"Virement {reference} revenu de la banque le 24/08/2026 (motif non précisé par la banque) : due de nouveau, "
        "le prochain paiement mensuel la réglera.",
    )


def test_whereabouts_say_why_nothing_is_paid(office: Office) -> None:
    office.rcp(date(2026, 7, 6), people=1)
    office.approved()
    ((label, sentence),) = sentences(office, 0)
    assert label == "Non indemnisée"
    assert sentence.startswith("Non indemnisée : réunion non pluriprofessionnelle (juillet 2026). Une réunion")


def test_whereabouts_are_not_for_the_ars(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    assert whereabouts_of(office.people[0], user=UserFactory(ars=True)) == []


# --- fonds dédiés --------------------------------------------------------------------------------------------


def test_dedicated_funds_are_what_came_in_and_was_not_used_by_the_end_of_the_year(office: Office, clock: Any) -> None:
    """Lines, charges à payer and running costs of the grant's own days; what came in after the year does not count."""
    grant = GrantFactory(signed=True)
    GrantInstalmentFactory(grant=grant, received_on=date(2026, 3, 1), received_cents=1_000_00)
    GrantInstalmentFactory(grant=grant, received_on=date(2027, 1, 10), received_cents=500_00)
    RunningCostFactory(spent_on=date(2026, 3, 2), amount_cents=100_00)
    RunningCostFactory(spent_on=date(2027, 1, 2), amount_cents=7_00)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    office.rcp(date(2026, 12, 8), people=2)
    office.rcp(date(2026, 12, 9), state="declared")
    clock(2027, 2, 1, 8)
    office.rcp(date(2027, 1, 5))
    (row,) = dedicated_funds(CIVIL_2026, user=office.treasurer)
    assert (row.received, row.due, row.owed, row.spent) == (1_000_00, 150_00, 250_00, 100_00)
    assert (row.proposed, row.awaited) == (500_00, 0)


def test_dedicated_funds_leave_out_what_was_given_back_and_say_what_is_awaited(office: Office) -> None:
    earlier = GrantFactory(signed=True, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    GrantInstalmentFactory(grant=earlier, received_on=date(2025, 3, 1), received_cents=300_00)
    current = GrantFactory(signed=True)
    RunningCostFactory(spent_on=date(2026, 3, 2), amount_cents=260_00)
    for kind, cents, target in (("reversement", 50_00, None), ("report", 250_00, current)):
        GrantDecision.objects.create(
            grant=earlier, kind=kind, part="running", amount_cents=cents, to_grant=target,
            decided_on=date(2026, 1, 15), reason="Bureau du 15 janvier", entered_by=office.treasurer,
        )  # fmt: skip
    (row,) = dedicated_funds(CIVIL_2026, user=office.treasurer)  # nothing is left of the earlier one
    assert (row.grant, row.carried, row.proposed, row.awaited) == (current, 250_00, 0, 10_00)


def test_an_export_of_a_later_year_leaves_the_december_before_open(office: Office, clock: Any) -> None:
    """Only the period that holds 31 December closes it: before the first export a year may still be stated."""
    choose_accounts(values=CHOSEN, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    clock(2026, 8, 10, 8)
    office.approved()
    clock(2026, 9, 2, 8)
    export_entries(ends_on=date(2026, 8, 31), actor=office.treasurer)
    assert closing_refusal(CIVIL_2025) == ""
    assert close_year(exercise=CIVIL_2025, actor=office.treasurer).ends_on == date(2025, 12, 31)
