"""The copy of a workbook's values with the faulty cells commented, for whoever has to correct it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from association.workbook.caps import Unreadable
from association.workbook.cells import Cells, Raw, SheetReader, column_number
from association.workbook.container import Container, SheetPart, opened
from association.workbook.kinds import fold, shown
from association.workbook.report import Fault, Report

LISTING = "Fautes"
AUTHOR = "Contrôle du classeur"
HIDDEN = "(masqué)"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PAINT = {
    "fault": PatternFill("solid", fgColor="FFF4C7C3"),
    "warning": PatternFill("solid", fgColor="FFFCE8B2"),
}
_SIZE = {"width": 320, "height": 110}

Findings = dict[str, list[Fault]]  # by cell, of one sheet


def annotated_copy(path: Path, report: Report, out: Path) -> None:
    """Write to ``out`` the values of the workbook ``path``, its faulty cells commented, and the list of what was found.

    Values only: a formula becomes its text, what could not be read is left out, a cell that seems to hold a NIR is
    masked. A text that begins with ``=`` stays text.
    """
    copy = Workbook(write_only=True)
    _write_listing(copy, report)
    by_sheet: dict[str, Findings] = {}
    for found in [*report.faults, *report.warnings]:
        if found.coordinate:
            by_sheet.setdefault(found.sheet, {}).setdefault(found.coordinate, []).append(found)
    try:
        with opened(path) as container:
            for part in container.sheets:
                _write_sheet(copy, container, part, by_sheet.get(_declared(part, by_sheet), {}))
    except Unreadable:
        pass  # the listing says why
    copy.save(out)


def _declared(part: SheetPart, by_sheet: dict[str, Findings]) -> str:
    """Findings name a sheet as it is declared, the file as somebody typed it."""
    return next((name for name in by_sheet if fold(name) == fold(part.name)), part.name)


def _write_listing(copy: Workbook, report: Report) -> None:
    sheet = copy.create_sheet(LISTING)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEF", (16, 8, 24, 30, 50, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(["Feuille", "Ligne", "Colonne", "Trouvé", "Attendu", "Message"])
    for found in [*report.faults, *report.warnings]:
        texts = [found.column, found.found, found.expected, found.line]
        sheet.append([_cell(sheet, found.sheet), found.row or None, *(_cell(sheet, text) for text in texts)])


def _write_sheet(copy: Workbook, container: Container, part: SheetPart, findings: Findings) -> None:
    sheet = copy.create_sheet(_ILLEGAL.sub("", part.name)[:31] or "Feuille")
    sheet.freeze_panes = "A2"
    reader = SheetReader(container)
    places = _empty_places(findings)
    with container.part(part.part) as source:
        for number, cells in _with_gaps(reader.rows(source)):
            width = max([0, *cells, *places.get(number, ())])
            sheet.append(
                [
                    _value(sheet, cells.get(at), findings.get(f"{get_column_letter(at)}{number}"))
                    for at in range(1, width + 1)
                ]
                if cells or number in places
                else []
            )


def _empty_places(findings: Findings) -> dict[int, list[int]]:
    """Return the columns of the findings by row: a missing value has a comment too."""
    places: dict[int, list[int]] = {}
    for coordinate in findings:
        letters = coordinate.rstrip("0123456789")
        places.setdefault(int(coordinate[len(letters) :]), []).append(column_number(letters))
    return places


def _with_gaps(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Yield the empty rows too, so that every row keeps its number."""
    expected = 1
    for number, cells in rows:
        for gap in range(expected, number):
            yield gap, {}
        yield number, cells
        expected = number + 1


def _value(sheet: Any, raw: Raw | None, found: list[Fault] | None) -> Any:
    if not found:
        return _cell(sheet, raw)
    hidden = any(fault.found == HIDDEN for fault in found)
    cell = _cell(sheet, HIDDEN if hidden else raw)
    if not isinstance(cell, Cell):
        cell = WriteOnlyCell(sheet, value=cell)
    cell.comment = Comment("\n".join(fault.sentence for fault in found), AUTHOR, **_SIZE)
    cell.fill = _PAINT[min(fault.severity for fault in found)]
    return cell


def _cell(sheet: Any, raw: Any) -> Any:
    """Return what write-only mode takes; text in a cell of its own, so that it stays text."""
    if raw is None or isinstance(raw, bool | int | float):
        return raw
    if isinstance(raw, date):
        cell = WriteOnlyCell(sheet, value=datetime(raw.year, raw.month, raw.day))  # noqa: DTZ001 - a civil date
        cell.number_format = "dd/mm/yyyy"
        return cell
    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub("", shown(raw)))
    cell.data_type = "s"
    return cell
