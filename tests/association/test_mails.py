"""Messages that leave: kept, sent once, and what the server answered."""

from __future__ import annotations

import smtplib
import threading
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections

from association.jobs import run_job
from association.machine import TransitionRefused
from association.mails import queue_mail, send_again, send_queued_mail, waiting_mails
from association.models import Job, OutgoingMail, User
from association.registries import Progress
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True, email="claire@asso.example")


def queued(actor: User, **changes: Any) -> OutgoingMail:
    message = {"to": "referente@cabinet.example", "subject": "Votre dossier", "body": "Bonjour,\nà bientôt.\n"}
    return queue_mail(**{**message, "team": None, **changes}, actor=actor)


def broken(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the server answer with an error."""

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def test_message_is_sent_by_its_job_and_answers_go_to_its_writer(staff: User, mailoutbox: list[Any]) -> None:
    mail = queued(staff, team=TeamFactory())
    assert mailoutbox == []
    assert waiting_mails([mail.pk]) == {mail.pk}
    run_job(Job.objects.get().pk)
    [sent] = mailoutbox
    assert (sent.to, sent.subject, sent.reply_to) == (["referente@cabinet.example"], "Votre dossier", [staff.email])
    mail.refresh_from_db()
    assert mail.sent_at
    assert waiting_mails([mail.pk]) == set()


def test_message_of_the_system_asks_for_no_answer(mailoutbox: list[Any]) -> None:
    queued(User.objects.system())
    run_job(Job.objects.get().pk)
    assert mailoutbox[0].reply_to == []


def test_without_a_server_the_message_is_kept_and_no_job_is_asked_for(staff: User, settings: Any) -> None:
    settings.MAIL_IS_SENT = False
    mail = queued(staff)
    assert not Job.objects.exists()
    with pytest.raises(TransitionRefused, match="Aucun serveur de messagerie"):
        send_again(mail=mail, actor=staff)
    settings.MAIL_IS_SENT = True
    send_again(mail=mail, actor=staff)
    assert Job.objects.count() == 1


def test_job_delivered_twice_sends_once(staff: User, mailoutbox: list[Any]) -> None:
    queued(staff)
    job = Job.objects.get()
    assert send_queued_mail(job, Progress()) == {"sent": True}
    assert send_queued_mail(job, Progress()) == {"sent": False}
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_send_once(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both hold the job (its lease ran out while the first spoke to the server): the row's lock decides."""
    queued(staff)
    job = Job.objects.get()
    first_is_sending, second_has_begun = threading.Event(), threading.Event()
    sent: list[int] = []

    def slow(self: EmailBackend, messages: Any) -> int:
        sent.append(1)
        first_is_sending.set()
        assert second_has_begun.wait(5)
        threading.Event().wait(0.3)
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", slow)
    answers: list[Any] = []

    def work() -> None:
        if threading.current_thread().name == "second":
            assert first_is_sending.wait(5)
            second_has_begun.set()
        try:
            answers.append(send_queued_mail(job, Progress()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, name=name) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert len(sent) == 1
    assert sorted(answers, key=str) == [{"sent": False}, {"sent": True}]
    connection.close()


def test_server_that_is_silent_is_told_and_tried_again(
    staff: User, settings: Any, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    mail = queued(staff)
    with monkeypatch.context() as patch:
        broken(ConnectionRefusedError(111, "refused"), patch)
        run_job(Job.objects.get().pk)
    mail.refresh_from_db()
    assert mail.error == "Le serveur de messagerie ne répond pas."
    assert Job.objects.get().state == Job.State.WAITING
    run_job(Job.objects.get().pk)
    mail.refresh_from_db()
    assert (mail.error, len(mailoutbox)) == ("", 1)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (smtplib.SMTPRecipientsRefused({"x@y.example": (550, b"unknown")}), "ne connaît pas cette adresse"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "refuse l’identifiant du site"),
        (smtplib.SMTPDataError(554, b"spam"), "a refusé le message (réponse\u00a0554)"),
    ],
)
def test_server_that_will_never_take_it_fails_the_job_at_once(
    staff: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any], error: Exception, sentence: str
) -> None:
    mail = queued(staff)
    with monkeypatch.context() as patch:
        broken(error, patch)
        run_job(Job.objects.get().pk)
    mail.refresh_from_db()
    assert sentence.replace("\u00a0", " ") in mail.error.replace("\u00a0", " ")
    assert Job.objects.get().state == Job.State.FAILED
    send_again(mail=mail, actor=staff)
    run_job(Job.objects.get(state=Job.State.WAITING).pk)
    assert len(mailoutbox) == 1
    with pytest.raises(TransitionRefused, match="déjà parti"):
        send_again(mail=mail, actor=staff)


def test_pressing_twice_asks_for_one_job(staff: User) -> None:
    mail = queued(staff)
    send_again(mail=mail, actor=staff)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Bonjour\nBcc: tous@ailleurs.example"},
        {"subject": "Bonjour\r\nBcc: tous@ailleurs.example"},
        {"to": "a@b.example\nBcc: tous@ailleurs.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "pas une adresse"},
        {"subject": ""},
        {"subject": "x" * 151},
        {"body": "Patient 1 85 05 78 006 084"},
    ],
)
def test_message_that_carries_headers_or_a_nir_is_refused(staff: User, changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        queued(staff, **changes)
    assert not OutgoingMail.objects.exists()
    assert django_mail.outbox == []
