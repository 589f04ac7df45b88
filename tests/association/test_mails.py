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
from django.utils import timezone

from association.inbox import uncertain_messages
from association.jobs import JobFailed, run_job
from association.machine import TransitionRefused
from association.mails import UNCERTAIN, hold_as_sent, queue_mail, send_again, send_queued_mail, waiting_mails
from association.models import FieldChange, Job, OutgoingMail, User
from association.registries import Progress
from association.selectors.exchanges import SENDING, state_of, uncertain_mails
from association.selectors.exchanges import UNCERTAIN as STATE_UNCERTAIN
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
    """Both hold the job (its lease ran out while the first spoke to the server): the second does not know, and waits
    for nobody; the answer that the first gets is what stands."""
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
        except JobFailed as failed:
            answers.append(failed.sentence)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, name=name) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert len(sent) == 1
    assert sorted(answers, key=str) == [UNCERTAIN, {"sent": True}]
    mail = OutgoingMail.objects.get()
    assert mail.sent_at
    assert mail.sending_at is None
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_row_says_that_it_is_being_sent_before_the_server_is_spoken_to(
    staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def look(self: EmailBackend, messages: Any) -> int:
        mail = OutgoingMail.objects.get()
        seen.append((connection.in_atomic_block, mail.sending_at is not None, state_of(mail, is_waiting=True)))
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", look)
    queued(staff)
    run_job(Job.objects.get().pk)
    assert seen == [(False, True, SENDING)]


# --- what may have left -----------------------------------------------------------------------------------------


def interrupted(staff: User) -> OutgoingMail:
    """A message whose process died after the server had taken it: the job was taken over by another."""
    mail = queued(staff, team=TeamFactory())
    OutgoingMail.objects.filter(pk=mail.pk).update(sending_at=timezone.now())
    run_job(Job.objects.get(key=f"association.send_mail:{mail.pk}").pk)
    mail.refresh_from_db()
    return mail


def test_message_of_a_process_that_died_is_not_sent_again_in_silence(staff: User, mailoutbox: list[Any]) -> None:
    mail = interrupted(staff)
    assert mailoutbox == []
    assert (Job.objects.get().state, Job.objects.get().error) == (Job.State.FAILED, UNCERTAIN)
    assert state_of(mail, is_waiting=False) == STATE_UNCERTAIN
    assert list(uncertain_mails(staff)) == [mail]
    assert [item.count for item in uncertain_messages(staff)] == [1]


def test_uncertain_message_is_sent_again_when_somebody_decides_so(staff: User, mailoutbox: list[Any]) -> None:
    mail = send_again(mail=interrupted(staff), actor=staff)
    run_job(Job.objects.get(state=Job.State.WAITING).pk)
    assert len(mailoutbox) == 1
    mail.refresh_from_db()
    assert mail.sent_at
    assert FieldChange.objects.filter(field="sending_at").values_list("after", "actor").get() == ("renvoyé", staff.pk)
    assert list(uncertain_messages(staff)) == []


def test_uncertain_message_is_held_as_sent_when_somebody_decides_so(staff: User, mailoutbox: list[Any]) -> None:
    before = interrupted(staff)
    mail = hold_as_sent(mail=before, actor=staff)
    assert (mail.sent_at, mail.sending_at) == (before.sending_at, None)
    assert FieldChange.objects.get(field="sending_at").after == "considéré comme envoyé"
    assert list(uncertain_mails(staff)) == []
    with pytest.raises(TransitionRefused, match="déjà parti"):
        send_again(mail=mail, actor=staff)
    assert mailoutbox == []


def test_message_that_is_being_sent_now_is_nobodys_to_decide(staff: User) -> None:
    mail = queued(staff)
    OutgoingMail.objects.update(sending_at=timezone.now())
    for decide in (send_again, hold_as_sent):
        with pytest.raises(TransitionRefused, match="en cours d’envoi"):
            decide(mail=mail, actor=staff)
    assert list(uncertain_mails(staff)) == []


def test_message_whose_sending_has_not_begun_is_not_held_as_sent(staff: User) -> None:
    with pytest.raises(TransitionRefused, match="n’a pas commencé"):
        hold_as_sent(mail=queued(staff), actor=staff)


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), TimeoutError(), ConnectionResetError()])
def test_line_that_breaks_after_the_message_was_handed_over_leaves_it_uncertain(
    error: Exception, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queued(staff)
    broken(error, monkeypatch)
    run_job(Job.objects.get().pk)
    mail.refresh_from_db()
    assert (mail.sending_at is None, mail.error) == (False, "")
    assert Job.objects.get().state == Job.State.FAILED, "not tried again"


def test_server_that_cannot_be_reached_has_taken_nothing_and_is_tried_again(
    staff: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    mail = queued(staff)

    def unreachable(self: EmailBackend) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", unreachable)
        run_job(Job.objects.get().pk)
    mail.refresh_from_db()
    assert (mail.sending_at, mail.error) == (None, "Le serveur de messagerie ne répond pas.")
    run_job(Job.objects.get().pk)
    assert len(mailoutbox) == 1


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
