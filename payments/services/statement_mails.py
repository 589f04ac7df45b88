"""Statements of the year by e-mail: each goes once, handed to the outbox in a transaction of its own.

Whoever dies at any line leaves a statement handed over or not; whoever goes on does what is left. That none goes twice
is a constraint of the database.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.documents import draft_folder, store_file
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import Job, OutgoingMail, User
from association.permissions import require
from association.registries import Attachment, Progress
from association.workflow import lock
from payments.models import Beneficiary, StatementMail
from payments.models.statements import SEND_STATEMENT
from payments.papers.statement import statement_pdf
from payments.selectors.slips import TO_SEND, in_sending
from payments.selectors.statement_mails import SEND_STATEMENTS_JOB, statements_key, statements_with_sending
from payments.selectors.statements import statements_of
from payments.selectors.year_days import last_day
from payments.services.statements import statement_name

PDF, VIEW = "application/pdf", "payments.view_year"
REASON_LENGTH = 200


def request_statement_sending(*, year: int, actor: User) -> Job:
    """Ask that every statement of a year that was never sent goes to whoever has an address.

    Raises:
        TransitionRefused: while the year lasts, or when there is none to send.
    """
    require(actor, SEND_STATEMENT)
    _refuse_early(year)
    if not in_sending(statements_with_sending(actor, year), TO_SEND).exists():
        raise TransitionRefused(
            f"Aucun relevé de {year} n’est à envoyer : ils sont partis, ou leurs bénéficiaires n’ont pas d’adresse."
        )
    return request_job(
        kind=SEND_STATEMENTS_JOB,
        title=f"Envoi des relevés {year}",
        key=statements_key(year),
        params={"year": year},
        actor=actor,
    )


def statement_sending_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Hand the statements of a year to the outbox, one transaction each (kind of job `SEND_STATEMENTS_JOB`)."""
    year, actor = int(job.params["year"]), job.created_by
    try:
        _refuse_early(year)
    except TransitionRefused as refused:
        raise JobFailed(refused.reason) from None
    rows = in_sending(statements_with_sending(actor, year), TO_SEND)
    waiting = list(rows.values_list("pk", flat=True))
    progress.total(len(waiting))
    sent = 0
    for beneficiary in Beneficiary.objects.filter(pk__in=waiting).order_by("pk").iterator():
        try:
            send_statement(beneficiary=beneficiary, year=year, actor=actor)
            sent += 1
        except TransitionRefused:
            pass  # somebody sent it meanwhile, or its address was taken away: it is in the list as what it is
        progress.advance()
    return {"sent": sent}


def send_statement(
    *, beneficiary: Beneficiary, year: int, actor: User, again: bool = False, reason: str = ""
) -> StatementMail:
    """Hand the statement of a civil year to the outbox, for the address that its beneficiary has now. It goes once.

    The paper is kept as it leaves: a transfer that comes back later changes the statement, not what was sent.

    Args:
        again: once more, on purpose, with the ``reason``.

    Raises:
        TransitionRefused: while the year lasts, when it was sent already, has no address, or nothing was paid.
    """
    require(actor, SEND_STATEMENT)
    _refuse_early(year)
    reason = " ".join(reason.split())[:REASON_LENGTH]
    with transaction.atomic():
        lock(beneficiary)
        found = statements_with_sending(actor, year).filter(pk=beneficiary.pk).first()
        if found is None:
            raise TransitionRefused(f"Rien n’a été payé à {beneficiary} en {year} : il n’y a pas de relevé.")
        address: str = found.address  # type: ignore[attr-defined]
        if not address:
            raise TransitionRefused(f"{found} n’a pas d’adresse de courriel : remettez-lui le relevé autrement.")
        sent = StatementMail.objects.filter(beneficiary=found, year=year).count()
        if sent and not again:
            raise TransitionRefused("Ce relevé est déjà envoyé. Pour l’envoyer de nouveau, ouvrez sa page.")
        if sent and not reason:
            raise TransitionRefused("Indiquez pourquoi ce relevé est envoyé de nouveau.")
        return _hand_over(found, year, address, sent, reason if sent else "", actor)


def _hand_over(found: Beneficiary, year: int, address: str, sent: int, reason: str, actor: User) -> StatementMail:
    (content,) = statements_of([found.pk], year)
    name = statement_name(found, year)
    with draft_folder(f"releve-{year}-{found.pk}") as folder:
        path = folder / name
        statement_pdf(content, path)
        document = store_file(
            source=path,
            filename=name,
            content_type=PDF,
            permission=VIEW,
            actor=actor,
            stored_as=f"releves-annuels/{year}/{found.pk}-{sent + 1}.pdf",
        )
    mail = queue_mail(to=address, subject=f"Votre relevé d’indemnités {year}", body=_body(year), team=None, actor=actor)
    return StatementMail.objects.create(
        year=year,
        beneficiary=found,
        net_cents=found.net_cents,  # type: ignore[attr-defined]
        document=document,
        mail=mail,
        again=bool(sent),
        reason=reason,
    )


def statement_attached(mail: OutgoingMail) -> Attachment | None:
    """Return the statement that a message carries (association.registries.mail_attachments)."""
    found = StatementMail.objects.filter(mail=mail).select_related("document").first()
    return Attachment(found.document) if found else None


def _body(year: int) -> str:
    """No amount: it is in the paper."""
    return (
        "Bonjour,\n\n"
        f"Votre relevé d’indemnités de l’année {year} est joint à ce message : ce qui vous a été versé dans l’année "
        "civile, à la date du versement.\n\n"
        "Si quelque chose vous étonne, répondez à ce message.\n\n"
        f"{settings.ORGANISATION_NAME}"
    )


def _refuse_early(year: int) -> None:
    if timezone.localdate() <= last_day(year):
        raise TransitionRefused(
            f"L’année {year} n’est pas terminée : ses relevés s’envoient à partir du 1er janvier {year + 1}."
        )
