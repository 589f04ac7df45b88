"""From the file to the book: sheets and columns by name, cells by kind, every fault noted on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from association.workbook.book import Book, Row, Table
from association.workbook.caps import Clock, Unreadable
from association.workbook.cells import Cells, Raw, SheetReader, corners
from association.workbook.container import Container, SheetPart, opened
from association.workbook.declaration import Column, Sheet, Supplement
from association.workbook.invalid import INVALID, InvalidCell
from association.workbook.kinds import Unexpected, fold, read, shown
from association.workbook.report import Count, Fault, Report, french, quoted

_SEEN = object()


def tables_of(declared: Iterable[Sheet | Supplement]) -> dict[str, Table]:
    """Return an empty table per declared sheet, in loading order, with the columns of all floors."""
    entries = list(declared)
    sheets = sorted((entry for entry in entries if isinstance(entry, Sheet)), key=lambda sheet: sheet.order)
    more: dict[str, tuple[Column, ...]] = {}
    for entry in entries:
        if isinstance(entry, Supplement):
            more[entry.sheet] = more.get(entry.sheet, ()) + entry.columns
    return {sheet.name: Table(sheet, sheet.columns + more.get(sheet.name, ())) for sheet in sheets}


def read_book(
    path: Path, declared: Iterable[Sheet | Supplement], *, today: date, clock: Clock | None = None
) -> tuple[Book, bool]:
    """Read a workbook. Return it, and whether it is whole: otherwise what refers to a missing part cannot be judged."""
    book = Book(tables_of(declared), Report(), today=today)
    try:
        with opened(path, clock) as container:
            whole = _read_sheets(container, book)
    except Unreadable as error:
        book.report.add(Fault("", 0, "", error.found, error.expected, "fault", error.sentence))
        return book, False
    return book, whole


def _read_sheets(container: Container, book: Book) -> bool:
    names = {fold(name): table for name, table in book.tables.items()}
    whole = True
    for part in container.sheets:
        table = names.get(fold(part.name))
        if table is None:
            _note(book, part.name, "warning", "feuille inconnue, elle n'est pas lue")
        elif table.present:
            _note(book, part.name, "fault", "cette feuille figure deux fois dans le classeur")
        else:
            table.present = True
            book.report.counts[table.name] = Count()
            whole &= _SheetReading(container, book, table, part).run()
    if not any(table.present for table in book.tables.values()):
        expected = ", ".join(book.tables)
        sentence = french(f"aucune feuille connue dans ce classeur ; attendu : {expected}.")
        book.report.add(Fault("", 0, "", "", expected, "fault", sentence))
        whole = False
    return whole


def _note(book: Book, sheet: str, severity: str, says: str) -> None:
    book.report.add(Fault(sheet, 0, "", "", "", severity, french(f"{says[:1].upper()}{says[1:]}.")))


class _SheetReading:
    """The reading of one sheet into its table."""

    def __init__(self, container: Container, book: Book, table: Table, part: SheetPart) -> None:
        self.container, self.book, self.table, self.part = container, book, table, part
        self.at: list[tuple[int, Column] | None] = []  # by place of the column: its number in the sheet
        self.headed: set[int] = set()
        self.unheaded: set[int] = set()
        self.memo: list[dict[Any, Any]] = [{} for _ in table.columns]

    def run(self) -> bool:
        """Read header, rows and merged ranges. Return whether the sheet could be read to its end."""
        mark = self.book.report.mark()
        if self.part.hidden:
            self.note("warning", "cette feuille est masquée ; elle est lue comme les autres")
        reader = SheetReader(self.container)
        with self.container.part(self.part.part) as source:
            rows = reader.rows(source)
            whole = self.read_header(rows)
            last = self.read_rows(rows) if whole else 1
            if not whole and reader.stopped is None:
                return False
        if reader.stopped is not None:
            self.book.report.rewind(mark)  # rows of a sheet that is refused as a whole say nothing more
            self.stop(reader.stopped)
            return False
        self.check_merges(reader.merges, last)
        for column in sorted(self.unheaded):
            self.note("warning", f"la colonne {get_column_letter(column)} n'a pas d'en-tête, elle n'est pas lue")
        return whole

    def note(self, severity: str, says: str, *, row: int = 0, header: str = "", found: str = "") -> None:
        self.book.note(self.table, row, header, found, "", says, severity)

    def stop(self, why: Unreadable) -> None:
        self.book.report.add(
            Fault(
                self.table.name, 0, "", why.found, why.expected, "fault",
                why.sentence[:1].upper() + why.sentence[1:], why.cell,
            )
        )  # fmt: skip

    # --- header ---------------------------------------------------------------------------------------------

    def read_header(self, rows: Iterator[tuple[int, Cells]]) -> bool:
        number, cells = next(rows, (0, {}))
        if number == 0:
            self.note("warning", "cette feuille est vide")
            self.at = [None] * len(self.table.columns)
            return True
        if number != 1:
            self.note("fault", "la première ligne est vide : elle doit porter les en-têtes", row=1)
            return False
        by_name = {fold(column.header): column for column in self.table.columns}
        for place, raw in sorted(cells.items()):
            self.headed.add(place)
            self.take_header(place, raw, by_name)
        letters = self.table.letters
        self.at = [(letters[c.header], c) if c.header in letters else None for c in self.table.columns]
        missing = [c for c in self.table.columns if c.required and c.header not in letters]
        for column in missing:
            self.note("fault", f"la colonne obligatoire {quoted(column.header)} manque", row=1)
        return not missing

    def take_header(self, place: int, raw: Raw, by_name: dict[str, Column]) -> None:
        column = by_name.get(fold(shown(raw)))
        if column is None:
            self.note("warning", "colonne inconnue, elle n'est pas lue", row=1, header=shown(raw)[:80])
        elif column.header in self.table.letters:
            self.note("fault", "cet en-tête figure deux fois", row=1, header=column.header, found=quoted(shown(raw)))
        else:
            self.table.letters[column.header] = place

    # --- rows -----------------------------------------------------------------------------------------------

    def read_rows(self, rows: Iterator[tuple[int, Cells]]) -> int:
        """Read the rows into the table and return the number of the last."""
        last = 1
        table = self.table
        for last, cells in rows:
            row = self.read_row(last, cells)
            if row is None:
                continue
            table.rows.append(row)
            try:
                first = table.by_key.setdefault(row.key, row)
            except InvalidCell:
                continue
            if first is not row:
                self.book.fault(row, table.sheet.key[-1], says=self.repeated(first))
        return last

    def repeated(self, first: Row) -> str:
        key = " + ".join(quoted(header) for header in self.table.sheet.key)
        return f"cette ligne a la même clé ({key}) que la ligne {first.number}"

    def read_row(self, number: int, cells: Cells) -> Row | None:
        self.unheaded.update(cells.keys() - self.headed)
        values: list[Any] = []
        filled = False
        for place, found in enumerate(self.at):
            column = self.table.columns[place]
            raw = cells.get(found[0]) if found else None
            value = column.default
            if raw is not None:
                filled = True
                value = self.read_cell(place, column, raw)
                if isinstance(value, Unexpected):
                    self.unexpected(number, column, raw, value)
                    value = INVALID
            elif column.required:
                value = INVALID
            values.append(value)
        if not filled:
            return None
        self.check_required(number, cells)
        return Row(self.table, number, tuple(values))

    def check_required(self, number: int, cells: Cells) -> None:
        missing = [c for found in self.at if found for at, c in [found] if c.required and at not in cells]
        for column in missing:
            self.book.note(self.table, number, column.header, "", column.kind.expected, "", "fault")

    def read_cell(self, place: int, column: Column, raw: Raw) -> Any:
        """Return the value or the Unexpected; the same cell content is read once (and stored once)."""
        memo, name = self.memo[place], (raw.__class__, raw)
        value = memo.get(name, _SEEN)
        if value is _SEEN:
            try:
                value = read(column.kind, raw)
                if column.required and value in ("", ()):  # a cell of blanks, or of separators only
                    raise Unexpected
            except Unexpected as error:
                value = error
            memo[name] = value
        return value

    def unexpected(self, number: int, column: Column, raw: Raw, why: Unexpected) -> None:
        text = shown(raw)
        found = "(masqué)" if why.hide else quoted(f"•••• {text[-4:]}" if column.secret else text)
        self.book.note(self.table, number, column.header, found, column.kind.expected, why.reason, "fault")

    # --- merged cells ---------------------------------------------------------------------------------------

    def check_merges(self, ranges: list[str], last_row: int) -> None:
        """A merged range inside the table hides values: which cell counts is not to be guessed."""
        used = set(self.table.letters.values())
        for reference in ranges:
            found = corners(reference)
            if found and found[1] <= last_row and any(found[0] <= column <= found[2] for column in used):
                self.book.report.add(
                    Fault(
                        self.table.name, found[1], "", reference, "des cellules non fusionnées", "fault",
                        french(f"cellules fusionnées {reference} ; attendu : une valeur par cellule."),
                        f"{get_column_letter(found[0])}{found[1]}",
                    )
                )  # fmt: skip
