"""Slips: what they say, made once each whatever dies, sent once each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core import mail as sent_mails
from pypdf import PdfReader

from actions.services import refuse_participation
from association.documents import sha256_of
from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import Document, Job, OutgoingMail
from payments.models import Run, Slip, SlipMail
from payments.services import slips as services
from payments.services.accounts import suspend_account
from payments.services.exporting import export_run
from payments.services.slips import make_slips, request_sending, request_slips, send_slip
from payments.services.transfers import return_payment
from payments.slips.content import SlipContent
from payments.slips.paper import slip_pdf
from tests.payments.office import AUGUST, IBANS, JULY, Office

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process dies: nothing catches it."""


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    settings.MAIL_IS_SENT = True


def exported(office: Office, month: date = JULY) -> Run:
    return export_run(run=office.approved(month), actor=office.treasurer).export.run


def content_of(run: Run, name: str) -> SlipContent:
    slip = Slip.objects.filter(run=run, beneficiary__professional__last_name=name).order_by("-version")[0]
    return SlipContent.from_json(slip.content)


def words_of(slip: Slip) -> str:
    pages = PdfReader(slip.document.path).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u202f", " ").split())


# --- what they say -------------------------------------------------------------------------------------------


def test_slip_says_actions_amounts_and_where_the_money_goes(office: Office) -> None:
    office.rcp(date(2026, 7, 6), reference="A-1")
    run = exported(office)
    assert make_slips(run=run, actor=office.treasurer) == 3
    content = content_of(run, "Évrard")
    assert (content.paid_cents, content.left_cents) == (50_00, 0)
    assert [(one.reference, one.held_on, one.role, one.amount_cents) for one in content.lines] == [
        ("A-1", date(2026, 7, 6), "Participant", 50_00)
    ]
    assert content.payment is not None
    assert content.payment.account_end == IBANS[0][-4:]
    paper = words_of(Slip.objects.get(run=run, beneficiary__professional__last_name="Évrard"))
    for said in ("de juillet 2026", "A-1", "06/07/2026", "50,00", f"terminé par {IBANS[0][-4:]}", "RPPS 10000000017"):
        assert said in paper
    assert not any(iban in paper.replace(" ", "") for iban in IBANS)


def test_slip_explains_cuts_and_exclusions_in_words(office: Office) -> None:
    office.terms.ceiling_cents = 100_00
    office.terms.save()
    office.rcp(date(2026, 7, 6), reference="A-1")
    office.rcp(date(2026, 7, 7), reference="A-2")
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    content = content_of(run, "Évrard")
    assert [(one.price_cents, one.amount_cents, one.note) for one in content.lines] == [
        (50_00, 33_34, "Réduite\u00a0: plafond annuel de l’équipe")
    ]
    (left_out,) = content.exclusions
    assert (left_out.reference, left_out.label) == ("A-2", "Plafond annuel de l’équipe")
    assert "plafond de l’année civile" in left_out.sentence


def test_beneficiary_without_account_is_told_what_waits(office: Office) -> None:
    account = office.account_of(office.people[0])
    suspend_account(account=account, actor=office.staff, reason="RIB à revoir")
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    content = content_of(run, "Évrard")
    assert (content.payment, content.paid_cents, content.left_cents) == (None, 0, 50_00)
    assert content.left_label == "En attente de RIB"
    assert "Envoyez un RIB" in content.left_sentence  # said to the beneficiary, not to the office


def test_trop_percu_that_is_carried_is_told(office: Office) -> None:
    first = office.rcp(date(2026, 7, 6))
    exported(office)
    refuse_participation(
        participation=first.participations.get(professional=office.people[0]), actor=office.staff, reason="Absent"
    )
    run = exported(office, AUGUST)
    make_slips(run=run, actor=office.treasurer)
    content = content_of(run, "Évrard")
    assert (content.left_label, content.left_cents) == ("Trop-perçu", -50_00)
    assert [one.kind for one in content.left] == ["Régularisation"]


def test_who_is_left_out_this_month_has_a_slip_and_not_every_month(office: Office) -> None:
    office.rcp(date(2026, 7, 6), people=1, reference="A-SEUL")
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    assert [one.label for one in content_of(run, "Évrard").exclusions] == ["Réunion non pluriprofessionnelle"]
    later = exported(office, AUGUST)
    assert make_slips(run=later, actor=office.treasurer) == 0


def test_company_reads_for_whom_it_is_paid(office: Office) -> None:
    from tests.factories import CompanyFactory

    stay = office.people[0].memberships.get()
    company = CompanyFactory(name="SEL des Lilas")
    stay.periods.update(company=company)
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    content = SlipContent.from_json(Slip.objects.get(run=run, beneficiary__company=company).content)
    assert content.beneficiary == "SEL des Lilas"
    assert [one.person for one in content.left] == ["Évrard Loïc"]


def test_content_comes_back_whole_and_the_same_content_gives_the_same_bytes(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    slip = Slip.objects.filter(run=run).first()
    assert slip is not None
    content = SlipContent.from_json(slip.content)
    assert content.to_json() == slip.content
    again = BytesIO()
    slip_pdf(content, again)
    assert again.getvalue() == slip.document.path.read_bytes()
    assert sha256_of(slip.document.path) == slip.document.sha256


def test_slips_before_the_export_are_refused(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    with pytest.raises(TransitionRefused, match="après l’export"):
        request_slips(run=office.approved(), actor=office.treasurer)


# --- made once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["create", "store_file", "slip_pdf"])
def test_job_killed_at_a_slip_then_resumed_makes_each_once(
    where: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the paper and its row above all: the paper is there, the row is not."""
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    job = request_slips(run=run, actor=office.treasurer)
    target: Any = Slip.objects if where == "create" else services
    whole: Callable[..., Any] = getattr(target, where)
    calls = []

    def dies_at_the_second(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        return whole(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(target, where, dies_at_the_second)
        with pytest.raises(Killed):
            run_job(job.pk)
    assert Slip.objects.filter(run=run).count() == 1
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.total_count) == ("done", 3, 3)
    assert Slip.objects.filter(run=run).count() == 3
    assert len(set(Slip.objects.values_list("beneficiary", flat=True))) == 3
    assert job.result is not None
    with zipfile.ZipFile(job.result.path) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist())) == 3


def test_job_delivered_again_after_its_file_was_stored_finds_it(office: Office, monkeypatch: Any) -> None:
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    job = request_slips(run=run, actor=office.treasurer)
    whole = services._archive

    def stored_then_dies(*args: Any) -> Document:
        whole(*args)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(services, "_archive", stored_then_dies)
        with pytest.raises(Killed):
            run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert Document.objects.filter(content_type="application/zip").count() == 1


def test_made_again_nothing_is_added_unless_a_slip_says_something_else(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    assert make_slips(run=run, actor=office.treasurer) == 0
    payment = run.payments.get(beneficiary__professional=office.people[0])
    return_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="Retour")
    assert make_slips(run=run, actor=office.treasurer) == 1
    content = content_of(run, "Évrard")
    assert content.number.endswith("-V2")
    assert content.paid_cents == 0
    assert content.payment is not None
    assert "compte clos" in content.payment.said
    assert Slip.objects.filter(run=run).count() == 4
    assert Slip.objects.filter(run=run).counting().count() == 3


def test_facts_are_read_in_as_many_queries_for_many_as_for_few(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    from payments.services.slip_facts import SlipFacts

    for number in range(6, 26):
        office.rcp(date(2026, 7, number))
    run = exported(office)
    with django_assert_max_num_queries(20):
        facts = SlipFacts(run)
        for beneficiary in facts.beneficiaries.values():
            assert len(facts.content_of(beneficiary, number="REL").lines) == 20


# --- sent once -----------------------------------------------------------------------------------------------


@pytest.fixture
def made(office: Office) -> Run:
    for person, email in zip(office.people, ("loic@test.example", "anais@test.example", ""), strict=True):
        person.email = email
        person.save()
    office.rcp(date(2026, 7, 6))
    run = exported(office)
    make_slips(run=run, actor=office.treasurer)
    return run


def test_slips_are_sent_with_their_paper_to_those_who_have_an_address(office: Office, made: Run) -> None:
    run_job(request_sending(run=made, actor=office.treasurer).pk)
    for job in Job.objects.filter(kind="association.send_mail"):
        run_job(job.pk)
    assert sorted(mail.to[0] for mail in sent_mails.outbox) == ["anais@test.example", "loic@test.example"]
    for mail in sent_mails.outbox:
        (name, content, kind) = mail.attachments[0]
        assert (kind, content[:5]) == ("application/pdf", b"%PDF-")
        assert name.startswith("releve 2026-07 ")
        assert "€" not in mail.body
        assert not any(iban[-4:] in mail.body + mail.subject for iban in IBANS)
    with pytest.raises(TransitionRefused, match="Aucun relevé n’est à envoyer"):
        request_sending(run=made, actor=office.treasurer)


@pytest.mark.parametrize("where", ["queue_mail", "create"])
def test_sending_killed_then_resumed_hands_each_over_once(
    where: str, office: Office, made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = request_sending(run=made, actor=office.treasurer)
    target: Any = SlipMail.objects if where == "create" else services
    whole: Callable[..., Any] = getattr(target, where)
    calls = []

    def dies_at_the_second(*args: Any, **kwargs: Any) -> Any:
        found = whole(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise Killed  # after the writing: the transaction takes it back
        return found

    with monkeypatch.context() as patched:
        patched.setattr(target, where, dies_at_the_second)
        with pytest.raises(Killed):
            run_job(job.pk)
    assert OutgoingMail.objects.count() == 1
    run_job(job.pk)
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == ["anais@test.example", "loic@test.example"]
    assert SlipMail.objects.filter(again=False).count() == 2


def test_slip_goes_once_and_again_on_purpose_only(office: Office, made: Run) -> None:
    slip = Slip.objects.get(run=made, beneficiary__professional=office.people[0])
    send_slip(slip=slip, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="déjà envoyé"):
        send_slip(slip=slip, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="Indiquez pourquoi"):
        send_slip(slip=slip, actor=office.treasurer, again=True)
    send_slip(slip=slip, actor=office.treasurer, again=True, reason="Adresse corrigée")
    assert list(slip.mails.order_by("pk").values_list("again", "reason")) == [(False, ""), (True, "Adresse corrigée")]


def test_slip_without_address_or_superseded_is_not_sent(office: Office, made: Run) -> None:
    nobody = Slip.objects.get(run=made, beneficiary__professional=office.people[2])
    with pytest.raises(TransitionRefused, match="n’a pas d’adresse"):
        send_slip(slip=nobody, actor=office.treasurer)
    old = Slip.objects.get(run=made, beneficiary__professional=office.people[0])
    payment = made.payments.get(beneficiary=old.beneficiary)
    return_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="Retour")
    make_slips(run=made, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="plus récent"):
        send_slip(slip=old, actor=office.treasurer)


def test_damaged_paper_is_not_sent_and_said(office: Office, made: Run) -> None:
    slip = Slip.objects.get(run=made, beneficiary__professional=office.people[0])
    send_slip(slip=slip, actor=office.treasurer)
    slip.document.path.write_bytes(b"autre")
    job = Job.objects.get(kind="association.send_mail")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "altéré" in job.error) == ("failed", True)
    assert sent_mails.outbox == []
    assert OutgoingMail.objects.get().sending_at is None
