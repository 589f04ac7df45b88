"""Messages that leave the house: a row, then a job that sends it once, or a person who decides when that is uncertain.

Without a server for e-mail (``MAIL_IS_SENT`` is false) the row is kept, and the page « Boîte d'envoi » shows it.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from association.documents import DocumentDamaged, verified_path
from association.jobs import LIVE, JobFailed, request_job
from association.journal import record
from association.machine import TransitionRefused
from association.models import Job, OutgoingMail, Role, Team, User
from association.permissions import require
from association.registries import Attachment, Progress, mail_attachments
from association.workbook.report import french
from association.workflow import lock

SEND_JOB = "association.send_mail"
VIEW = "association.view_outbox"
SMTP_SECONDS = 10
# Each says that the line broke, and not whether the server had taken the message before.
LINE_BROKE = (
    smtplib.SMTPServerDisconnected,
    TimeoutError,
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
)
UNCERTAIN = (
    "L’envoi a été interrompu après avoir commencé : le message est peut-être parti. "
    "Décidez dans la Boîte d’envoi s’il faut le renvoyer."
)
ERROR_LENGTH = 300


def queue_mail(
    *, to: str, subject: str, body: str, team: Team | None, actor: User, unsubscribe_url: str = ""
) -> OutgoingMail:
    """Keep a message and have it sent once the transaction is committed; whoever calls has asked for the permission.

    Args:
        to: one address.
        team: the dossier that it belongs to, if any.
        unsubscribe_url: where one press stops messages of this kind, if the reader subscribed to them.

    Raises:
        ValidationError: in French, by field: an address that is none, a subject of several lines (that would be
            headers of one's own), a NIR.
    """
    if any(character in subject + to for character in "\r\n\v\f\x85\u2028\u2029\x00"):
        raise ValidationError({"subject": "L’objet et l’adresse tiennent sur une seule ligne."}, code="several_lines")
    mail = OutgoingMail(to=to.strip(), subject=subject.strip(), body=body, team=team, created_by=actor)
    mail.unsubscribe_url = unsubscribe_url
    mail.full_clean()
    with transaction.atomic():
        mail.save()
        if settings.MAIL_IS_SENT:
            _request(mail, actor)
    return mail


def send_again(*, mail: OutgoingMail, actor: User) -> OutgoingMail:
    """Have a message sent that failed, was kept while there was no server, or may have left; a second press changes
    nothing.

    Raises:
        TransitionRefused: when there is no server for e-mail, or the message was sent or is being sent.
    """
    require(actor, VIEW)
    with transaction.atomic():
        fresh = _unsent(mail)
        if not settings.MAIL_IS_SENT:
            raise TransitionRefused("Aucun serveur de messagerie n’est réglé (EMAIL_URL) : le message reste gardé ici.")
        if fresh.sending_at:
            _decide(fresh, "renvoyé", actor)
        _request(fresh, actor)
    return fresh


def hold_as_sent(*, mail: OutgoingMail, actor: User) -> OutgoingMail:
    """Say of a message that may have left that it did: it is not sent again.

    Raises:
        TransitionRefused: when nothing is uncertain about it, or it is being sent.
    """
    require(actor, VIEW)
    with transaction.atomic():
        fresh = _unsent(mail)
        if fresh.sending_at is None:
            raise TransitionRefused("L’envoi de ce message n’a pas commencé : il n’est pas parti.")
        fresh.sent_at = fresh.sending_at
        fresh.save(update_fields=["sent_at"])
        _decide(fresh, "considéré comme envoyé", actor)
    return fresh


def send_queued_mail(job: Job, progress: Progress) -> dict[str, Any]:
    """Send one message (kind of job `SEND_JOB`); a second delivery finds it sent and sends nothing.

    That it is being sent is committed before the server is spoken to. Whoever finds it so has taken over from a process
    that died: the message may have left, and is not sent again in silence.

    Raises:
        JobFailed: when the server will never take it (unknown address, refused message), when it may have left, or when
            a file that it carries is no longer whole.
    """
    pk = int(job.params["mail"])
    try:
        carried = [(one, verified_path(one.document)) for one in attachments_of(OutgoingMail.objects.get(pk=pk))]
    except DocumentDamaged as damaged:
        raise JobFailed(str(damaged)) from None
    with transaction.atomic():
        mail = lock(OutgoingMail.objects.get(pk=pk))
        if mail.sent_at:
            return {"sent": False}
        if mail.sending_at:
            raise JobFailed(UNCERTAIN)
        mail.sending_at, mail.error = timezone.now(), ""
        mail.save(update_fields=["sending_at", "error"])
    try:
        _send(mail, carried)
    except _MayHaveLeft:
        raise JobFailed(UNCERTAIN) from None
    except (smtplib.SMTPException, OSError) as error:
        sentence, is_final = _told(error)
        unsent = OutgoingMail.objects.filter(pk=pk, sent_at__isnull=True)
        unsent.update(error=sentence[:ERROR_LENGTH], sending_at=None)
        if is_final:
            raise JobFailed(sentence) from None
        raise  # the job is put back, and tries again
    _note_sent(pk)
    return {"sent": True}


def attachments_of(mail: OutgoingMail) -> list[Attachment]:
    """Return the files that a message carries; each floor knows its own (association.registries.mail_attachments)."""
    return [carried for source in mail_attachments if (carried := source(mail))]


def job_key(pk: int) -> str:
    """Return the key of the job that sends a message."""
    return f"{SEND_JOB}:{pk}"


def waiting_mails(pks: list[int]) -> set[int]:
    """Return those of the messages that a live job is about to send."""
    by_key = {job_key(pk): pk for pk in pks}
    live = Job.objects.filter(key__in=by_key, state__in=LIVE).values_list("key", flat=True)
    return {by_key[key] for key in live}


def _request(mail: OutgoingMail, actor: User) -> None:
    request_job(
        kind=SEND_JOB,
        title=f"Envoi du message n° {mail.pk}",  # an object may say too much for the list of jobs
        key=job_key(mail.pk),
        params={"mail": mail.pk},
        actor=actor,
    )


def _unsent(mail: OutgoingMail) -> OutgoingMail:
    """The fresh row, locked, of a message that has not left and that no worker is sending now."""
    fresh: OutgoingMail = lock(mail)
    if fresh.sent_at:
        raise TransitionRefused("Ce message est déjà parti : il n’est pas envoyé une seconde fois.")
    if fresh.sending_at and waiting_mails([fresh.pk]):
        raise TransitionRefused("Ce message est en cours d’envoi : attendez la réponse du serveur de messagerie.")
    return fresh


def _note_sent(pk: int) -> None:
    OutgoingMail.objects.filter(pk=pk, sent_at__isnull=True).update(sent_at=timezone.now(), sending_at=None)


def _decide(mail: OutgoingMail, what: str, actor: User) -> None:
    """Note who decided about a message that may have left, and what."""
    mail.sending_at = None
    mail.save(update_fields=["sending_at"])
    record(mail, [("sending_at", f"Message n° {mail.pk}", "envoi incertain", what)], actor=actor, team=mail.team)


class _MayHaveLeft(Exception):
    """The line broke after the message was handed over, and before the server's answer."""


def _send(mail: OutgoingMail, carried: list[tuple[Attachment, Path]]) -> None:
    writer = mail.created_by
    server = get_connection(timeout=SMTP_SECONDS)
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[] if writer.role == Role.SYSTEM else [writer.email],
        headers=_unsubscribing(mail.unsubscribe_url),
        connection=server,
    )
    for one, path in carried:
        message.attach(one.document.filename, path.read_bytes(), one.document.content_type)
    server.open()  # what fails up to here has handed nothing over
    try:
        message.send()
    except LINE_BROKE as error:
        raise _MayHaveLeft from error
    finally:
        with suppress(smtplib.SMTPException, OSError):  # the answer was given: a bad farewell changes nothing
            server.close()


def _unsubscribing(url: str) -> dict[str, str]:
    """The headers with which a mail program offers to stop such messages in one press (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}


def _told(error: Exception) -> tuple[str, bool]:
    """Return what the server answered, as a French sentence, and whether trying again is useless."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            return "Le serveur de messagerie ne connaît pas cette adresse : vérifiez-la, puis écrivez de nouveau.", True
        return "Le serveur de messagerie refuse cette adresse pour le moment.", False
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "Le serveur de messagerie refuse l’identifiant du site : prévenez un administrateur.", True
    if isinstance(error, smtplib.SMTPResponseException):
        code = int(error.smtp_code)
        return french(f"Le serveur de messagerie a refusé le message (réponse {code})."), code >= 500
    return "Le serveur de messagerie ne répond pas.", False
