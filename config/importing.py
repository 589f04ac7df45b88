"""The import workbook over all floors: check it, and load all of it or nothing (docs/workbook.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from association.models import User
from association.permissions import require
from association.registries import sheets
from association.workbook import Book, Fault, Loading, Report, Sheet, Supplement
from association.workbook.reading import read_book
from association.workbook.report import french, grouped

PERMISSION = "association.import_workbook"


def check_workbook(path: Path) -> Report:
    """Read and check a workbook against the database; write nothing.

    The report says every fault at once, and what loading would create.
    """
    book, whole = _read(path)
    return _checked(book) if whole else _sorted(book)


def load_workbook_file(path: Path, actor: User) -> Report:
    """Check a workbook and load the whole of it, or nothing when there is a fault.

    One transaction; rows enter in their state with a log entry each (origin ``reprise``). The same workbook again
    changes nothing: ``report.changes_nothing``.

    Raises:
        PermissionDenied: unless ``actor`` may import.
    """
    require(actor, PERMISSION)
    book, whole = _read(path)
    if not whole:
        return _sorted(book)
    try:
        with transaction.atomic():
            report = _checked(book)
            if report.is_sound and not report.changes_nothing:
                _load(book, Loading(actor=actor, today=book.today))
                report.loaded = True
    except IntegrityError:
        sentence = "la base a changé pendant le chargement, rien n'a été chargé : recommencez."
        report = Report(warnings=book.report.warnings, warnings_count=book.report.warnings_count)
        report.add(Fault("", 0, "", "", "", "fault", french(sentence)))
    return report


def summary_lines(report: Report, *, dry_run: bool) -> list[str]:
    """Return what was loaded, or would be, in French: one line per sheet, then what came along."""
    if not report.is_sound:
        return [french(f"{_many(report.faults_count, 'faute', 'fautes')} : rien n'a été chargé.")]
    if report.changes_nothing:
        lines = ["Ce classeur est déjà chargé : rien n'a changé."]
    else:
        lines = ["Classeur sans faute (essai : rien n'a été chargé)." if dry_run else "Classeur chargé."]
    for name, count in report.counts.items():
        new = _many(count.new, "ligne nouvelle", "lignes nouvelles")
        same = _many(count.unchanged, "inchangée", "inchangées")
        lines.append(f"{name} : {new}, {same}.")
    brought = [f"{grouped(count)} {what}" for what, count in report.details.items() if count]
    if brought:
        lines.append(f"Avec : {', '.join(brought)}.")
    return [french(line) for line in lines]


def as_json(report: Report, *, dry_run: bool) -> dict[str, Any]:
    """Return the report as one JSON object. ``loaded``: new rows by sheet (those that would be, in a dry run)."""
    stored = report.to_dict()
    sound = report.is_sound
    return {
        "dry_run": dry_run,
        "loaded": {name: count.new for name, count in report.counts.items()} if sound else {},
        "unchanged": {name: count.unchanged for name, count in report.counts.items()} if sound else {},
        "changed": report.loaded,
        "details": stored["details"] if sound else {},
        "faults": stored["faults"],
        "faults_count": report.faults_count,
        "warnings": stored["warnings"],
        "warnings_count": report.warnings_count,
    }


def _read(path: Path) -> tuple[Book, bool]:
    return read_book(Path(path), sheets, today=timezone.localdate())


def _entries(book: Book) -> list[Sheet | Supplement]:
    """Return the sheets that the workbook has, and what other floors add to them, in order."""
    found = [entry for entry in sheets if book[entry.name if isinstance(entry, Sheet) else entry.sheet].present]
    return sorted(found, key=lambda entry: entry.order)


def _checked(book: Book) -> Report:
    for entry in _entries(book):
        entry.check(book)
    return _sorted(book)


def _load(book: Book, loading: Loading) -> None:
    for entry in _entries(book):
        entry.load(book, loading)


def _sorted(book: Book) -> Report:
    book.report.sort(list(book.tables))
    return book.report


def _many(count: int, one: str, many: str) -> str:
    return f"{grouped(count)} {many if count > 1 else one}"
