"""The bank's answers: read safely, matched by reference, and nothing moves before a person confirms."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from association.jobs import run_job
from association.listing.bulk import Selection
from association.listing.declaration import listings
from association.machine import TransitionRefused
from association.models import BulkItem, BulkOperation
from association.services.bulk import draw_up_operation, start_operation
from config.demo.clock import living_on
from payments.answers.reading import MAX_BYTES, Unreadable, read_answer
from payments.bulk_steps import CONFIRM_LINE
from payments.models import Account, BankAnswer, BankAnswerLine, Payment, Run
from payments.selectors.bank_answers import line_list
from payments.selectors.ledger import due_by_beneficiary, unallocated
from payments.services.bank_answers import confirm_line, import_answer, set_line_aside
from payments.services.banking import set_bank_details
from payments.services.exporting import export_run
from payments.services.runs import settle_run
from tests.payments.answers import announced, batch, credit, debit, notice, statement, status_report
from tests.payments.office import IBANS, Office
from tests.payments.test_bank_file import DETAILS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def run(office: Office) -> Run:
    """July, three transfers of 50 euros, sent on 4 August for the same day."""
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    with living_on(date(2026, 8, 4)):
        return export_run(run=office.approved(), actor=office.treasurer).export.run


def brought(content: bytes, office: Office) -> BankAnswer:
    answer, is_new = import_answer(content=content, actor=office.treasurer)
    assert is_new
    return answer


def references(run: Run) -> list[str]:
    return list(run.payments.order_by("reference").values_list("reference", flat=True))


def message_of(run: Run) -> str:
    return f"CLAP-202607-{run.pk}-V1"


def told(answer: BankAnswer) -> list[tuple[str, str]]:
    return list(answer.lines.values_list("effect", "outcome"))


# --- read safely ---------------------------------------------------------------------------------------------

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><x>&b;</x></Document>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><GrpHdr><MsgId>&a;</MsgId></GrpHdr></Document>'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LAUGHS, "DOCTYPE"),
        (OUTSIDE, "DOCTYPE"),
        (OUTSIDE.decode().replace('<?xml version="1.0"?>', "").encode("utf-16"), "DOCTYPE"),
        (b"", "XML"),
        (b"%PDF-1.7", "XML"),
        (statement([])[:-20], "XML"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "ni un compte rendu"),
        (b"<html/>", "ni un compte rendu"),
        (b" " * (MAX_BYTES + 1), "Mo"),
        (b"<a>" * 5_000, "XML"),
    ],
)
def test_file_that_is_no_answer_or_brings_rules_of_its_own_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_answer(content)
    assert said in refused.value.sentence


def test_what_a_bank_writes_of_people_and_accounts_is_not_taken(office: Office, run: Run) -> None:
    entry = debit("X", 50_00).replace(
        "</TxDtls>",
        f"<RltdPties><Cdtr><Nm>Secret Nom</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBANS[0]}</IBAN></Id></CdtrAcct></RltdPties>"
        f"<AddtlTxInf>{IBANS[1]}</AddtlTxInf></TxDtls>",
    )
    answer = brought(statement([entry, debit(IBANS[2], 1_00), debit(f"VIR {IBANS[0][:14]}", 1_00)]), office)
    kept = repr(list(answer.lines.values()) + list(BankAnswer.objects.values()))
    assert "Secret" not in kept
    assert not any(iban in kept for iban in IBANS)
    assert IBANS[0][:14] not in kept


# --- matched -------------------------------------------------------------------------------------------------


def test_statement_proposes_and_nothing_moves_before_somebody_confirms(office: Office, run: Run) -> None:
    first, second, third = references(run)
    answer = brought(statement([debit(first, 50_00), debit(second, 50_00), announced(third, 50_00)]), office)
    assert told(answer) == [("paid", "proposed"), ("paid", "proposed")]
    assert set(run.payments.values_list("state", flat=True)) == {"sent"}
    confirm_line(line=answer.lines.first(), actor=office.treasurer)
    payment = run.payments.get(reference=first)
    assert (payment.state, payment.paid_on) == ("paid", date(2026, 8, 5))
    assert run.payments.get(reference=second).state == "sent"
    line = answer.lines.first()
    assert (line.outcome, line.decided_by) == ("confirmed", office.treasurer)


def test_status_report_tells_rejected_paid_and_on_its_way(office: Office, run: Run) -> None:
    first, second, third = references(run)
    answer = brought(
        status_report((first, "RJCT", "AC04", 50_00), (second, "ACSC", "", None), (third, "ACSP", "", 50_00)), office
    )
    assert told(answer) == [("rejected", "proposed"), ("paid", "proposed"), ("none", "information")]
    for line in answer.lines.filter(outcome="proposed"):
        confirm_line(line=line, actor=office.treasurer)
    rejected = run.payments.get(reference=first)
    assert (rejected.state, rejected.bank_reason) == ("rejected", "AC04")
    assert due_by_beneficiary(unallocated()) == {rejected.beneficiary_id: 50_00}
    assert rejected.account is not None
    assert rejected.account.state == Account.State.SUSPENDED
    # 23:30 UTC on 5 August is the 6th in Paris.
    assert run.payments.get(reference=second).paid_on == date(2026, 8, 6)


def test_transfer_that_left_and_came_back_is_returned_with_its_reason(office: Office, run: Run) -> None:
    first, second, _ = references(run)
    answer = brought(notice([debit(first, 50_00), credit(first, 50_00, reason="MD07"), credit(second, 50_00)]), office)
    assert told(answer) == [("paid", "proposed"), ("returned", "proposed"), ("returned", "proposed")]
    assert [line.sentence for line in answer.lines.all()][1:] == ["Titulaire décédé", "Motif non précisé par la banque"]
    for line in answer.lines.all():
        confirm_line(line=line, actor=office.treasurer)
    assert list(run.payments.order_by("reference").values_list("state", "bank_reason"))[:2] == [
        ("returned", "MD07"),
        ("returned", "MS03"),
    ]


@pytest.mark.parametrize(
    ("entry", "outcome", "said"),
    [
        (lambda ref: [debit(ref, 50_01)], "differs", "La banque dit 50,01"),
        (lambda ref: [debit(ref, 50_00, currency="USD")], "differs", "pas en euros"),
        (lambda ref: [debit(ref, 50_00), debit(ref, 50_00)], "ambiguous", "plusieurs fois"),
        (lambda ref: [debit("AUTRE-1", 50_00)], "unmatched", "Aucun virement d’ici"),
        (lambda ref: [debit("NOTPROVIDED", 50_00)], "unmatched", "Sans référence"),
        (lambda ref: [debit(ref.lower(), 50_00)], "unmatched", "Aucun virement d’ici"),
        (lambda ref: [debit(ref, 50_00, day="2026-07-20")], "ambiguous", "20/07/2026"),
        (lambda ref: [debit(ref, 50_00, day="2099-01-04")], "ambiguous", "04/01/2099"),
        (lambda ref: [debit(ref, 50_00, day="2026-13-45")], "ambiguous", "la date"),
    ],
)
def test_line_in_doubt_is_listed_with_why_and_cannot_be_confirmed(
    entry: Any, outcome: str, said: str, office: Office, run: Run
) -> None:
    answer = brought(statement(entry(references(run)[0])), office)
    line = answer.lines.first()
    assert line.outcome == outcome
    assert said in line.sentence.replace("\u202f", " ").replace("\u00a0", " ")
    with pytest.raises(TransitionRefused, match="rien à confirmer"):
        confirm_line(line=line, actor=office.treasurer)
    assert set(run.payments.values_list("state", flat=True)) == {"sent"}


def test_report_that_says_paid_and_rejected_is_ambiguous(office: Office, run: Run) -> None:
    first = references(run)[0]
    answer = brought(status_report((first, "RJCT", "AC04", 50_00), (first, "ACSC", "", 50_00)), office)
    assert {outcome for _, outcome in told(answer)} == {"ambiguous"}


def test_one_debit_for_the_whole_file_stands_for_each_transfer_when_the_sum_is_right(office: Office, run: Run) -> None:
    wrong = brought(statement([batch(message_of(run), 149_99)]), office)
    assert told(wrong) == [("paid", "differs")]
    answer = brought(statement([batch(message_of(run), 150_00)], number=2), office)
    assert told(answer) == [("paid", "proposed")] * 3
    unknown = brought(statement([batch("CLAP-202607-999999-V1", 150_00), batch("SALAIRES", 9)], number=3), office)
    assert told(unknown) == [("paid", "unmatched")] * 2


def test_same_file_is_known_by_its_checksum(office: Office, run: Run) -> None:
    content = statement([debit(references(run)[0], 50_00)])
    answer = brought(content, office)
    again, is_new = import_answer(content=content, actor=office.president)
    assert (again, is_new) == (answer, False)
    assert BankAnswerLine.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAnswer.objects.bulk_create([BankAnswer(**{**vars_of(answer), "document_id": answer.document_id})])


def vars_of(answer: BankAnswer) -> dict[str, Any]:
    return {"kind": answer.kind, "sha256": answer.sha256, "imported_by_id": answer.imported_by_id}


def test_two_files_that_say_the_same_move_once(office: Office, run: Run) -> None:
    first = references(run)[0]
    one = brought(statement([debit(first, 50_00)]), office).lines.get()
    other = brought(notice([debit(first, 50_00)], number=2), office).lines.get()
    confirm_line(line=one, actor=office.treasurer)
    assert confirm_line(line=other, actor=office.treasurer).outcome == "known"
    late = brought(statement([debit(first, 50_00)], number=3), office).lines.get()
    assert (late.outcome, "déjà" in late.sentence) == ("known", True)


def test_line_is_set_aside_with_a_reason_and_decided_once(office: Office, run: Run) -> None:
    line = brought(statement([debit(references(run)[0], 50_00)]), office).lines.get()
    with pytest.raises(TransitionRefused, match="motif"):
        set_line_aside(line=line, actor=office.treasurer, reason=" ")
    set_line_aside(line=line, actor=office.treasurer, reason="Compte d’essai")
    with pytest.raises(TransitionRefused, match="Écarté"):
        confirm_line(line=line, actor=office.treasurer)
    assert run.payments.filter(state="sent").count() == 3


def test_only_a_treasurer_brings_and_confirms(office: Office, run: Run) -> None:
    content = statement([debit(references(run)[0], 50_00)])
    with pytest.raises(PermissionDenied):
        import_answer(content=content, actor=office.staff)
    line = brought(content, office).lines.get()
    with pytest.raises(PermissionDenied):
        confirm_line(line=line, actor=office.staff)
    with pytest.raises(ValidationError):
        import_answer(content=b"autre", actor=office.treasurer)


def test_database_refuses_to_rewrite_what_the_bank_said(office: Office, run: Run) -> None:
    line = brought(statement([debit(references(run)[0], 50_00)]), office).lines.get()
    for change in ({"amount_cents": 1}, {"reason": "AC04"}, {"effect": "returned"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAnswerLine.objects.filter(pk=line.pk).update(**change)


# --- the whole file refused ----------------------------------------------------------------------------------


def test_whole_file_refused_reopens_the_run_without_loss(office: Office, run: Run) -> None:
    answer = brought(status_report(message=message_of(run), group="RJCT"), office)
    (line,) = answer.lines.all()
    assert (line.effect, line.outcome, line.run, line.sentence) == (
        "file_refused",
        "proposed",
        run,
        "Format de fichier refusé",
    )
    confirm_line(line=line, actor=office.treasurer)
    run.refresh_from_db(fields=["paid_cents"])
    fresh = Run.objects.get(pk=run.pk)
    assert fresh.state == "approved"
    assert list(fresh.payments.values_list("state", "amount_cents")) == [("pending", 50_00)] * 3
    assert "Format de fichier refusé" in fresh.exports.get().not_transmitted_reason
    assert not unallocated().exists()
    again = export_run(run=fresh, actor=office.treasurer).export
    assert (again.version, again.transfers_cents) == (2, 150_00)
    late = brought(status_report(message=message_of(run), group="RJCT").replace(b"BQ-1", b"BQ-2"), office).lines.get()
    assert late.outcome == "known"


def test_refused_file_of_which_a_transfer_was_paid_is_left_to_a_person(office: Office, run: Run) -> None:
    confirm_line(
        line=brought(statement([debit(references(run)[0], 50_00)]), office).lines.get(), actor=office.treasurer
    )
    line = brought(status_report(message=message_of(run), group="RJCT"), office).lines.get()
    assert line.outcome == "ambiguous"
    settle_run(run=Run.objects.get(), actor=office.treasurer)


# --- many at once --------------------------------------------------------------------------------------------


def test_confirming_all_killed_half_way_then_resumed_moves_each_once(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = brought(statement([debit(reference, 50_00) for reference in references(run)]), office)
    operation = draw_up_operation(
        listing=listings["operations-de-la-banque"],
        step=CONFIRM_LINE,
        selection=Selection(line_list(answer)),
        route={"pk": answer.pk},
        actor=office.treasurer,
    )
    started = start_operation(operation=operation, answers={}, actor=office.treasurer)
    whole, calls = BulkItem.save, []

    class Killed(BaseException):
        pass

    def dies(self: BulkItem, *args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Killed  # the transfer was moved, its outcome is not written: both or neither
        whole(self, *args, **kwargs)

    assert started.job is not None
    with monkeypatch.context() as patched:
        patched.setattr(BulkItem, "save", dies)
        with pytest.raises(Killed):
            run_job(started.job.pk)
    assert Payment.objects.filter(state="paid").count() == 1
    run_job(started.job.pk)
    assert Payment.objects.filter(state="paid").count() == 3
    assert set(BulkOperation.objects.get().items.values_list("outcome", flat=True)) == {"done"}
