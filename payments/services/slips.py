"""Slips: made by a job, one transaction each, sent once by e-mail.

Whoever dies at any line leaves a slip made or not made, handed over or not; whoever goes on does what is left. That
none is made or sent twice is a constraint of the database.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format

from association.documents import DocumentDamaged, draft_folder, store_file, verified_path
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import Document, Job, OutgoingMail, User
from association.permissions import require
from association.registries import Attachment, Progress
from association.uploads import safe_filename
from association.workflow import lock
from payments.models import Beneficiary, Run, Slip, SlipMail
from payments.models.slips import MAKE_SLIPS, VIEW_SLIP
from payments.selectors.slips import (
    MADE_FROM,
    SEND_JOB,
    SLIP_JOB,
    TO_SEND,
    in_sending,
    sending_key,
    slip_list,
    slips_key,
    slips_with_facts,
)
from payments.services.slip_facts import SlipFacts
from payments.slips.content import SlipContent
from payments.slips.paper import slip_pdf

PDF, ZIP = "application/pdf", "application/zip"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same papers give the same file


def request_slips(*, run: Run, actor: User) -> Job:
    """Ask for the slips of a run that left for the bank; a second press gets the same job.

    Raises:
        TransitionRefused: before the run was exported: what it pays may still change.
    """
    require(actor, MAKE_SLIPS)
    _refuse_early(run)
    return request_job(
        kind=SLIP_JOB,
        title=f"Relevés d’indemnités du paiement mensuel {run.name}",
        key=slips_key(run),
        params={"run": run.pk},
        actor=actor,
    )


def slips_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the slips asked for, then the file of all of them (kind of job `SLIP_JOB`)."""
    run, actor = Run.objects.get(pk=job.params["run"]), job.created_by
    try:
        _refuse_early(run)
    except TransitionRefused as refused:
        raise JobFailed(refused.reason) from None
    made = make_slips(run=run, actor=actor, progress=progress)
    return {"document": _archive(run, job, actor), "run_id": run.pk, "made": made}


def make_slips(*, run: Run, actor: User, progress: Progress | None = None) -> int:
    """Make the slips that a run lacks, and a new version of those that say something else now; return how many.

    Args:
        progress: counts the beneficiaries.
    """
    require(actor, MAKE_SLIPS)
    facts = SlipFacts(run)
    known = {slip.beneficiary_id: slip for slip in Slip.objects.filter(run=run).counting()}
    people = sorted(facts.beneficiaries.values(), key=lambda one: one.pk)
    if progress:
        progress.total(len(people))
    made = 0
    with draft_folder(f"releves-{run.pk}") as folder:
        for beneficiary in people:
            made += _make(facts, beneficiary, known.get(beneficiary.pk), folder, actor)
            if progress:
                progress.advance()
    return made


def _make(facts: SlipFacts, beneficiary: Beneficiary, known: Slip | None, folder: Path, actor: User) -> bool:
    """Make one slip unless the one that is there says the same."""
    number = f"REL-{facts.run.month:%Y%m}-{facts.run.pk}-{beneficiary.pk:05d}"
    if known and facts.content_of(beneficiary, number=known.number).to_json() == known.content:
        return False
    version = known.version + 1 if known else 1
    content = facts.content_of(beneficiary, number=f"{number}-V{version}" if known else number)
    path = folder / f"{content.number}.pdf"
    slip_pdf(content, path)
    with transaction.atomic():
        if Slip.objects.filter(run=facts.run, beneficiary=beneficiary, version=version).exists():
            return False  # another worker has taken over
        _keep(facts.run, beneficiary, version, content, path, actor)
    path.unlink()
    return True


def _keep(run: Run, beneficiary: Beneficiary, version: int, content: SlipContent, path: Path, actor: User) -> Slip:
    document = store_file(
        source=path,
        filename=safe_filename(f"releve {run.month:%Y-%m} {content.beneficiary} {content.number}.pdf", ".pdf"),
        content_type=PDF,
        permission=VIEW_SLIP,
        actor=actor,
        stored_as=f"paiements/{run.pk}/releves/{content.number}.pdf",
    )
    return Slip.objects.create(
        run=run,
        beneficiary=beneficiary,
        version=version,
        number=content.number,
        paid_cents=content.paid_cents,
        left_cents=content.left_cents,
        content=content.to_json(),
        document=document,
    )


def _archive(run: Run, job: Job, actor: User) -> Document:
    """Put the slips that count in one file; delivered again after it was stored, the job finds it."""
    place = f"paiements/{run.pk}/releves/lot-{job.pk}.zip"
    known = Document.objects.filter(stored_as=place).first()
    if known:
        return known
    slips = Slip.objects.filter(run=run).counting().select_related("document").defer("content").order_by("number")
    with draft_folder(f"releves-zip-{run.pk}") as folder:
        path = folder / f"releves-{run.name.replace('/', '-')}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for slip in slips:
                try:
                    source = verified_path(slip.document)
                except DocumentDamaged as damaged:
                    raise JobFailed(str(damaged)) from None
                entry = zipfile.ZipInfo(slip.document.filename, FIRST_DAY)
                with source.open("rb") as reader, archive.open(entry, "w") as writer:
                    shutil.copyfileobj(reader, writer)
        return store_file(
            source=path, filename=path.name, content_type=ZIP, permission=VIEW_SLIP, actor=actor, stored_as=place
        )


# --- by e-mail -----------------------------------------------------------------------------------------------


def request_sending(*, run: Run, actor: User) -> Job:
    """Ask that every slip of a run that was never sent goes to whoever has an address.

    Raises:
        TransitionRefused: when there is none to send.
    """
    require(actor, MAKE_SLIPS)
    if not in_sending(slip_list(run, actor), TO_SEND).exists():
        raise TransitionRefused(
            "Aucun relevé n’est à envoyer : ils sont déjà partis, ou leurs bénéficiaires n’ont pas d’adresse."
        )
    return request_job(
        kind=SEND_JOB,
        title=f"Envoi des relevés du paiement mensuel {run.name}",
        key=sending_key(run),
        params={"run": run.pk},
        actor=actor,
    )


def sending_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Hand the slips of a run to the outbox, one transaction each (kind of job `SEND_JOB`)."""
    run, actor = Run.objects.get(pk=job.params["run"]), job.created_by
    waiting = list(in_sending(slip_list(run, actor), TO_SEND).values_list("pk", flat=True))
    progress.total(len(waiting))
    sent = 0
    for pk in waiting:
        slip = slips_with_facts(actor).get(pk=pk)
        try:
            send_slip(slip=slip, actor=actor)
            sent += 1
        except TransitionRefused:
            pass  # somebody sent it meanwhile, or its address was taken away: it is in the list as what it is
        progress.advance()
    return {"run_id": run.pk, "sent": sent}


def send_slip(*, slip: Slip, actor: User, again: bool = False, reason: str = "") -> SlipMail:
    """Hand a slip to the outbox, for the address that its beneficiary has now. It goes once.

    Args:
        again: once more, on purpose, with the ``reason``.

    Raises:
        TransitionRefused: when it was sent already, has no address, or a newer version of it counts.
    """
    require(actor, MAKE_SLIPS)
    reason = " ".join(reason.split())[:200]
    with transaction.atomic():
        fresh = lock(slip)
        owner = fresh.beneficiary.professional or fresh.beneficiary.company
        address = owner.email if owner else ""
        if not address:
            raise TransitionRefused(
                f"{fresh.beneficiary} n’a pas d’adresse de courriel : remettez-lui le relevé autrement."
            )
        if not Slip.objects.counting().filter(pk=fresh.pk).exists():
            raise TransitionRefused("Un relevé plus récent remplace celui-ci : envoyez le plus récent.")
        was_sent = fresh.mails.exists()
        if was_sent and not again:
            raise TransitionRefused("Ce relevé est déjà envoyé. Pour l’envoyer de nouveau, ouvrez sa page.")
        if was_sent and not reason:
            raise TransitionRefused("Indiquez pourquoi ce relevé est envoyé de nouveau.")
        mail = queue_mail(to=address, subject=_subject(fresh), body=_body(fresh), team=None, actor=actor)
        return SlipMail.objects.create(slip=fresh, mail=mail, again=was_sent, reason=reason if was_sent else "")


def slip_attached(mail: OutgoingMail) -> Attachment | None:
    """Return the slip that a message carries (association.registries.mail_attachments)."""
    found = SlipMail.objects.filter(mail=mail).select_related("slip__document").defer("slip__content").first()
    return Attachment(found.slip.document) if found else None


def _subject(slip: Slip) -> str:
    corrected = " (rectifié)" if slip.version > 1 else ""
    return f"Votre relevé d’indemnités, {date_format(slip.run.month, 'F Y')}{corrected}"


def _body(slip: Slip) -> str:
    """No amount and no account: they are in the paper."""
    return (
        "Bonjour,\n\n"
        f"Votre relevé d’indemnités est joint à ce message ({date_format(slip.run.month, 'F Y')}) : les actions, ce "
        "qui est réglé, et le motif de ce qui ne l’est pas.\n\n"
        "Si quelque chose vous étonne, répondez à ce message.\n\n"
        f"{settings.ORGANISATION_NAME}"
    )


def _refuse_early(run: Run) -> None:
    if run.state not in MADE_FROM or run.kind == Run.Kind.OPENING:
        raise TransitionRefused(
            f"Le paiement mensuel {run.name} est « {run.get_state_label()} » : ses relevés se font après l’export."
        )
