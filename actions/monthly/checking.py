"""The check of a month's workbook: every fault at once, and what the site would signal, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from actions.forms.declaring import teams_with_convention
from actions.models import Action, ActionSettings
from actions.monthly.sheets import DAY, KEY, STATEMENT, TYPE, TeamSheet, team_sheets
from actions.selectors.alerts import alerts_while_typing
from actions.selectors.attendance import confirmed_on
from association.models import User
from association.workbook import Book, Fault, Report, Row, Sheet
from association.workbook.book import chunked
from association.workbook.reading import read_book


@dataclass(frozen=True)
class MonthBook:
    """A workbook that was read: the book, whether it is whole, and the sheets of the teams that it may hold."""

    book: Book
    whole: bool
    sheets: tuple[TeamSheet, ...]

    @property
    def present(self) -> list[TeamSheet]:
        return [sheet for sheet in self.sheets if self.book[sheet.name].present]


def read_month(path: Path, *, user: User) -> MonthBook:
    """Read a workbook for the teams of a user's scope that have a convention.

    A sheet or a column that nobody knows is a fault here: what stands in it would be lost in silence.
    """
    sheets = tuple(team_sheets(teams_with_convention(user)))
    book, whole = read_book(path, [_declared(sheet) for sheet in sheets], today=timezone.localdate())
    _refuse_unknown(book.report, set(book.tables))
    return MonthBook(book, whole, sheets)


def check_month(month: MonthBook, *, declare: bool, user: User, advance: Callable[[], None]) -> Report:
    """Check every row of a workbook that was read.

    Args:
        declare: whether the rows are to be declared; else they become drafts, and less is asked of them.
        advance: called after each row.
    """
    book = month.book
    if month.whole:
        for sheet in month.present:
            _Checking(book, sheet, declare, user, advance).run()
    book.report.sort(list(book.tables))
    return book.report


def _declared(sheet: TeamSheet) -> Sheet:
    """Return what the reader asks of a sheet; checks and loading go row by row, here and in `monthly.loading`."""

    def nothing(*_: Any) -> None:
        return None

    return Sheet(name=sheet.name, columns=sheet.columns, key=KEY, order=0, check=nothing, load=nothing)


def _refuse_unknown(report: Report, names: set[str]) -> None:
    kept, report.warnings, report.warnings_count = report.warnings, [], 0
    for found in kept:
        is_unknown = found.row == 1 or (found.sheet != "" and found.sheet not in names)
        report.add(_as_fault(found) if is_unknown else found)


def _as_fault(found: Fault) -> Fault:
    sentence = found.sentence
    if found.row == 1:
        sentence += " Un membre s'écrit comme dans le modèle : téléchargez-le de nouveau pour cette équipe."
    else:
        sentence += " Une feuille porte le code d'une équipe sous convention que vous suivez."
    return replace(found, severity="fault", sentence=sentence)


class _Checking:
    """The check of one team's sheet."""

    def __init__(self, book: Book, sheet: TeamSheet, declare: bool, user: User, advance: Callable[[], None]) -> None:
        self.book, self.sheet, self.declare, self.user, self.advance = book, sheet, declare, user, advance
        self.settings = ActionSettings.current()
        self.confirmed: dict[tuple[str, date], set[int]] = {}

    def run(self) -> None:
        table = self.book[self.sheet.name]
        stored = self.stored(table.each(self.sheet.entry_key))
        self.book.sort_out(
            self.sheet.name,
            lambda row: stored.get(self.sheet.entry_key(row)),
            lambda _, action: self.sheet.as_written(action),
        )
        new = {id(row) for row in table.new}

        def if_new(check: Callable[[Row], None]) -> Callable[[Book, Row], None]:
            return lambda _, row: check(row) if id(row) in new else None

        checks = [self.day, self.people, self.statement, self.evidence, self.alerts, self.step]
        self.book.check_rows(self.sheet.name, *(if_new(check) for check in checks))

    def stored(self, keys: Iterable[str]) -> dict[str, Action]:
        rows = Action.objects.exclude(state=Action.State.DISCARDED)
        return {action.entry_key: action for action in chunked(rows, "entry_key", set(keys))}

    def day(self, row: Row) -> None:
        if row[DAY] > self.book.today:
            says = "cette action est dans l'avenir : elle se déclare une fois qu'elle a eu lieu"
            self.say(row, DAY, says)

    def people(self, row: Row) -> None:
        ticked = self.sheet.ticked(row)
        if not ticked:
            self.say(row, DAY, "cette action n'a aucun participant")
        confirmed = self.confirmed_on(row[TYPE], row[DAY])
        for header in ticked:
            if self.sheet.people[header].pk not in confirmed:
                self.book.fault(row, header, says=f"pas membre confirmé de l'équipe le {row[DAY]:%d/%m/%Y}")

    def statement(self, row: Row) -> None:
        if self.declare and not row[STATEMENT]:
            self.book.fault(row, STATEMENT, says="« oui » est attendu pour déclarer ; sinon, chargez en brouillons")

    def evidence(self, row: Row) -> None:
        required = self.settings.required_of(row[TYPE])
        if self.declare and required:
            kinds = ", ".join(str(kind.label).lower() for kind in required)
            says = f"pour ce type, une pièce est exigée ({kinds}) : chargez en brouillons, déposez-la, puis déclarez"
            self.book.fault(row, TYPE, says=says)

    def alerts(self, row: Row) -> None:
        typed = self.sheet.typed(row)
        found = alerts_while_typing(
            team=typed.team, action_type=typed.type, held_on=typed.held_on, people=typed.people, user=self.user
        )
        for one in found:
            self.book.warn(row, DAY, one.sentence.rstrip("."))

    def step(self, row: Row) -> None:
        self.advance()

    def say(self, row: Row, header: str, says: str) -> None:
        """A fault for what is to be declared; a draft may be unfinished."""
        if self.declare:
            self.book.fault(row, header, says=says)
        else:
            self.book.warn(row, header, says)

    def confirmed_on(self, action_type: str, day: date) -> set[int]:
        known = self.confirmed.get((action_type, day))
        if known is None:
            known = confirmed_on(self.sheet.team, action_type=action_type, held_on=day)
            self.confirmed[action_type, day] = known
        return known
