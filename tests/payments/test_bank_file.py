"""The file for the bank as an export makes it: what it holds, what it leaves out and says so, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from lxml import etree

from association.documents import sha256_of
from association.fields import keyed_hash
from association.jobs import run_job
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange
from payments.models import Account, BankDetails, Payment, Run, RunExport
from payments.selectors.ledger import unallocated
from payments.sepa.calendar import next_business_day
from payments.sepa.message import NAMESPACE
from payments.services.accounts import archive_account, propose_account, suspend_account
from payments.services.banking import execution_day_refusal, set_bank_details
from payments.services.exporting import declare_not_transmitted, export_run, request_export
from payments.services.runs import approve_run
from payments.services.transfers import let_payment_go, void_payment
from tests.payments.office import AUGUST, IBANS, Office
from tests.payments.test_sepa import SCHEMA

SPACE = {"p": NAMESPACE}
DEBTOR = "FR7630006000011234567890189"
DETAILS = {
    "name": "Association régionale des ESP",
    "iban": DEBTOR,
    "bic": "",
    "organisation_id": "",
    "batch_booking": True,
    "message": "Indemnités ESP CLAP {mois}",
}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def bank(office: Office) -> BankDetails:
    return set_bank_details(values=DETAILS, version=0, actor=office.treasurer)


@pytest.fixture
def exported(office: Office, bank: BankDetails) -> Callable[..., RunExport]:
    def export(run: Run | None = None, **about: Any) -> RunExport:
        if run is None:
            office.rcp(date(2026, 7, 6))
            run = office.approved()
        return export_run(run=run, actor=office.treasurer, **about).export

    return export


def message(export: RunExport) -> etree._Element:
    root = etree.parse(str(export.bank_file.path)).getroot()
    SCHEMA.assertValid(root)
    return root


def texts(export: RunExport, name: str) -> list[str]:
    return [str(one.text) for one in message(export).iterfind(f".//p:{name}", SPACE)]


# --- what it holds -------------------------------------------------------------------------------------------


def test_file_pays_each_person_once_to_the_cent_on_a_business_day(exported: Callable[..., RunExport]) -> None:
    export = exported()
    payments = list(export.run.payments.order_by("reference"))
    assert texts(export, "EndToEndId") == [payment.reference for payment in payments]
    assert texts(export, "InstdAmt") == ["50.00"] * 3
    assert texts(export, "CtrlSum") == ["150.00"] * 2
    assert texts(export, "CdtrAcct/p:Id/p:IBAN") == list(IBANS)
    assert texts(export, "Ustrd") == ["Indemnites ESP CLAP 07/2026"] * 3
    assert texts(export, "Dbtr/p:Nm") == ["Association regionale des ESP"]
    assert (export.transfers_count, export.transfers_cents) == (3, sum(one.amount_cents for one in payments))
    assert {payment.label for payment in payments} == {"Indemnités ESP CLAP 07/2026"}


def test_file_is_kept_byte_for_byte_and_a_new_version_has_another_number(
    office: Office, exported: Callable[..., RunExport]
) -> None:
    first = exported()
    assert sha256_of(first.bank_file.path) == first.bank_file.sha256
    run = declare_not_transmitted(run=first.run, actor=office.treasurer, reason="Refusé par la banque")
    second = exported(run)
    assert (first.bank_file.filename, second.bank_file.filename) == (
        "virements-2026-07.xml",
        "virements-2026-07-v2.xml",
    )
    assert texts(first, "MsgId") != texts(second, "MsgId")
    assert texts(first, "EndToEndId") == texts(second, "EndToEndId")
    assert sha256_of(first.bank_file.path) == first.bank_file.sha256
    with pytest.raises(IntegrityError), transaction.atomic():
        RunExport.objects.filter(pk=first.pk).update(bank_file=None)


def test_compensation_of_zero_is_not_in_the_file(office: Office, exported: Callable[..., RunExport]) -> None:
    from actions.services import refuse_participation

    action = office.rcp(date(2026, 7, 6))
    exported(office.approved())
    refuse_participation(
        participation=action.participations.get(professional=office.people[2]), actor=office.staff, reason="Absente"
    )
    office.rcp(date(2026, 8, 6))
    export = exported(office.approved(AUGUST))
    assert sorted(export.run.payments.values_list("state", "amount_cents")) == [
        ("cleared", 0), ("sent", 50_00), ("sent", 50_00),
    ]  # fmt: skip
    assert export.transfers_count == len(texts(export, "EndToEndId")) == 2


# --- who is left out, and named ------------------------------------------------------------------------------


def test_account_archived_between_approval_and_file_is_void_and_named(
    office: Office, exported: Callable[..., RunExport]
) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    archive_account(account=office.account_of(office.people[1]), actor=office.treasurer, reason="Compte clos")
    export = exported(run)
    gone = run.payments.get(beneficiary__professional=office.people[1])
    assert gone.state == Payment.State.VOID
    assert gone.reference in export.remarks
    assert gone.reference not in texts(export, "EndToEndId")
    assert export.transfers_cents == 100_00
    assert sum(line.amount_cents for line in unallocated()) == 50_00


def test_change_proposed_after_the_approval_holds_that_payment_back(
    office: Office, exported: Callable[..., RunExport]
) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    owner = office.account_of(office.people[0]).beneficiary
    propose_account(beneficiary=owner, iban=DEBTOR, holder="Évrard Loïc", actor=office.staff)
    export = exported(run)
    assert export.transfers_count == 2
    assert "(Loïc Évrard)" in export.remarks


def test_payee_without_account_waits_while_the_others_are_paid(
    office: Office, exported: Callable[..., RunExport]
) -> None:
    suspend_account(account=office.account_of(office.people[0]), actor=office.treasurer, reason="Doute")
    export = exported()
    assert export.transfers_cents == 100_00
    assert sum(line.amount_cents for line in unallocated()) == 50_00


def test_iban_outside_sepa_and_a_name_without_latin_letters_are_held_and_named(
    office: Office, bank: BankDetails
) -> None:
    foreign = "SA0380000000608010167519"
    for person, changed in zip(
        office.people, ({"iban": foreign, "iban_hash": keyed_hash(foreign)}, {"holder": "Иван"}), strict=False
    ):
        old = office.account_of(person)
        archive_account(account=old, actor=office.treasurer, reason="Test")
        facts = {"iban": old.iban, "iban_hash": old.iban_hash, "holder": old.holder, **changed}
        office._enter(
            Account(beneficiary=old.beneficiary, iban_last4="0000", entered_by=office.staff,
                    verified_by=office.treasurer, **facts),
            "verified",
        )  # fmt: skip
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    done = export_run(run=run, actor=office.treasurer)
    assert texts(done.export, "Cdtr/p:Nm") == ["Zoe Duval"]
    assert [one.split(",")[1].strip()[:14] for one in done.held] == ["l’IBAN est cel", "le titulaire n"]
    assert "(SA)" in done.export.remarks
    assert foreign not in done.export.remarks
    held = list(run.payments.filter(state=Payment.State.HELD))
    assert len(held) == 2
    for payment in held:
        void_payment(payment=payment, actor=office.treasurer, reason="RIB à redemander")


def test_held_payment_let_go_again_goes_with_the_next_version(
    office: Office, exported: Callable[..., RunExport]
) -> None:
    from payments.services.transfers import hold_payment

    office.rcp(date(2026, 7, 6))
    run = office.approved()
    held = run.payments.order_by("reference").first()
    hold_payment(payment=held, actor=office.treasurer, reason="Doute")
    assert exported(run).transfers_count == 2
    back = declare_not_transmitted(run=Run.objects.get(pk=run.pk), actor=office.treasurer, reason="Incomplet")
    let_payment_go(payment=held, actor=office.treasurer)
    assert exported(back).transfers_count == 3


# --- no file, and why ----------------------------------------------------------------------------------------


def test_without_bank_details_the_workbook_comes_alone_and_says_what_is_missing(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    job = request_export(run=office.approved(), actor=office.treasurer)
    run_job(job.pk)
    job.refresh_from_db()
    export = RunExport.objects.get()
    assert export.bank_file is None
    (said,) = job.summary["remarks"]
    assert "il manque le nom de l’association et l’IBAN du compte débiteur" in said
    assert "Paiements, Banque" in said


def test_empty_run_has_no_file_and_says_so(office: Office, exported: Callable[..., RunExport]) -> None:
    export = exported(office.approved())
    assert export.bank_file is None
    assert export.remarks == "Aucun virement à faire : il n’y a pas de fichier pour la banque."


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 12, 25), r"25/12/2026 \(Noël\) : le jour ouvré suivant est le 28/12/2026"),
        (date(2026, 12, 19), r"\(un samedi\)"),
        (date(2026, 11, 1), "est passé : choisissez une date à partir du"),
        (date(2028, 1, 4), "est trop loin"),
    ],
)
def test_day_on_which_no_bank_works_is_refused(day: date, sentence: str, office: Office, bank: BankDetails) -> None:
    import re

    assert re.search(sentence, execution_day_refusal(day, today=date(2026, 11, 27)))


def test_closed_day_is_refused_before_anything_is_written(office: Office, bank: BankDetails) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    past = timezone.localdate() - timedelta(days=1)
    for ask in (request_export, export_run):
        with pytest.raises(TransitionRefused, match="est passé"):
            ask(run=run, actor=office.treasurer, execution_on=past)  # type: ignore[operator]
    assert Run.objects.get(pk=run.pk).state == Run.State.APPROVED
    assert not RunExport.objects.exists()


def test_day_asked_for_is_the_one_in_the_file(office: Office, exported: Callable[..., RunExport]) -> None:
    day = next_business_day(next_business_day(timezone.localdate()))
    office.rcp(date(2026, 7, 6))
    job = request_export(run=office.approved(), actor=office.treasurer, execution_on=day)
    run_job(job.pk)
    export = RunExport.objects.get()
    assert (export.execution_on, texts(export, "ReqdExctnDt/p:Dt")) == (day, [day.isoformat()])


# --- the association's own details ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "sentence"),
    [("Du {moi}", "Entre accolades"), ("x" * 120 + " {reference}", "140"), ("Иван", "lettres latines")],
)
def test_message_that_no_bank_takes_is_refused(message: str, sentence: str, office: Office) -> None:
    with pytest.raises(ValidationError, match=sentence):
        set_bank_details(values={**DETAILS, "message": message}, version=0, actor=office.treasurer)
    assert BankDetails.current().missing


def test_journal_keeps_the_end_of_an_iban_only_and_who_is_second_is_told(office: Office, bank: BankDetails) -> None:
    assert DEBTOR not in "".join(FieldChange.objects.values_list("after", flat=True))
    assert FieldChange.objects.filter(after="•••• 0189").count() == 1
    with pytest.raises(StaleEdit):
        set_bank_details(values={**DETAILS, "name": "Autre"}, version=0, actor=office.president)
    with pytest.raises(PermissionDenied):
        set_bank_details(values=DETAILS, version=1, actor=office.staff)
    kept = set_bank_details(values={**DETAILS, "iban": "", "name": "Autre"}, version=1, actor=office.president)
    assert (kept.iban, kept.name, kept.bic) == (DEBTOR, "Autre", "")


def test_second_approval_of_one_run_is_told(office: Office) -> None:
    """One after the other, whichever the database; at the same moment: tests/server/test_races.py."""
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    approve_run(run=run, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="Bon à payer"):
        approve_run(run=run, actor=office.president)
    assert run.payments.count() == 3
