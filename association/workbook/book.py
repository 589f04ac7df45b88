"""The rows of a workbook, read and typed; what is wrong with a cell is noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import QuerySet
from openpyxl.utils import get_column_letter

from association.workbook.declaration import Column, Sheet
from association.workbook.invalid import INVALID, InvalidCell
from association.workbook.kinds import quoted_value
from association.workbook.report import Count, Fault, Report, french

MemoT = TypeVar("MemoT")
TakenT = TypeVar("TakenT")
_CHUNK = 900  # values in one SQL IN; SQLite's oldest limit is 999


class Row:
    """One row: ``row["Nom"]`` is a typed value, the default where the cell is empty; InvalidCell when it is at fault.

    ``pk``: of the stored object, found or created.
    """

    __slots__ = ("number", "pk", "table", "values")

    def __init__(self, table: Table, number: int, values: tuple[Any, ...]) -> None:
        self.table, self.number, self.values = table, number, values
        self.pk: Any = None

    def __getitem__(self, header: str) -> Any:
        value = self.values[self.table.positions[header]]
        if value is INVALID:
            raise InvalidCell
        return value

    def get(self, header: str, otherwise: Any = None) -> Any:
        """Return a value, or ``otherwise`` when the cell is at fault."""
        value = self.values[self.table.positions[header]]
        return otherwise if value is INVALID else value

    @property
    def key(self) -> tuple[Any, ...]:
        """The key.

        Raises:
            InvalidCell: when a cell of it is at fault.
        """
        key = tuple(self.values[place] for place in self.table.key_positions)
        if INVALID in key:
            raise InvalidCell
        return key


class Table:
    """The rows of one sheet (none when the sheet is absent)."""

    def __init__(self, sheet: Sheet, columns: tuple[Column, ...]) -> None:
        self.sheet, self.columns = sheet, columns
        self.positions = {column.header: place for place, column in enumerate(columns)}
        self.key_positions = tuple(self.positions[header] for header in sheet.key)
        self.letters: dict[str, int] = {}  # header to column number in the sheet, for the columns that are there
        self.present = False
        self.rows: list[Row] = []
        self.by_key: dict[tuple[Any, ...], Row] = {}
        self.new: list[Row] = []

    @property
    def name(self) -> str:
        return self.sheet.name

    def each(self, take: Callable[[Row], TakenT]) -> Iterator[TakenT]:
        """Yield what ``take`` returns for each row, but for those where it asks for a cell at fault."""
        for row in self.rows:
            try:
                taken = take(row)
            except InvalidCell:
                continue
            yield taken

    def column(self, header: str) -> Column:
        return self.columns[self.positions[header]]


class Book:
    """A whole workbook, with the report that its reading and checking fill."""

    def __init__(self, tables: Mapping[str, Table], report: Report, *, today: date) -> None:
        self.tables, self.report, self.today = dict(tables), report, today
        self._memo: dict[Hashable, Any] = {}

    def __getitem__(self, sheet: str) -> Table:
        return self.tables[sheet]

    def memo(self, name: Hashable, make: Callable[[], MemoT]) -> MemoT:
        """Return what ``make`` gave the first time under this name (stored rows, indexes)."""
        if name not in self._memo:
            self._memo[name] = make()
        found: MemoT = self._memo[name]
        return found

    def mentioned(self, *headers: str) -> set[Any]:
        """Return the values of the columns with these headers, in all sheets."""
        return {
            value
            for table in self.tables.values()
            for header in headers
            if header in table.positions
            for row in table.rows
            if (value := row.get(header)) is not None
        }

    def check_rows(self, sheet: str, *checks: Callable[[Book, Row], object]) -> None:
        """Run each check on each row of a sheet.

        A check that asks for a cell at fault is left out for that row, the others are run all the same: so a check
        looks at what belongs together, and no more.
        """
        for row in self[sheet].rows:
            for check in checks:
                try:
                    check(self, row)
                except InvalidCell:
                    continue

    # --- findings -------------------------------------------------------------------------------------------

    def fault(self, row: Row, header: str, expected: str = "", *, says: str = "") -> None:
        """Note that a cell is not what is expected (a noun), or what a clause says of it."""
        self.note(row.table, row.number, header, self._found(row, header), expected, says, "fault")

    def warn(self, row: Row, header: str, says: str) -> None:
        """Note something that does not keep the workbook from loading."""
        self.note(row.table, row.number, header, self._found(row, header), "", says, "warning")

    def _found(self, row: Row, header: str) -> str:
        return quoted_value(row.table.column(header), row.get(header)) if header else ""

    def note(self, table: Table, number: int, header: str, found: str, expected: str, says: str, severity: str) -> None:
        """Add a finding about a row of a table, with all that is known of it."""
        letter = table.letters.get(header)
        self.report.add(
            Fault(
                sheet=table.name,
                row=number,
                column=header,
                found=french(found),
                expected=french(expected or says),
                severity=severity,
                sentence=french(sentence_of(found, expected, says)),
                coordinate=f"{get_column_letter(letter)}{number}" if letter and number else "",
            )
        )

    # --- comparing with what is stored ----------------------------------------------------------------------

    def sort_out(
        self, sheet: str, stored: Callable[[Row], Any | None], values: Callable[[Row, Any], Mapping[str, Any]]
    ) -> None:
        """Set new rows apart, and compare the others with the database, for the columns that the sheet has.

        A row whose key is at fault is neither.

        Args:
            stored: returns the stored object of a row's key, or None for a new row.
            values: returns what the row's columns would hold for the stored object, by header.
        """
        table = self[sheet]
        count = self.report.counts.setdefault(sheet, Count())
        for row, found in table.each(lambda row: (row, stored(row))):
            if found is None:
                table.new.append(row)
                count.new += 1
                continue
            row.pk = found.pk
            if not self.differs(row, values(row, found)):
                count.unchanged += 1

    def differs(self, row: Row, stored: Mapping[str, Any]) -> bool:
        """Note each column of a row that holds something else than what is stored under its key."""
        different = False
        for header, value in stored.items():
            if header not in row.table.letters or (written := row.get(header, INVALID)) is INVALID:
                continue
            if _comparable(written) != _comparable(value):
                different = True
                was = quoted_value(row.table.column(header), value) or "vide"
                self.fault(row, header, f"la valeur déjà enregistrée sous cette clé : {was}")
        return different


def _comparable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple | list | set) else ("" if value is None else value)


def sentence_of(found: str, expected: str, says: str) -> str:
    """Return "trouvé X ; attendu : Y.", or "X : " and a clause that says it by itself."""
    clause = says[:1].upper() + says[1:] if says else f"attendu : {expected}"
    if not found:
        return f"{clause}."
    return f"{found} : {clause}." if says else f"trouvé {found} ; {clause}."


def stored_by(queryset: QuerySet[Any], field: str, values: Iterable[Any]) -> dict[Any, Any]:
    """Return the stored objects whose ``field`` is one of ``values``, by that field."""
    return {getattr(obj, field): obj for obj in chunked(queryset, field, values)}


def chunked(queryset: QuerySet[Any], field: str, values: Iterable[Any]) -> Iterator[Any]:
    """Yield the rows of a queryset whose ``field`` is one of many ``values``, in queries of a bearable size."""
    wanted: Collection[Any] = sorted(values)
    ordered = list(wanted)
    for start in range(0, len(ordered), _CHUNK):
        yield from queryset.filter(**{f"{field}__in": ordered[start : start + _CHUNK]}).iterator(chunk_size=2_000)
