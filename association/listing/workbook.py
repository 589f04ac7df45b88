"""A list as a workbook: what is shown, in its order, typed; read and written in passing, so that memory does not grow.

The values of a column may be of several types (a date, or the words for "none"): each cell is written as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django_tables2.rows import BoundRow
from django_tables2.utils import Accessor, call_with_appropriate

from association.fields import EncryptedField
from association.models import User
from association.money import SPACE, grouped
from association.registries import Progress
from association.typed_sheets import (
    COUNT,
    DAY,
    EUROS,
    HEADER_HEIGHT,
    INSTANT,
    TEXT,
    TITLE,
    Cells,
    Format,
    Sheet,
    workbook_at,
)

CHUNK = 500
LOOKED_AT = 200  # rows whose values settle the widths of the columns
NARROWEST, WIDEST = 9, 60
LONGEST_TEXT = 32_767  # characters that a cell can hold
SHEET_NAME = 31
HIDDEN = "masqué"

AMOUNT = Format(lambda amount: f"{amount:.2f}", "n", EUROS.number_format, EUROS.horizontal)
NUMBER = Format(repr, "n", "General", "right")
FORMATS: dict[type, Format] = {
    str: TEXT,
    int: COUNT,
    Decimal: AMOUNT,
    float: NUMBER,
    date: DAY,
    datetime: INSTANT,
}


def write_list(
    path: Path, *, listing: Any, asked: Any, user: User, total: int, progress: Progress | None = None
) -> int:
    """Write the rows of a list to ``path`` as they are asked for, and return how many.

    Args:
        asked: what the address of the list asks for: ``rows`` in their order, ``columns``, ``filters_said``.
        total: how many rows there are, for the line at the head.
    """
    now = timezone.localtime()
    columns = list(asked.columns)
    rows = _values(asked.rows, columns)
    first = list(islice(rows, LOOKED_AT))
    count = 0
    with workbook_at(path, title=listing.title, made_at=now) as workbook:
        said = _line(listing, asked, user, total, now)
        sheet = _ListedSheet(workbook, listing.title, [str(column.header) for column in columns], first, said)
        for values in chain(first, rows):
            sheet.row(values)
            count += 1
            if progress is not None:
                progress.advance()
    return count


def _values(rows: Any, columns: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the values of each row: text, numbers, euros, days, instants, or None."""
    readers = [_reader(rows.model, column) for column in columns]
    table = columns[0]._table
    for record in rows.iterator(chunk_size=CHUNK):
        row = BoundRow(record, table)
        yield [_typed(read(row)) for read in readers]


def _reader(model: Any, column: Any) -> Callable[[BoundRow], Any]:
    """Return how a column is read for an export: its own ``value``, or what lies in the row; never what a page draws.

    A table says ``value_name``, a column class of the house ``value``, a `PieceColumn` ``export`` (an accessor).
    """
    if _is_secret(model, str(column.accessor)):
        return lambda row: HIDDEN
    own = getattr(column.column, "export", None)
    if own is not None:
        accessor = Accessor(own)
        return lambda row: accessor.resolve(row.record, quiet=True)
    given = getattr(column._table, f"value_{column.name}", None)
    if given is None and not type(column.column).value.__module__.startswith("django_tables2"):
        given = column.column.value
    if given is None:
        return lambda row: row._get_and_render_with(column, render_func=_as_it_is, default=None)

    def read(row: BoundRow) -> Any:
        def say(bound: Any, value: Any = None) -> Any:
            return call_with_appropriate(given, row._optional_cell_arguments(bound, value))

        return row._get_and_render_with(column, render_func=say, default=None)

    return read


def _as_it_is(column: Any, value: Any = None) -> Any:
    return value


def _typed(value: Any) -> Any:
    """Return a value as one of the types that are written; anything else as its text."""
    if value is None or type(value) in FORMATS:
        return value[:LONGEST_TEXT] if type(value) is str else value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (list, tuple, set)):
        return ", ".join(str(one) for one in value)[:LONGEST_TEXT]
    # Not ``str(value)``: a text that is marked as safe HTML stays what it is.
    return "".join(["", str(value)])[:LONGEST_TEXT]


def _is_secret(model: Any, accessor: str) -> bool:
    """Whether a column reads an encrypted field: no export writes one, whoever asks."""
    for name in accessor.replace("__", ".").split("."):
        try:
            field = model._meta.get_field(name)
        except (AttributeError, FieldDoesNotExist):
            return False
        if isinstance(field, EncryptedField):
            return True
        model = field.related_model
    return False


def _line(listing: Any, asked: Any, user: User, total: int, now: datetime) -> str:
    """Say what the sheet shows, through which filters, when and by whom it was made."""
    singular, plural = listing.noun.split(",")
    counted = f"{grouped(total)}{SPACE}{plural if total >= 2 else singular}"
    words: dict[str, list[str]] = {}
    for one in asked.filters_said:
        words.setdefault(str(one.label), []).append(str(one.words))
    filters = [f"{label}{SPACE}: {', '.join(values)}" for label, values in words.items()]
    through = f"Filtres{SPACE}: {' ; '.join(filters)}." if filters else "Sans filtre."
    return f"{listing.title}{SPACE}: {counted}. {through} Exporté le {now:%d/%m/%Y à %H:%M} par {user}."


class _ListedSheet(Sheet):
    """A line at the head, the header under it with a filter, and rows whose cells are of the type of their value."""

    def __init__(
        self, workbook: Any, title: str, headers: Sequence[str], first: Sequence[Sequence[Any]], said: str
    ) -> None:
        super().__init__(workbook, _sheet_name(title), heading=title)
        self.head(2)
        self.widths([_width(header, [row[place] for row in first]) for place, header in enumerate(headers)])
        self.put(self.cells([TITLE]), [said])
        self.put(self.cells([TEXT] * len(headers), header=True), headers, height=HEADER_HEIGHT)
        self._by_type: dict[type, Cells] = {
            kind: self.cells([format_] * len(headers)) for kind, format_ in FORMATS.items()
        }
        self._area = f"A2:{self._by_type[str][-1][0]}" if headers else "A2:A"

    def row(self, values: Sequence[Any]) -> None:
        """Write one row of the list."""
        cells = [self._by_type[type(value) if value is not None else str][place] for place, value in enumerate(values)]
        self.put(cells, values)

    def close(self) -> None:
        self.auto_filter.ref = f"{self._area}{self.rows_written}"
        super().close()


def _width(header: str, values: Sequence[Any]) -> float:
    longest = max((_length(value) for value in values), default=0)
    return min(max(longest + 3, len(header) * 1.1 + 4, NARROWEST), WIDEST)


def _length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, datetime):
        return 16
    if isinstance(value, date):
        return 10
    if isinstance(value, Decimal):
        return len(f"{value:,.2f} €")
    return len(str(value))


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in r"[]:*?/\'")[:SHEET_NAME] or "Liste"
