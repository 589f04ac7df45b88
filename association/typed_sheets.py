"""Typed sheets on openpyxl's write-only mode, and a file whose bytes depend on nothing but what is written.

openpyxl guesses the type of every value (a text that begins with ``=`` becomes a formula) and makes a cell for each.
Here a column says once what its values are, and one cell per column is written anew for every row: nothing is
guessed, and a row costs less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from shutil import copyfileobj
from textwrap import wrap
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

INK, RULE, SHADE = "1F3A4D", "C9D3DB", "E8EEF3"
FONT, LINE_HEIGHT, HEADER_HEIGHT = "Arial", 13, 30
LETTERS_PER_WIDTH = 1.2  # a column's width counts digits of a larger size
# What XML 1.0 cannot hold, not even escaped.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return the text without the characters that XML cannot hold; nothing else of it changes."""
    return ILLEGAL.sub("", text) if ILLEGAL.search(text) else text


@lru_cache(maxsize=20_000)
def euros(cents: int) -> str:
    """Write euro cents as a decimal number, exactly: a float would show 9.95 as 9.949999999999999."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


@cache
def day_number(day: date) -> str:
    """Write a date as spreadsheets count days."""
    return f"{to_excel(day):.0f}"


def instant_number(instant: datetime) -> str:
    """Write an instant on the calendar and clock of the association, to the minute."""
    local = timezone.localtime(instant).replace(tzinfo=None, second=0, microsecond=0)
    return repr(to_excel(local))


@dataclass(frozen=True)
class Format:
    """How a value is written: its text in the file, its type there (text or number), and how it is shown."""

    write: Callable[[Any], str]
    type: str
    number_format: str
    horizontal: str
    wrap: bool = False
    is_title: bool = False


TEXT = Format(clean, "s", "@", "left")
PROSE = Format(clean, "s", "@", "left", wrap=True)
TITLE = Format(clean, "s", "@", "left", is_title=True)
# The language (French) settles the separators where the program lets a format do so; Excel follows the computer's.
EUROS = Format(euros, "n", r'[$-40C]#,##0.00\ "€"', "right")
COUNT = Format(str, "n", "[$-40C]#,##0", "right")
DAY = Format(day_number, "n", "dd/mm/yyyy", "center")
MONTH = Format(day_number, "n", "mm/yyyy", "center")
INSTANT = Format(instant_number, "n", "dd/mm/yyyy\\ hh:mm", "left")


@dataclass(frozen=True)
class Column:
    """One column of a list: its header, its width in characters, and how its values are written."""

    title: str
    width: float
    format: Format = TEXT


class _Cell:
    """What openpyxl's writer reads of a cell; the style is looked up once per column, not once per cell."""

    __slots__ = ("_comment", "_value", "coordinate", "data_type", "has_style", "hyperlink", "style_id", "write")

    def __init__(self, like: Any, data_type: str, write: Callable[[Any], str] = str) -> None:
        self.style_id, self.has_style = like.style_id, True
        self.data_type, self.write = data_type, write
        self._comment = self.hyperlink = None
        self._value: str | None = None
        self.coordinate = ""


Cells = Sequence[tuple[str, _Cell, _Cell]]


class Sheet(WriteOnlyWorksheet):
    """A sheet for A4 landscape; rows are written with `put`."""

    # openpyxl sets these in `_setup`; its stubs do not say so.
    auto_filter: Any
    column_dimensions: Any
    page_margins: Any
    page_setup: Any
    sheet_properties: Any

    def __init__(self, workbook: Any, title: str, *, heading: str) -> None:
        super().__init__(workbook, title)
        workbook._add_sheet(self)
        self.rows_written = 0
        self.row_dimensions = self._height = _Height()
        self._now: Cells = ()
        self._set_up_print(heading)

    def cells(self, formats: Sequence[Format], *, header: bool = False, total: bool = False) -> Cells:
        """Return the cells of a kind of row, to give to `put`: column letter, cell, and the cell when it is empty."""
        made = []
        for number, format_ in enumerate(formats, start=1):
            like = _styled(self, format_, header=header, total=total)
            cell = _Cell(like, "s", clean) if header else _Cell(like, format_.type, format_.write)
            made.append((get_column_letter(number), cell, _Cell(like, "n")))
        return made

    def put(self, cells: Cells, values: Sequence[Any], *, height: int = 0) -> None:
        """Write one row; None and the empty text are empty cells. ``height`` in points, 0 for a row of one line."""
        self._now, self._height.now = cells, height
        self.rows_written += 1
        self.append(values)

    def widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns; before the first row."""
        for number, width in enumerate(widths, start=1):
            self.column_dimensions[get_column_letter(number)].width = width

    def _values_to_row(self, values: Sequence[Any], row_idx: int) -> Iterator[_Cell]:
        """Take the place of openpyxl's guessing (called by its `append`)."""
        row = str(row_idx)
        for (letter, cell, blank), value in zip(self._now, values, strict=True):
            if value is None or value == "":
                cell = blank
            else:
                cell._value = cell.write(value)
            cell.coordinate = letter + row
            yield cell

    def head(self, row: int) -> None:
        """Freeze the rows down to ``row`` and repeat them on every printed page."""
        self.print_title_rows, self.freeze_panes = f"1:{row}", f"A{row + 1}"

    def _set_up_print(self, heading: str) -> None:
        self.page_setup.orientation, self.page_setup.paperSize = "landscape", 9
        self.page_setup.fitToWidth, self.page_setup.fitToHeight = 1, 0
        self.sheet_properties.pageSetUpPr.fitToPage = True
        self.head(1)
        margins = self.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.7, 0.6, 0.3, 0.3
        top: Any = self.oddHeader
        bottom: Any = self.oddFooter
        top.left.text, top.right.text = _for_print(settings.ORGANISATION_NAME), _for_print(heading)
        bottom.left.text, bottom.right.text = "&A", "Page &P / &N"
        for part in (top.left, top.right, bottom.left, bottom.right):
            part.size = 8


class _Height:
    """The height of the row that is being written, where openpyxl looks for the heights of all rows."""

    def __init__(self) -> None:
        self.now = 0

    def get(self, row: int, default: dict[str, str]) -> dict[str, str]:
        return {"ht": str(self.now), "customHeight": "1"} if self.now else default


@lru_cache(maxsize=1_000)
def _height_of(text: str, width: float) -> int:
    """Return the height in points that a text takes in a column; 0 for one line."""
    lines = len(wrap(text, int(width * LETTERS_PER_WIDTH)))
    return lines * LINE_HEIGHT + 3 if lines > 1 else 0


class ListSheet(Sheet):
    """A list: its header in the first row, frozen, repeated on every page, with a filter."""

    def __init__(self, workbook: Workbook, title: str, columns: Sequence[Column], *, heading: str) -> None:
        super().__init__(workbook, title, heading=heading)
        self.widths([column.width for column in columns])
        formats = [column.format for column in columns]
        self.put(self.cells(formats, header=True), [column.title for column in columns], height=HEADER_HEIGHT)
        self._row = self.cells(formats)
        self._prose = next((place for place, column in enumerate(columns) if column.format is PROSE), None)
        self._prose_width = 0 if self._prose is None else columns[self._prose].width
        self._last = get_column_letter(len(columns))

    def row(self, *values: Any) -> None:
        """Write one row of the list, as high as its prose asks for: not every program works that out by itself."""
        height = 0
        if self._prose is not None:
            height = _height_of(values[self._prose], self._prose_width)
        self.put(self._row, values, height=height)

    def close(self) -> None:
        self.auto_filter.ref = f"A1:{self._last}{self.rows_written}"
        super().close()


@contextmanager
def workbook_at(path: Path, *, title: str, made_at: datetime) -> Iterator[Workbook]:
    """Give an empty write-only workbook, and save it at the end; if that fails, leave no file behind.

    ``made_at`` is the date in the properties and of every part: the same content gives the same bytes.
    """
    workbook = Workbook(write_only=True)
    moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about = workbook.properties
    about.title, about.language = title, "fr-FR"
    about.creator = about.lastModifiedBy = settings.ORGANISATION_NAME
    about.created = about.modified = moment
    try:
        yield workbook
        with _SteadyArchive(path, moment) as archive:
            ExcelWriter(workbook, archive).write_data()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        for sheet in workbook.worksheets:
            _remove_part(sheet)


def _remove_part(sheet: Any) -> None:
    """Remove openpyxl's temporary file of a sheet, which holds IBANs: after a failure it would stay."""
    if sheet._writer is None:
        return
    if not sheet.closed:
        with suppress(Exception):  # it is thrown away in whatever condition it is
            sheet.close()
    Path(sheet._writer.out).unlink(missing_ok=True)


class _SteadyArchive(ZipFile):
    """A zip whose parts all bear the same date."""

    def __init__(self, path: Path, moment: datetime) -> None:
        super().__init__(path, "w", ZIP_DEFLATED)
        self._moment = moment.timetuple()[:6]

    def _part(self, name: str) -> ZipInfo:
        part = ZipInfo(name, date_time=self._moment)
        part.compress_type, part.external_attr = ZIP_DEFLATED, 0o600 << 16
        return part

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        with open(filename, "rb") as source, self.open(self._part(str(arcname)), "w") as target:
            copyfileobj(source, target, 1 << 20)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        super().writestr(self._part(str(zinfo_or_arcname)), data)


def _styled(sheet: Sheet, format_: Format, *, header: bool, total: bool) -> Any:
    """Return a cell with the style of a row, for its style's number."""
    like = WriteOnlyCell(sheet)
    size = 12 if format_.is_title else 10
    like.font = Font(name=FONT, size=size, bold=header or total, color=INK if header else None)
    like.alignment = Alignment(
        horizontal=format_.horizontal,
        vertical="center",
        wrap_text=format_.wrap or (header and not format_.is_title),
        indent=1 if format_.horizontal == "left" else 0,
    )
    if header:
        like.fill = PatternFill("solid", fgColor=SHADE)
        like.border = Border(bottom=Side("thin", color=INK))
        like.number_format = "@"
    else:
        like.border = Border(top=Side("thin", color=INK)) if total else Border(bottom=Side("hair", color=RULE))
        like.number_format = format_.number_format
    return like


def _for_print(text: str) -> str:
    """Escape what page headers read as a command."""
    return clean(text).replace("&", "&&")
