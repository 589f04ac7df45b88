"""The file of an approved run: made by a job, kept byte for byte, replaced only once declared not transmitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.documents import XLSX, draft_folder, store_file
from association.fields import keyed_hash
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.permissions import require
from association.registries import Progress
from association.workflow import fire, fire_all, lock
from payments.models import Account, Payment, Run, RunExport
from payments.services.runs import release_lines
from payments.workbook import write_payment_workbook

EXPORT_JOB = "payments.export_run"


@dataclass
class Exported:
    """What an export gave: the file, and the payments that could not go (their lines are due again)."""

    export: RunExport
    voided: list[str] = field(default_factory=list)


def export_key(run: Run) -> str:
    """Return the key of the export jobs of a run."""
    return f"{EXPORT_JOB}:{run.pk}"


def request_export(*, run: Run, actor: User) -> Job:
    """Ask for the file of an approved run; a second press gets the same job.

    Raises:
        TransitionRefused: when the run is not approved.
    """
    require(actor, "payments.export_run")
    if run.state != Run.State.APPROVED:
        raise TransitionRefused(
            f"Le paiement mensuel {run.name} est « {run.get_state_label()} » : il s'exporte après le bon à payer."
        )
    return request_job(
        kind=EXPORT_JOB,
        title=f"Export du paiement mensuel {run.name}",
        key=export_key(run),
        params={"run": run.pk},
        actor=actor,
    )


def export_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do an export asked for; delivered again after it was done, it finds the file and says so."""
    run = Run.objects.get(pk=job.params["run"])
    live = run.exports.filter(not_transmitted_at__isnull=True).select_related("document").first()
    if live is None:
        try:
            exported = export_run(run=run, actor=job.created_by, progress=progress)
        except TransitionRefused as refused:
            raise JobFailed(refused.reason) from refused
        live, voided = exported.export, exported.voided
    else:
        voided = []
    return {"document": live.document, "run": run.name, "version": live.version, "voided": voided}


def export_run(*, run: Run, actor: User, progress: Progress | None = None) -> Exported:
    """Make the workbook of an approved run, send its payments and mark it exported.

    The file is written outside the transaction; the row, the states of the payments and of the run change together
    at the end. A payment whose account is no longer verified is void, named in the answer, and the others go.

    Raises:
        TransitionRefused: with the reason in French; also when a payment was held, released or voided meanwhile, or its
            account changed: the file would not say what is sent.
    """
    voided = _void_payments_without_account(run, actor)
    leaving = _leaving(run)
    version = run.exports.count() + 1
    _refuse_swapped_ibans(run)
    with draft_folder(f"export-{run.pk}-v{version}") as folder:
        path = folder / workbook_name(run, version)
        write_payment_workbook(run, path, progress=progress)
        with transaction.atomic():
            fresh = fire(run, "export", actor=actor)
            if _leaving(fresh) != leaving:
                raise TransitionRefused(
                    "Un virement ou un compte a changé pendant l'écriture du fichier : relancez l'export."
                )
            document = store_file(
                source=path,
                filename=path.name,
                content_type=XLSX,
                permission="payments.view_export",
                actor=actor,
                stored_as=f"paiements/{run.pk}/v{version}/{path.name}",
            )
            export = RunExport.objects.create(run=fresh, version=version, document=document)
            fire_all(fresh.payments.filter(state=Payment.State.PENDING).defer("iban"), "send", actor=actor)
    return Exported(export, voided)


def _refuse_swapped_ibans(run: Run) -> None:
    """Compare each IBAN with the keyed hash frozen at approval: the ciphertext alone may be rewritten (rotation)."""
    for payment in run.payments.filter(state=Payment.State.PENDING):
        if keyed_hash(payment.iban) != payment.iban_hash:
            raise TransitionRefused(
                f"L'IBAN du virement {payment.reference} n'est plus celui du bon à payer : rien n'est exporté. "
                "Prévenez l'administrateur, la base a été modifiée hors de l'application."
            )


def _leaving(run: Run) -> set[int]:
    """Return the payments that an export of the run sends now."""
    leaving = run.payments.filter(state=Payment.State.PENDING, account__state=Account.State.VERIFIED)
    return set(leaving.values_list("pk", flat=True))


def _void_payments_without_account(run: Run, actor: User) -> list[str]:
    """An account archived or suspended since the approval: that payment is void and its lines are due again."""
    reason = "Le compte bancaire n'est plus vérifié."
    with transaction.atomic():
        fresh = lock(run)
        if fresh.state != Run.State.APPROVED:
            return []
        gone = fresh.payments.filter(state=Payment.State.PENDING).exclude(account__state=Account.State.VERIFIED)
        voided = fire_all(gone, "void", actor=actor, comment=reason)
        release_lines(voided, reason=reason)
    return [f"{payment.reference} ({payment.holder})" for payment in voided]


def declare_not_transmitted(*, run: Run, actor: User, reason: str) -> Run:
    """Take an export back: the bank refused the whole file, or it was never sent. A new version may then be made.

    Raises:
        TransitionRefused: without a reason, or when there is no file to take back.
    """
    with transaction.atomic():
        fresh = fire(run, "take_back_export", actor=actor, comment=reason)
        fresh.exports.filter(not_transmitted_at__isnull=True).update(
            not_transmitted_at=timezone.now(), not_transmitted_by=actor, not_transmitted_reason=reason[:200]
        )
        fire_all(
            fresh.payments.filter(state=Payment.State.SENT).defer("iban"), "take_back", actor=actor, comment=reason
        )
    return fresh


def workbook_name(run: Run, version: int) -> str:
    """Return a workbook's file name: ``paiement-2026-10.xlsx``; ``paiement-2026-10-2-v3.xlsx`` for a third version."""
    made_again = f"-v{version}" if version > 1 else ""
    return f"paiement-{run.name.replace('/', '-')}{made_again}.xlsx"
