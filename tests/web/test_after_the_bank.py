"""Slips and the bank's answers as people meet them, and what no role may read in them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from association.jobs import run_job
from association.models import BulkItem, FieldChange, Job, LookLog, OutgoingMail, TransitionLog
from payments.models import BankAnswer, Payment, Run, Slip
from payments.services.slips import make_slips
from tests.payments.answers import credit, debit, statement, status_report
from tests.payments.office import IBANS
from tests.web.conftest import ROLES, World, plain

SignedIn = Callable[[str], Client]
IMPORT = "/retours-de-la-banque/importer/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


def press(client: Client, run: Run, step: str) -> Any:
    return client.post(reverse("payments:run_slips_step", args=[run.pk]), {"step": step}, follow=True)


def bring(client: Client, content: bytes, name: str = "releve.xml") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)}, follow=True)


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def references(world: World) -> list[str]:
    return list(world.run.payments.order_by("reference").values_list("reference", flat=True))


# --- slips ---------------------------------------------------------------------------------------------------


def test_slips_are_made_sent_and_fetched_from_the_page_of_the_run(world: World, signed_in: SignedIn) -> None:
    person = world.office.people[0]
    person.email = "loic@test.example"
    person.save()
    client = signed_in("treasurer")
    assert "hx-trigger" in press(client, world.run, "make").content.decode()
    run_job(Job.objects.get(kind="payments.make_slips").pk)
    page = client.get(reverse("payments:run_slips", args=[world.run.pk]))
    assert "Envoyer 1 relevé" in plain(page)
    archive = Job.objects.get(kind="payments.make_slips").result
    assert archive is not None
    assert reverse("association:document", args=[archive.pk]) in page.content.decode()
    press(client, world.run, "send")
    run_job(Job.objects.get(kind="payments.send_slips").pk)
    assert OutgoingMail.objects.get().to == "loic@test.example"
    nobody = client.get(reverse("payments:run_slips", args=[world.run.pk]), {"envoi": "sans_adresse"})
    assert sorted(str(slip.beneficiary) for slip in nobody.context["asked"].page) == ["=Duval Zoé", "Le Goff Anaïs"]
    assert "Aucun relevé n'est à envoyer" in plain(press(client, world.run, "send"))


def test_page_of_a_slip_says_what_its_paper_says(world: World, signed_in: SignedIn) -> None:
    make_slips(run=world.run, actor=world.office.treasurer)
    slip = Slip.objects.get(beneficiary__professional=world.office.people[0])
    page = plain(signed_in("auditor").get(reverse("payments:slip", args=[slip.pk])))
    paper = " ".join(page.extract_text() for page in PdfReader(slip.document.path).pages)
    for said in ("A-001", "50,00", f"{IBANS[0][-4:]}", "Réunion non pluriprofessionnelle"):
        assert said in page
        assert said in " ".join(paper.replace("\xa0", " ").split())


def test_slip_is_sent_again_with_a_reason_only(world: World, signed_in: SignedIn) -> None:
    person = world.office.people[0]
    person.email = "loic@test.example"
    person.save()
    make_slips(run=world.run, actor=world.office.treasurer)
    slip = Slip.objects.get(beneficiary__professional=person)
    client, url = signed_in("treasurer"), reverse("payments:slip_send", args=[slip.pk])
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 409
    assert OutgoingMail.objects.count() == 1
    assert client.post(url, {"comment": "Perdu par la messagerie"}).status_code == 302
    page = plain(client.get(reverse("payments:slip", args=[slip.pk])))
    assert "de nouveau : Perdu par la messagerie" in page
    mail = client.get(reverse("association:outbox_mail", args=[OutgoingMail.objects.first().pk]))
    assert slip.document.filename in plain(mail)


def test_before_the_export_the_page_says_when_slips_come(world: World, signed_in: SignedIn) -> None:
    from payments.services.exporting import declare_not_transmitted

    declare_not_transmitted(run=world.run, actor=world.office.treasurer, reason="Refusé")
    client = signed_in("treasurer")
    assert "Les relevés se font une fois" in plain(client.get(reverse("payments:run_slips", args=[world.run.pk])))
    assert "après l'export" in plain(press(client, world.run, "make"))


# --- the bank's answers --------------------------------------------------------------------------------------


def test_file_is_imported_and_its_proposals_go_through_the_confirmation(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    first, second = references(world)[:2]
    entries = [debit(first, 50_00, day=str(timezone.localdate())), debit(second, 49_99)]
    page = bring(client, statement(entries))
    assert "Confirmer 1 proposition" in plain(page)
    assert "La banque dit 49,99 €, ici 50,00 €" in plain(page)
    answer = BankAnswer.objects.get()
    assert set(Payment.objects.values_list("state", flat=True)) == {"sent"}
    confirm = client.post(reverse("payments:bank_answer_confirm", args=[answer.pk]))
    assert client.get(confirm.url).status_code == 200
    assert set(Payment.objects.values_list("state", flat=True)) == {"sent"}
    client.post(confirm.url)
    run_job(Job.objects.get(kind="association.bulk").pk)
    assert Payment.objects.get(reference=first).state == "paid"
    assert Payment.objects.get(reference=second).state == "sent"
    again = bring(client, statement(entries), "autre.xml")
    assert "Ce fichier est déjà importé" in plain(again)
    assert BankAnswer.objects.count() == 1


def test_file_that_is_not_taken_is_said_beside_the_field(world: World, signed_in: SignedIn) -> None:
    refused = bring(signed_in("treasurer"), b"<html/>")
    assert refused.status_code == 422
    assert "ni un compte rendu pain.002" in plain(refused)
    assert bring(signed_in("treasurer"), b"").status_code == 422
    assert BankAnswer.objects.count() == 0


def test_whole_file_refused_has_its_page_and_nothing_is_lost(world: World, signed_in: SignedIn) -> None:
    client, url = signed_in("treasurer"), reverse("payments:run_file_refused", args=[world.run.pk])
    assert url in client.get(reverse("payments:run", args=[world.run.pk])).content.decode()
    assert "redeviennent à exporter" in plain(client.get(url))
    empty = client.post(url, {"bank_reason": "FF01", "comment": ""})
    assert empty.status_code == 422
    assert 'value="FF01" selected' in empty.content.decode()
    assert client.post(url, {"bank_reason": "FF01", "comment": "Dit par téléphone"}).status_code == 302
    run = Run.objects.get()
    assert run.state == "approved"
    assert run.exports.get().not_transmitted_reason == "FF01 Dit par téléphone"
    assert set(run.payments.values_list("state", flat=True)) == {"pending"}
    late = client.post(url, {"bank_reason": "", "comment": "Encore"})
    assert late.status_code == 409
    assert "Aucun fichier à reprendre" in plain(late)


def test_file_of_which_a_transfer_was_paid_is_not_taken_back(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    payment = world.run.payments.order_by("reference").first()
    today = timezone.localdate().isoformat()
    client.post(reverse("payments:payment_step", args=[payment.pk]), {"step": "pay", "pay-paid_on": today})
    url = reverse("payments:run_file_refused", args=[world.run.pk])
    refused = client.post(url, {"bank_reason": "", "comment": "Trop tard"})
    assert refused.status_code == 409
    assert "constaté payé" in plain(refused)
    assert "Trop tard" in refused.content.decode()


def test_many_transfers_are_noted_returned_with_one_code(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    pks = list(world.run.payments.values_list("pk", flat=True))
    drawn = client.post("/virements/lot/", {"id": pks, "step": "give_back"})
    assert f'value="{timezone.localdate()}"' in client.get(drawn.url).content.decode()
    missing = client.post(drawn.url, {"bank_reason": "", "back_on": "", "comment": "Retour"})
    assert "Choisissez le code que la banque a donné." in plain(missing)
    assert "Indiquez le jour que donne la banque." in plain(missing)
    early = {"bank_reason": "MD07", "back_on": "2026-08-03", "comment": "Avis de la banque"}
    assert set(world.run.payments.values_list("state", flat=True)) == {"sent"}
    client.post(drawn.url, early)
    run_job(Job.objects.get(kind="association.bulk").pk)
    assert "précède le jour où la banque fait ce virement" in BulkItem.objects.first().sentence
    assert set(world.run.payments.values_list("state", flat=True)) == {"sent"}
    again = client.post("/virements/lot/", {"id": pks, "step": "give_back"})
    client.post(again.url, early | {"back_on": str(timezone.localdate())})
    run_job(Job.objects.filter(kind="association.bulk").latest("pk").pk)
    told = world.run.payments.values_list("state", "bank_reason", "back_on")
    assert set(told) == {("returned", "MD07", timezone.localdate())}


# --- nobody reads an account number --------------------------------------------------------------------------


def test_no_role_reads_an_iban_in_slips_answers_files_logs_journal_and_errors(
    world: World, signed_in: SignedIn, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    """Every page and file that follows the export, as each role gets it; the bank's own file is the treasurers'."""
    caplog.set_level(logging.DEBUG)
    settings.DEBUG = False
    treasurer = signed_in("treasurer")
    press(treasurer, world.run, "make")
    run_job(Job.objects.get(kind="payments.make_slips").pk)
    hostile = [
        debit(IBANS[0], 50_00),
        debit(f"VIR{IBANS[1]}"[:35], 50_00),
        credit(f"RET {IBANS[2]}"[:35], 50_00, reason="AC04"),
        debit(references(world)[0], 49_00),
    ]
    bring(treasurer, statement(hostile), f"releve {IBANS[0]}.xml")
    bring(treasurer, status_report((references(world)[1], "RJCT", "AC04", 50_00)))
    bring(treasurer, f"<x>{IBANS[0]}</x>".encode())  # an error page
    failing = Job.objects.get(kind="payments.make_slips")
    slip, answers = Slip.objects.first(), list(BankAnswer.objects.all())
    assert slip is not None
    asked = [
        *((method, reverse(f"payments:run_slips{part}", args=[world.run.pk])) for method, part in FORMS_OF_A_LIST),
        *((method, reverse(f"payments:bank_answers{part}")) for method, part in FORMS_OF_A_LIST),
        *(
            (method, reverse(f"payments:bank_answer{part}", args=[answer.pk]))
            for answer in answers
            for method, part in FORMS_OF_A_LIST
        ),
        ("get", reverse("payments:slip", args=[slip.pk])),
        ("get", reverse("association:document", args=[slip.document_id])),
        ("get", reverse("association:document", args=[failing.result_id])),
        ("get", reverse("association:job", args=[failing.pk])),
        ("get", reverse("payments:run", args=[world.run.pk])),
        *(("get", reverse("association:document", args=[answer.document_id])) for answer in answers),
        ("get", "/releves/999999/"),
        ("post", IMPORT),
    ]
    opened: dict[str, int] = {}
    for role in ROLES:
        for method, url in asked:
            answer = getattr(signed_in(role), method)(url)
            found = text_of(body_of(answer), answer.get("Content-Type", ""))
            of_bank = role == "treasurer" and any(f"/{one.document_id}/" in url for one in answers)
            if not of_bank:
                assert not any(iban in found for iban in IBANS), (role, url)
            opened[role] = opened.get(role, 0) + (answer.status_code == 200)
    assert opened["treasurer"] > opened["auditor"] > opened.get("ars", 0)
    kept = "".join(
        repr(list(model.objects.values()))
        for model in (FieldChange, LookLog, TransitionLog, Job, OutgoingMail)  # type: ignore[attr-defined]
    )
    for where in (kept, caplog.text):
        assert not any(iban in "".join(where.split()) for iban in IBANS)


FORMS_OF_A_LIST = (("get", ""), ("post", "_export"))


def text_of(content: bytes, kind: str) -> str:
    """Return what a person could read in an answer, without blanks: page, workbook, paper, archive."""
    if content.startswith(b"%PDF"):
        return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages)
    if "spreadsheet" in kind:
        book = load_workbook(BytesIO(content))
        return "".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "".join(content.decode(errors="replace").split())
