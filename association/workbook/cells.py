"""The cells of one sheet, streamed from its XML: filled cells only, row by row, and the merged ranges at the end.

Written for this use in place of openpyxl's read-only mode, which builds a tree per row, keeps what it has read of a
sheet without dimension, and gives neither the merged cells nor the written form of a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from association.workbook import caps
from association.workbook.caps import Unreadable
from association.workbook.container import Container
from association.workbook.report import grouped
from association.workbook.safe_xml import Source, local, stream


@dataclass(frozen=True)
class Formula:
    """A cell that computes; its remembered result is not trusted."""

    text: str


@dataclass(frozen=True)
class ErrorValue:
    """A cell in error (``#REF!``), or a number that cannot be the date that its format says."""

    text: str


Raw = str | float | int | bool | date | Formula | ErrorValue
Cells = dict[int, Raw]

_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_FAR = "XFD"


class SheetReader:
    """Reads one sheet; ``merges`` and ``stopped`` are known once `rows` is exhausted."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.merges: list[str] = []
        self.stopped: Unreadable | None = None
        self._columns: dict[str, int] = {}
        self._full: list[tuple[int, Cells]] = []
        self._filled = 0
        self._row_number = 0
        self._row: Cells = {}
        self._column = 0
        self._pieces: list[str] = []
        self._formula_text = ""
        self._collecting = self._formula = self._phonetic = False

    def rows(self, source: Source) -> Iterator[tuple[int, Cells]]:
        """Yield the filled rows: number in the sheet, and value by column number (from 1).

        A sheet beyond the caps ends early: ``stopped`` then says why.
        """
        try:
            for _ in stream(source, self.container.clock, self._start, self._end, self._text):
                yield from self._full
                self._full.clear()
        except Unreadable as error:
            yield from self._full
            self.stopped = error

    # --- XML events; the order of the tests is that of their frequency --------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._begin_cell(attributes.get("r", ""), attributes)
        elif tag in ("v", "t"):
            self._collecting = not self._phonetic
        elif tag == "f":
            self._formula, self._collecting = True, True
        elif tag == "row":
            self._begin_row(attributes.get("r"))
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell" and len(self.merges) < caps.MAX_MERGES:
            self.merges.append(attributes.get("ref", ""))

    def _text(self, data: str) -> None:
        if self._collecting:
            self._size += len(data)
            if self._size > caps.MAX_TEXT:
                raise Unreadable(f"une cellule dépasse {grouped(caps.MAX_TEXT)} caractères.", cell=self._coordinate())
            self._pieces.append(data)

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag in ("v", "t"):
            self._collecting = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            if self._row:
                self._full.append((self._row_number, self._row))
                self._row = {}
        elif tag == "f":
            self._collecting = False
            self._formula_text, self._pieces = "".join(self._pieces), []
        elif tag == "rPh":
            self._phonetic = False

    def _begin_row(self, number: str | None) -> None:
        if number is None:
            self._row_number += 1
        elif number.isascii() and number.isdigit() and len(number) < 9:
            self._row_number = int(number)
        else:
            raise Unreadable("le contenu de la feuille est abîmé : enregistrez de nouveau le classeur.")
        self._row, self._column = {}, 0

    def _begin_cell(self, reference: str, attributes: dict[str, str]) -> None:
        self._reference = reference
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._pieces = []
        self._size = 0
        self._collecting = self._formula = self._phonetic = False
        self._formula_text = ""
        if not reference:
            self._column += 1
            if self._column > caps.SHEET_WIDTH:
                raise Unreadable("le contenu de la feuille est abîmé : enregistrez de nouveau le classeur.")

    def _end_cell(self) -> None:
        if self._reference:
            self._column = self._column_of(self._reference)
        value = self._value()
        if value is None:
            return
        if self._column > caps.MAX_COLUMNS:
            raise Unreadable(
                f"la cellule {self._coordinate()} est remplie, loin du tableau : une feuille compte au plus "
                f"{caps.MAX_COLUMNS} colonnes. Effacez ce qui est à droite du tableau.",
                found=self._coordinate(), cell=self._coordinate(),
            )  # fmt: skip
        if not self._row:
            self._count_row()
        self._row[self._column] = value

    def _count_row(self) -> None:
        self._filled += 1
        if self._filled > caps.MAX_ROWS + 1 or self._row_number > caps.MAX_ROWS + 1:
            raise Unreadable(
                f"la cellule {self._coordinate()} est remplie : une feuille compte au plus "
                f"{grouped(caps.MAX_ROWS)} lignes. Effacez ce qui est sous le tableau, "
                "ou découpez le classeur en plusieurs fichiers.",
                found=self._coordinate(), cell=self._coordinate(),
            )  # fmt: skip

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        number = self._columns.get(letters)
        if number is None:
            if not re.fullmatch(r"[A-Z]{1,3}", letters) or (len(letters) == 3 and letters > _FAR):
                raise Unreadable("le contenu de la feuille est abîmé : enregistrez de nouveau le classeur.")
            number = column_number(letters)
            self._columns[letters] = number
        return number

    def _coordinate(self) -> str:
        return f"{get_column_letter(max(1, self._column))}{self._row_number}"

    # --- values ---------------------------------------------------------------------------------------------

    def _value(self) -> Raw | None:
        if self._formula:
            return Formula(f"={self._formula_text}")
        text = "".join(self._pieces)
        if not text:
            return None
        kind = self._kind
        if kind == "n":
            return self._number(text)
        if kind == "s":
            return self._shared(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return ErrorValue(text)
        if kind == "d":
            return _iso_date(text)
        text = unescape(text) if "_x" in text else text
        return text if text.strip() else None

    def _shared(self, text: str) -> str | None:
        try:
            found = self.container.strings[int(text)]
        except (ValueError, IndexError):
            raise Unreadable("le contenu de la feuille est abîmé : enregistrez de nouveau le classeur.") from None
        return found if found.strip() else None

    def _number(self, text: str) -> Raw:
        try:
            number = float(text)
        except ValueError:
            return ErrorValue(text)
        if not math.isfinite(number):
            return ErrorValue(text)
        if self._style.isdigit() and int(self._style) in self.container.date_styles:
            return self._date(number, text)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def _date(self, serial: float, text: str) -> Raw:
        """A day counted from the epoch; the 1900 calendar has a 29 February 1900 that never was (serial 60)."""
        days = math.floor(serial)
        if self.container.dates_from_1904:
            epoch = _EPOCH_1904
        else:
            epoch = _EPOCH_1900 if days >= 60 else _EPOCH_1900 + timedelta(days=1)
        try:
            return epoch + timedelta(days=days)
        except OverflowError:
            return ErrorValue(text)


def _iso_date(text: str) -> Raw:
    match = _ISO_DATE.fullmatch(text.strip())
    try:
        return datetime.strptime(match.group(1), "%Y-%m-%d").date() if match else ErrorValue(text)  # noqa: DTZ007
    except ValueError:
        return ErrorValue(text)


def column_number(letters: str) -> int:
    """Return 1 for A, 28 for AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def corners(reference: str) -> tuple[int, int, int, int] | None:
    """Return (first column, first row, last column, last row) of a range ``A1:B2``, or None."""
    found = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
    if len(found) != 2 or not all(found):
        return None
    (first, last) = ((column_number(m.group(1)), int(m.group(2))) for m in found if m)
    return first[0], first[1], last[0], last[1]
