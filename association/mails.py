"""Messages that leave the house: a row, then a job that sends it once.

Without a server for e-mail (``MAIL_IS_SENT`` is false) the row is kept, and the page « Boîte d'envoi » shows it.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from association.jobs import LIVE, JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Job, OutgoingMail, Role, Team, User
from association.permissions import require
from association.registries import Progress
from association.workbook.report import french
from association.workflow import lock

SEND_JOB = "association.send_mail"
VIEW = "association.view_outbox"
# The row is locked while the server is spoken to; on SQLite that is the whole database, which others wait 20 s for.
SMTP_SECONDS = 10
ERROR_LENGTH = 300


def queue_mail(*, to: str, subject: str, body: str, team: Team | None, actor: User) -> OutgoingMail:
    """Keep a message and have it sent once the transaction is committed; whoever calls has asked for the permission.

    Args:
        to: one address.
        team: the dossier that it belongs to, if any.

    Raises:
        ValidationError: in French, by field: an address that is none, a subject of several lines (that would be
            headers of one's own), a NIR.
    """
    if any(character in subject + to for character in "\r\n\v\f\x85\u2028\u2029\x00"):
        raise ValidationError({"subject": "L’objet et l’adresse tiennent sur une seule ligne."}, code="several_lines")
    mail = OutgoingMail(to=to.strip(), subject=subject.strip(), body=body, team=team, created_by=actor)
    mail.full_clean()
    with transaction.atomic():
        mail.save()
        if settings.MAIL_IS_SENT:
            _request(mail, actor)
    return mail


def send_again(*, mail: OutgoingMail, actor: User) -> OutgoingMail:
    """Have a message sent that failed, or that was kept while there was no server; a second press changes nothing.

    Raises:
        TransitionRefused: when there is no server for e-mail, or the message was sent.
    """
    require(actor, VIEW)
    with transaction.atomic():
        fresh = lock(mail)
        if fresh.sent_at:
            raise TransitionRefused("Ce message est déjà parti : il n’est pas envoyé une seconde fois.")
        if not settings.MAIL_IS_SENT:
            raise TransitionRefused("Aucun serveur de messagerie n’est réglé (EMAIL_URL) : le message reste gardé ici.")
        _request(fresh, actor)
    return fresh


def send_queued_mail(job: Job, progress: Progress) -> dict[str, Any]:
    """Send one message (kind of job `SEND_JOB`); a second delivery finds it sent and sends nothing.

    Raises:
        JobFailed: when the server will never take it (unknown address, refused message).
    """
    pk = int(job.params["mail"])
    try:
        with transaction.atomic():
            mail = lock(OutgoingMail.objects.get(pk=pk))
            if mail.sent_at:
                return {"sent": False}
            _send(mail)
            mail.sent_at, mail.error = timezone.now(), ""
            mail.save(update_fields=["sent_at", "error"])
    except (smtplib.SMTPException, OSError) as error:
        sentence, is_final = _told(error)
        OutgoingMail.objects.filter(pk=pk, sent_at__isnull=True).update(error=sentence[:ERROR_LENGTH])
        if is_final:
            raise JobFailed(sentence) from None
        raise  # the job is put back, and tries again
    return {"sent": True}


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


def _send(mail: OutgoingMail) -> None:
    writer = mail.created_by
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[] if writer.role == Role.SYSTEM else [writer.email],
        connection=get_connection(timeout=SMTP_SECONDS),
    )
    message.send()


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
