"""What is handed to the accountant: the accounts chosen with them, the entries of a period, the charges à payer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from association.documents import XLSX, draft_folder, store_file
from association.jobs import JobFailed, request_job
from association.journal import save_changes
from association.machine import TransitionRefused
from association.models import Document, Job, User
from association.pdf.text import long_date
from association.permissions import require
from association.registries import Progress
from association.typed_sheets import DAY, EUROS, Column, ListSheet, workbook_at
from payments.accounting.entries import Entry, EntryUnbalanced, debited
from payments.accounting.fec import read_back, write_entries
from payments.exercise import Exercise
from payments.models import AccountingEntry, AccountingExport, AccountingSettings, YearClosing
from payments.selectors.accounting import EntryWriter, Kind, last_number, next_start, pending_events, possible_ends
from payments.selectors.accruals import Accruals, accruals
from payments.selectors.year_days import after, exercise_at

EXPORT_JOB = "payments.accounting_export"
CLOSE, VIEW, MANAGE = "payments.close_year", "payments.view_year", "payments.manage_accounting"
PLAIN_TEXT = "text/plain"
NOTHING = "Rien n’attend d’être exporté jusqu’à ce jour : choisissez une période plus longue."
ENTRY_COLUMNS = (
    Column("Journal", 10),
    Column("Libellé du journal", 24),
    Column("Écriture", 15),
    Column("Date", 12, DAY),
    Column("Compte", 12),
    Column("Libellé du compte", 28),
    Column("Auxiliaire", 16),
    Column("Libellé auxiliaire", 30),
    Column("Pièce", 24),
    Column("Date de pièce", 12, DAY),
    Column("Libellé de l’écriture", 44),
    Column("Débit", 14, EUROS),
    Column("Crédit", 14, EUROS),
)
ACCRUAL_COLUMNS = (
    Column("Équipe", 40),
    Column("Code", 16),
    Column("Figées après l’année", 18, EUROS),
    Column("Validées, à indemniser", 18, EUROS),
    Column("Déclarées, estimation", 18, EUROS),
    Column("Total", 18, EUROS),
)


def choose_accounts(*, values: Mapping[str, Any], version: int, actor: User) -> AccountingSettings:
    """Write the accounts and journals that differ, each with its line in the journal of changes.

    Raises:
        StaleEdit: when somebody else changed them since ``version``; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row, _ = AccountingSettings.objects.get_or_create(pk=1)
        return save_changes(row, values=values, version=version, actor=actor)


def request_accounting_export(*, ends_on: date, actor: User) -> Job:
    """Ask for the entries up to a day; a second press gets the same job.

    Raises:
        TransitionRefused: with what is missing or to be done first, in French.
    """
    require(actor, CLOSE)
    if not AccountingExport.objects.filter(ends_on=ends_on).exists():
        _refuse(ends_on)
    return request_job(
        kind=EXPORT_JOB,
        title=f"Écritures comptables jusqu’au {ends_on:%d/%m/%Y}",
        key=EXPORT_JOB,
        params={"ends_on": ends_on.isoformat()},
        actor=actor,
    )


def accounting_export_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do an export asked for; delivered again after it was done, it finds the file."""
    ends_on = date.fromisoformat(str(job.params["ends_on"]))
    try:
        done = export_entries(ends_on=ends_on, actor=job.created_by, progress=progress)
    except TransitionRefused as refused:
        raise JobFailed(refused.reason) from refused
    return {"document": done.document, "entries": done.entries_count}


def export_entries(*, ends_on: date, actor: User, progress: Progress | None = None) -> AccountingExport:
    """Write the entries of everything that is in no period yet, up to a day, and close that period.

    A period that is closed is answered with its own files: the same bytes. Each event is exported once, by a constraint
    of the database; one that is older than the period is dated on its first day, its piece keeps its own day.

    Raises:
        TransitionRefused: with the reason in French; also when somebody else exported or money moved meanwhile.
    """
    require(actor, CLOSE)
    if known := AccountingExport.objects.filter(ends_on=ends_on).first():
        return known
    starts_on = _refuse(ends_on)
    events = pending_events(until=ends_on)
    writer = EntryWriter(
        AccountingSettings.current(), starts_on=starts_on, numbers_from=last_number(exercise_at(starts_on))
    )
    entries = list(writer.write(events))
    if progress:
        progress.total(len(entries))
    name = f"ecritures-a-importer-{starts_on:%Y-%m-%d}-{ends_on:%Y-%m-%d}"
    with draft_folder("ecritures") as folder:
        text, workbook = folder / f"{name}.txt", folder / f"{name}.xlsx"
        write_entries(entries, text)
        _compare(entries, text)
        _write_workbook(entries, workbook, starts_on=starts_on, ends_on=ends_on)
        try:
            with transaction.atomic():
                done = AccountingExport.objects.create(
                    starts_on=starts_on,
                    ends_on=ends_on,
                    entries_count=len(entries),
                    debit_cents=debited(entries),
                    document=_store(text, PLAIN_TEXT, actor),
                    workbook=_store(workbook, XLSX, actor),
                    made_by=actor,
                )
                AccountingEntry.objects.bulk_create(
                    [AccountingEntry(export=done, **_facts(entry)) for entry in entries], batch_size=500
                )
                if pending_events(until=ends_on):
                    raise TransitionRefused("De l’argent a bougé pendant l’écriture du fichier : relancez l’export.")
        except IntegrityError:
            raise TransitionRefused("Quelqu’un d’autre vient d’exporter cette période : rechargez la page.") from None
    if progress:
        progress.advance(len(entries))
    return done


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "event": entry.event,
        "number": entry.number,
        "entry_on": entry.day,
        "amount_cents": entry.amount_cents,
    }


def _refuse(ends_on: date) -> date:
    """Return the first day of the period that would end on a day.

    Raises:
        TransitionRefused: when it cannot be exported now.
    """
    if missing := AccountingSettings.current().missing:
        raise TransitionRefused(f"Choisissez d’abord avec votre comptable : {', '.join(missing)}.")
    events = pending_events(until=ends_on)
    start = next_start(events)
    if not events or start is None:
        raise TransitionRefused(NOTHING)
    if ends_on not in possible_ends(start):
        raise TransitionRefused(
            f"Une période va du {start:%d/%m/%Y} à la fin d’un mois écoulé du même exercice : choisissez-en une."
        )
    exercise = exercise_at(ends_on)
    if ends_on == exercise.ends_on and not YearClosing.objects.filter(ends_on=ends_on).exists():
        raise TransitionRefused(
            f"Arrêtez d’abord les charges à payer de {exercise.name} : leur écriture est du {long_date(ends_on)}, et "
            "une période exportée est close."
        )
    given_up = any(event.kind == Kind.WAIVED for event in events)
    if given_up and (missing := AccountingSettings.current().missing_for_write_offs):
        raise TransitionRefused(
            f"Un trop-perçu a été abandonné : choisissez d’abord avec votre comptable : {', '.join(missing)}."
        )
    return start


def _compare(entries: list[Entry], path: Path) -> None:
    """Read the written file again: as many postings, and as many cents on each side.

    Raises:
        EntryUnbalanced: a fault of the program; no file is kept.
    """
    count = sum(len(entry.postings) for entry in entries)
    total = debited(entries)
    if read_back(path) != (count, total, total):
        raise EntryUnbalanced(f"{path.name}: {read_back(path)} instead of {(count, total, total)}")


def _write_workbook(entries: list[Entry], path: Path, *, starts_on: date, ends_on: date) -> None:
    heading = f"Écritures du {starts_on:%d/%m/%Y} au {ends_on:%d/%m/%Y}"
    with workbook_at(path, title=heading, made_at=after(ends_on)) as book:
        sheet = ListSheet(book, "Écritures", ENTRY_COLUMNS, heading=heading)
        for entry in entries:
            for one in entry.postings:
                sheet.row(
                    entry.journal, entry.journal_label, entry.number, entry.day, one.account, one.label, one.auxiliary,
                    one.auxiliary_label, entry.piece, entry.piece_on, entry.label,
                    one.debit_cents or None, one.credit_cents or None,
                )  # fmt: skip
        total = debited(entries)
        last = sheet.cells([column.format for column in ENTRY_COLUMNS], total=True)
        sheet.put(last, ["Total", *[None] * 10, total, total])


def _store(path: Path, content_type: str, actor: User) -> Document:
    return store_file(source=path, filename=path.name, content_type=content_type, permission=VIEW, actor=actor)


# --- the end of the fiscal year ------------------------------------------------------------------------------


def close_year(*, exercise: Exercise, actor: User) -> YearClosing:
    """State the charges à payer of a fiscal year that is over, by team, as they are now; once.

    Their entry of its last day and the reversal of the next are exported with the periods that they fall into.

    Raises:
        TransitionRefused: while it lasts, when it was done, or when its last month was exported.
    """
    require(actor, CLOSE)
    if reason := closing_refusal(exercise):
        raise TransitionRefused(reason)
    found = accruals(exercise.ends_on)
    with draft_folder("charges-a-payer") as folder:
        path = folder / f"charges-a-payer-{exercise.name}.xlsx"
        write_accruals(found, path, exercise=exercise)
        try:
            with transaction.atomic():
                return YearClosing.objects.create(
                    ends_on=exercise.ends_on,
                    frozen_cents=found.frozen_cents,
                    validated_cents=found.validated_cents,
                    declared_cents=found.declared_cents,
                    workbook=_store(path, XLSX, actor),
                    decided_by=actor,
                )
        except IntegrityError:
            raise TransitionRefused(_already(exercise)) from None


def closing_refusal(exercise: Exercise, *, today: date | None = None) -> str:
    """Return why the charges à payer of a fiscal year cannot be stated now; else nothing."""
    last = exercise.ends_on
    if (today or timezone.localdate()) <= last:
        return (
            f"L’exercice {exercise.name} n’est pas terminé : les charges à payer s’arrêtent à partir du "
            f"{long_date(exercise.next_day)}."
        )
    if YearClosing.objects.filter(ends_on=last).exists():
        return _already(exercise)
    if AccountingExport.objects.filter(starts_on__lte=last, ends_on__gte=last).exists():
        return f"La période du {long_date(last)} est exportée et close : rien ne s’y ajoute plus."
    return ""


def _already(exercise: Exercise) -> str:
    return f"Les charges à payer de {exercise.name} sont déjà arrêtées."


def write_accruals(found: Accruals, path: Path, *, exercise: Exercise) -> None:
    """Write the charges à payer by team, with their total; the same figures give the same bytes."""
    heading = f"Charges à payer {exercise.name}, au {exercise.ends_on:%d/%m/%Y}"
    with workbook_at(path, title=heading, made_at=after(exercise.ends_on)) as book:
        sheet = ListSheet(book, "Charges à payer", ACCRUAL_COLUMNS, heading=heading)
        for row in found.teams:
            sheet.row(
                row.team.name,
                row.team.code,
                row.frozen_cents,
                row.validated_cents,
                row.declared_cents,
                row.total_cents,
            )
        last = sheet.cells([column.format for column in ACCRUAL_COLUMNS], total=True)
        sheet.put(
            last,
            ["Total", None, found.frozen_cents, found.validated_cents, found.declared_cents, found.total_cents],
        )
