"""The loading of a month's workbook: all of it or nothing, through the services of declaring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from actions.models import DECLARE
from actions.monthly.checking import MonthBook, check_month, read_month
from actions.monthly.sheets import DAY, TeamSheet
from actions.services import save_and_declare, save_draft
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workbook import Fault, Report, Row
from association.workbook.report import french


class _RowRefused(Exception):
    """A service refused a row that the check had let pass: the database changed meanwhile."""

    def __init__(self, row: Row, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason


def load_month(
    path: Path, *, declare: bool, actor: User, total: Callable[[int], None], advance: Callable[[], None]
) -> Report:
    """Check a workbook and write its new rows, declared or as drafts; the same workbook again writes nothing.

    Args:
        total: told how many rows there are to go through, check and writing together.
        advance: called after each.
    """
    require(actor, DECLARE)
    month = read_month(path, user=actor)
    total(2 * rows_of(month))
    report = check_month(month, declare=declare, user=actor, advance=advance)
    if not report.is_sound or report.changes_nothing:
        return report
    try:
        with transaction.atomic():
            for sheet in month.present:
                _load(month, sheet, declare=declare, actor=actor, advance=advance)
    except _RowRefused as refused:
        month.book.fault(refused.row, DAY, says=refused.reason.rstrip("."))
    except IntegrityError:
        sentence = "La base a changé pendant le chargement, rien n'a été chargé : recommencez."
        report.add(Fault("", 0, "", "", "", "fault", french(sentence)))
    else:
        report.loaded = True
    return report


def rows_of(month: MonthBook) -> int:
    """Return how many rows a workbook holds."""
    return sum(len(month.book[sheet.name].rows) for sheet in month.present)


def _load(month: MonthBook, sheet: TeamSheet, *, declare: bool, actor: User, advance: Callable[[], None]) -> None:
    write = save_and_declare if declare else save_draft
    for row in month.book[sheet.name].new:
        try:
            row.pk = write(typed=sheet.typed(row), entry_key=sheet.entry_key(row), actor=actor).pk
        except TransitionRefused as refused:
            raise _RowRefused(row, refused.reason) from refused
        except ValidationError as refused:
            raise _RowRefused(row, " ".join(refused.messages)) from refused
        advance()
