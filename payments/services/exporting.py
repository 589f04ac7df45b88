"""The files of an approved run: made by a job, kept byte for byte, replaced only once declared not transmitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.documents import XLSX, draft_folder, store_file
from association.fields import keyed_hash
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Document, Job, User
from association.permissions import require
from association.registries import Progress
from association.workflow import fire, fire_all, lock
from payments.models import Account, BankDetails, Payment, Run, RunExport
from payments.sepa.calendar import next_business_day
from payments.sepa.message import Sum
from payments.services.banking import execution_day_refusal, unpayable, write_bank_file
from payments.services.runs import approve_run, release_lines
from payments.workbook import write_payment_workbook

EXPORT_JOB = "payments.export_run"
OPEN_BANK_FILE, VIEW_EXPORT = "payments.open_bank_file", "payments.view_export"
XML = "application/xml"


@dataclass
class Exported:
    """What an export gave, and the payments that could not go: ``voided`` (their lines are due again) and ``held``."""

    export: RunExport
    voided: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def export_key(run: Run) -> str:
    """Return the key of the export jobs of a run."""
    return f"{EXPORT_JOB}:{run.pk}"


def request_export(*, run: Run, actor: User, execution_on: date | None = None) -> Job:
    """Ask for the files of an approved run; a second press gets the same job.

    Args:
        execution_on: when the bank is to make the transfers; the next business day by default.

    Raises:
        TransitionRefused: when the run is not approved, or banks do not work on that day.
    """
    require(actor, "payments.export_run")
    if run.state != Run.State.APPROVED:
        raise TransitionRefused(
            f"Le paiement mensuel {run.name} est « {run.get_state_label()} » : il s’exporte après le bon à payer."
        )
    if execution_on and (reason := execution_day_refusal(execution_on)):
        raise TransitionRefused(reason)
    return request_job(
        kind=EXPORT_JOB,
        title=f"Export du paiement mensuel {run.name}",
        key=export_key(run),
        params={"run": run.pk, "execution_on": execution_on.isoformat() if execution_on else ""},
        actor=actor,
    )


def approve_and_export(*, run: Run, actor: User, execution_on: date | None = None) -> Job:
    """Give the "bon à payer" and ask for the files, both or neither: the two last steps of a normal month.

    Raises:
        TransitionRefused: with the reason in French.
        PermissionDenied: when the role may not do both.
    """
    require(actor, "payments.export_run")
    if execution_on and (reason := execution_day_refusal(execution_on)):
        raise TransitionRefused(reason)
    with transaction.atomic():
        return request_export(run=approve_run(run=run, actor=actor), actor=actor, execution_on=execution_on)


def export_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do an export asked for; delivered again after it was done, it finds the file and says so."""
    run = Run.objects.get(pk=job.params["run"])
    live = run.exports.filter(not_transmitted_at__isnull=True).select_related("document").first()
    if live is None:
        try:
            asked = str(job.params.get("execution_on", ""))
            day = date.fromisoformat(asked) if asked else None
            exported = export_run(run=run, actor=job.created_by, progress=progress, execution_on=day)
        except TransitionRefused as refused:
            raise JobFailed(refused.reason) from refused
        live, voided = exported.export, exported.voided
    else:
        voided = []
    return {
        "document": live.document,
        "run": run.name,
        "version": live.version,
        "voided": voided,
        "remarks": live.remarks.splitlines(),
    }


def export_run(
    *, run: Run, actor: User, progress: Progress | None = None, execution_on: date | None = None
) -> Exported:
    """Make the workbook and the bank file of an approved run, send its payments and mark it exported.

    The files are written outside the transaction; the row, the states of the payments and of the run change together
    at the end. A payment whose account is no longer verified is void, one that no bank would take is held; both are
    named in the answer, and the others go. Without the association's bank details there is the workbook alone, and
    ``remarks`` says what is missing; a run that pays nobody has no bank file either.

    Args:
        execution_on: when the bank is to make the transfers; the next business day by default.

    Raises:
        TransitionRefused: with the reason in French; also when a payment was held, released or voided meanwhile, or its
            account changed: the file would not say what is sent.
    """
    execution_on = execution_on or next_business_day(timezone.localdate())
    if reason := execution_day_refusal(execution_on):
        raise TransitionRefused(reason)
    voided, held = _set_aside(run, actor)
    leaving = _leaving(run)
    version = run.exports.count() + 1
    bank = BankDetails.current()
    remarks = [
        *(f"Virement sans effet, le compte n’est plus vérifié : {said}." for said in voided),
        *(f"Virement mis en suspens : {said}." for said in held),
        *_without_bank_file(bank, leaving),
    ]
    with draft_folder(f"export-{run.pk}-v{version}") as folder:
        path = folder / workbook_name(run, version)
        # Whoever types the transfers at the bank needs the IBANs; where the bank has its file, the workbook shows the
        # end of each, and is for the auditor too.
        by_hand = bool(leaving and bank.missing)
        write_payment_workbook(run, path, progress=progress, whole_ibans=by_hand)
        transfers = folder / bank_file_name(run, version)
        written = Sum(0, 0)
        if leaving and not bank.missing:
            written = write_bank_file(
                run=run, payments=leaving, path=transfers, version=version, bank=bank, execution_on=execution_on
            )
        with transaction.atomic():
            fresh = fire(run, "export", actor=actor)
            if _leaving(fresh) != leaving:
                raise TransitionRefused(
                    "Un virement ou un compte a changé pendant l’écriture du fichier : relancez l’export."
                )
            export = RunExport.objects.create(
                run=fresh,
                version=version,
                document=_store(path, XLSX, OPEN_BANK_FILE if by_hand else VIEW_EXPORT, run, version, actor),
                bank_file=_store(transfers, XML, OPEN_BANK_FILE, run, version, actor) if written.count else None,
                execution_on=execution_on if written.count else None,
                transfers_count=written.count,
                transfers_cents=written.cents,
                remarks="\n".join(remarks),
                made_at=timezone.now(),
            )
            fire_all(fresh.payments.filter(state=Payment.State.PENDING).defer("iban"), "send", actor=actor)
    return Exported(export, voided, held)


def _store(path: Path, content_type: str, permission: str, run: Run, version: int, actor: User) -> Document:
    return store_file(
        source=path,
        filename=path.name,
        content_type=content_type,
        permission=permission,
        actor=actor,
        stored_as=f"paiements/{run.pk}/v{version}/{path.name}",
    )


def _without_bank_file(bank: BankDetails, leaving: set[int]) -> list[str]:
    """Why there is no file for the bank, and where to mend it."""
    if not leaving:
        return ["Aucun virement à faire : il n’y a pas de fichier pour la banque."]
    if bank.missing:
        said = " et ".join(bank.missing)
        return [f"Pas de fichier pour la banque : il manque {said}. À renseigner dans Paiements, Banque."]
    return []


def _set_aside(run: Run, actor: User) -> tuple[list[str], list[str]]:
    """Void the payments whose account was archived or suspended since the approval: their lines are due again. Hold
    those that no bank of the SEPA zone would take. One bad payee does not stop the others: both are named.
    """
    gone_reason, held = "Le compte bancaire n’est plus vérifié.", []
    with transaction.atomic():
        fresh = lock(run)
        if fresh.state != Run.State.APPROVED:
            return [], []
        pending = fresh.payments.filter(state=Payment.State.PENDING).order_by("reference")
        gone = pending.exclude(account__state=Account.State.VERIFIED)
        voided = fire_all(gone, "void", actor=actor, comment=gone_reason)
        release_lines(voided, reason=gone_reason)
        for payment in pending.all():
            _refuse_swapped_iban(payment)
            if reason := unpayable(payment):
                fire(payment, "hold", actor=actor, comment=reason)
                held.append(f"{payment.reference} ({payment.holder}), {reason}")
    return [f"{payment.reference} ({payment.holder})" for payment in voided], held


def _refuse_swapped_iban(payment: Payment) -> None:
    """Compare the IBAN with the keyed hash frozen at approval: the ciphertext alone may be rewritten (rotation)."""
    if keyed_hash(payment.iban) != payment.iban_hash:
        raise TransitionRefused(
            f"L’IBAN du virement {payment.reference} n’est plus celui du bon à payer : rien n’est exporté. "
            "Prévenez l’administrateur, la base a été modifiée hors de l’application."
        )


def _leaving(run: Run) -> set[int]:
    """Return the payments that an export of the run sends now."""
    leaving = run.payments.filter(state=Payment.State.PENDING, account__state=Account.State.VERIFIED)
    return set(leaving.values_list("pk", flat=True))


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


def bank_file_name(run: Run, version: int) -> str:
    """Return the name of a bank file: ``virements-2026-10.xml``."""
    return workbook_name(run, version).replace("paiement-", "virements-").replace(".xlsx", ".xml")


def workbook_name(run: Run, version: int) -> str:
    """Return a workbook's file name: ``paiement-2026-10.xlsx``; ``paiement-2026-10-2-v3.xlsx`` for a third version."""
    made_again = f"-v{version}" if version > 1 else ""
    return f"paiement-{run.name.replace('/', '-')}{made_again}.xlsx"
