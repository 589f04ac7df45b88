"""Statements of the year by e-mail: once each, whatever dies on the way; again on purpose only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import Job, OutgoingMail
from payments.models import StatementMail
from payments.selectors.statement_mails import statement_figures
from payments.services import statement_mails as services
from payments.services.exporting import export_run
from payments.services.statement_mails import request_statement_sending, send_statement
from payments.services.steps import move_payment
from tests.payments.office import IBANS, Office


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def paid(office: Office, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A year that is over, in which three people were paid; two have an address."""
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    for person, email in zip(office.people, ("loic@test.example", "anais@test.example", ""), strict=True):
        person.email = email
        person.save()
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    for payment in run.payments.all():
        move_payment(payment=payment, step="pay", actor=office.treasurer)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 15, 8, tzinfo=UTC))
    return office


def test_statements_leave_with_their_paper_for_those_who_have_an_address(paid: Office) -> None:
    counts = statement_figures(paid.treasurer, 2026).counts
    assert (counts["a_envoyer"], counts["sans_adresse"]) == (2, 1)
    run_job(request_statement_sending(year=2026, actor=paid.treasurer).pk)
    for job in Job.objects.filter(kind="association.send_mail"):
        run_job(job.pk)
    assert sorted(mail.to[0] for mail in sent_mails.outbox) == ["anais@test.example", "loic@test.example"]
    for mail in sent_mails.outbox:
        ((name, content, kind),) = mail.attachments
        assert (kind, content[:5], name[:12]) == ("application/pdf", b"%PDF-", "releve-2026-")
        assert "€" not in mail.body
        assert not any(iban[-4:] in mail.body + mail.subject for iban in IBANS)
    assert statement_figures(paid.treasurer, 2026).counts["envoye"] == 2
    with pytest.raises(TransitionRefused, match="Aucun relevé de 2026 n’est à envoyer"):
        request_statement_sending(year=2026, actor=paid.treasurer)


@pytest.mark.parametrize("where", ["queue_mail", "create"])
def test_sending_killed_then_resumed_hands_each_over_once(
    where: str, paid: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = request_statement_sending(year=2026, actor=paid.treasurer)
    target: Any = StatementMail.objects if where == "create" else services
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
    assert StatementMail.objects.filter(again=False).count() == 2


def test_statement_goes_once_a_year_and_again_with_a_reason_only(paid: Office) -> None:
    payee, treasurer = paid.people[0].beneficiary, paid.treasurer
    first = send_statement(beneficiary=payee, year=2026, actor=treasurer)
    with pytest.raises(TransitionRefused, match="déjà envoyé"):
        send_statement(beneficiary=payee, year=2026, actor=treasurer)
    with pytest.raises(TransitionRefused, match="Indiquez pourquoi"):
        send_statement(beneficiary=payee, year=2026, actor=treasurer, again=True)
    again = send_statement(beneficiary=payee, year=2026, actor=treasurer, again=True, reason="Adresse corrigée")
    assert (first.again, again.again, again.reason) == (False, True, "Adresse corrigée")
    assert first.net_cents == 50_00
    assert first.document_id != again.document_id
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementMail.objects.create(
            year=2026, beneficiary=payee, net_cents=1, document=paid_document(again), mail=spare_mail(paid)
        )
    with pytest.raises(Error), transaction.atomic():
        StatementMail.objects.all().delete()


def test_statement_is_refused_with_its_reason(paid: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody, payee = paid.people[2].beneficiary, paid.people[0].beneficiary
    with pytest.raises(TransitionRefused, match="n’a pas d’adresse"):
        send_statement(beneficiary=nobody, year=2026, actor=paid.treasurer)
    with pytest.raises(TransitionRefused, match="Rien n’a été payé"):
        send_statement(beneficiary=payee, year=2025, actor=paid.treasurer)
    with pytest.raises(TransitionRefused, match="n’est pas terminée"):
        send_statement(beneficiary=payee, year=2027, actor=paid.treasurer)
    with pytest.raises(PermissionDenied):
        send_statement(beneficiary=payee, year=2026, actor=paid.staff)
    assert OutgoingMail.objects.count() == 0


def paid_document(carried: StatementMail) -> Any:
    """A document that no other message carries."""
    document = carried.document
    document.pk, document.stored_as = None, f"{document.stored_as}.copy"
    document.save()
    return document


def spare_mail(office: Office) -> OutgoingMail:
    return OutgoingMail.objects.create(to="x@test.example", subject="x", body="x", created_by=office.treasurer)
