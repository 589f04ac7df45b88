"""The report as a workbook: a sheet a chapter, typed cells, native charts, definitions; the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl.chart import BarChart, Reference

from association.typed_sheets import (
    COUNT,
    DAY,
    EUROS,
    HEADER_HEIGHT,
    PROSE,
    TEXT,
    TITLE,
    Column,
    Format,
    ListSheet,
    Sheet,
    workbook_at,
)
from reports.document.content import HIDDEN, Chapter, Content, Table, say
from reports.document.workbook_reviews import reviews_in_workbook
from reports.indicators.model import Unit

TENTHS = Format(lambda amount: _decimal(amount, 1), "n", "[$-40C]#,##0.0", "right")
HUNDREDTHS = Format(lambda amount: _decimal(amount, 2), "n", "[$-40C]#,##0.00", "right")
SHARE = Format(lambda amount: _decimal(amount, 3), "n", "[$-40C]0.0%", "right")
FORMATS: dict[Unit, Format] = {
    Unit.TEAMS: COUNT,
    Unit.PEOPLE: COUNT,
    Unit.COUNT: COUNT,
    Unit.CENTS: EUROS,
    Unit.DAYS: TENTHS,
    Unit.MEAN: HUNDREDTHS,
    Unit.PERCENT: SHARE,
}
MASKED = Format(str, "s", "@", "right")
SHEET_NAME = 31
LABELS, NUMBERS = 46, 16  # characters
CHART_ROWS = 15  # that a chart covers


def _decimal(amount: int, decimals: int) -> str:
    """Write an integer of small parts as a decimal number, exactly."""
    whole, rest = divmod(abs(amount), 10**decimals)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:0{decimals}d}"


def write_report_workbook(content: Content, path: Path) -> None:
    """Write the workbook of a report."""
    moment = datetime(content.made_on.year, content.made_on.month, content.made_on.day, 12, tzinfo=UTC)
    named = f"{content.title} – {content.scope}"
    with workbook_at(path, title=named, made_at=moment) as workbook:
        _cover(workbook, content, named)
        for chapter in content.chapters:
            _ChapterSheet(workbook, chapter.heading[:SHEET_NAME], heading=named).fill(chapter)
            if chapter.said:
                reviews_in_workbook(workbook, chapter.said, named)
        if content.changes.get("values"):
            _changes(workbook, content, named)
        _definitions(workbook, content, named)


def _cover(workbook: Any, content: Content, named: str) -> None:
    sheet = Sheet(workbook, "Synthèse", heading=named)
    sheet.widths([LABELS, NUMBERS + 4, NUMBERS, NUMBERS])
    heads = sheet.cells([TITLE, TEXT, TEXT, TEXT], header=True)
    words = sheet.cells([TEXT, TEXT, TEXT, TEXT])
    sheet.put(heads, [content.title, content.scope, "", ""], height=HEADER_HEIGHT)
    for label, value in (
        ("Établi par", content.organisation),
        ("Version", f"{content.number}{' (brouillon)' if content.draft else ''}"),
        ("Comparé à", content.before),
        ("Empreinte SHA-256", content.sha256),
    ):
        sheet.put(words, [label, value, "", ""])
    sheet.put(sheet.cells([TEXT, DAY, TEXT, TEXT]), ["Chiffres arrêtés le", content.made_on, "", ""])
    if content.is_empty:
        sheet.put(words, ["Aucune donnée pour cette période.", "", "", ""])
    sheet.put(
        sheet.cells([TEXT] * 4, header=True),
        ["Indicateur", "Période", "Un an avant", "Cible de l’année"],
        height=HEADER_HEIGHT,
    )
    for figure in content.summary:
        shown = FORMATS[figure.unit]
        amounts = [figure.amount, figure.amount_before, figure.amount_target]
        sheet.put(sheet.cells([TEXT, shown, shown, shown]), [figure.name, *amounts])
    sheet.close()


class _ChapterSheet(Sheet):
    """The figures of a chapter, then each table below the other with its chart at the right."""

    def fill(self, chapter: Chapter) -> None:
        """Write everything of the chapter."""
        most = max((len(table.heads) for table in chapter.tables), default=0)
        self._wide = max(most, 3) + 1
        self.widths([LABELS, *([NUMBERS] * (self._wide - 1))])
        self._line([TITLE], [chapter.heading], header=True)
        if chapter.is_empty:
            self._line([TEXT], ["Aucune donnée pour cette période."])
        if chapter.text:
            self._line([PROSE], [chapter.text], height=15 * (1 + len(chapter.text) // 40))
        self._line([TEXT] * 4, ["Indicateur", "Période", "Un an avant", "Cible de l’année"], header=True)
        for figure in chapter.figures:
            shown = FORMATS[figure.unit]
            amounts = [figure.amount, figure.amount_before, figure.amount_target]
            self._line([TEXT, shown, shown, shown], [figure.name, *amounts])
        for table in chapter.tables:
            self._table(table)
        self.close()

    def _line(self, formats: Sequence[Format], values: Sequence[Any], *, header: bool = False, height: int = 0) -> None:
        """Write one row, filled up to the width of the sheet; one cell per column for each kind of row."""
        kinds = (tuple(formats), header)
        known = self.__dict__.setdefault("_kinds", {})
        if kinds not in known:
            more = [TEXT] * (self._wide - len(formats))
            known[kinds] = self.cells([*formats, *more], header=header)
        blanks = [None] * (self._wide - len(values))
        self.put(known[kinds], [*values, *blanks], height=height or (HEADER_HEIGHT if header else 0))

    def _table(self, table: Table) -> None:
        self._line([TEXT], [""])
        self._line([TITLE], [table.title], header=True)
        self._line([TEXT] * (1 + len(table.heads)), [table.first, *table.heads], header=True)
        head = self.rows_written
        for label, amounts in table.rows:
            hidden = [table.hides and amount is None for amount in amounts]
            formats = [MASKED if masked else FORMATS[unit] for masked, unit in zip(hidden, table.units, strict=True)]
            values = [HIDDEN if masked else amount for masked, amount in zip(hidden, amounts, strict=True)]
            self._line([TEXT, *formats], [label, *values])
        if table.chart:
            self._draw(table, head)
            for _ in range(max(CHART_ROWS - len(table.rows), 0)):
                self._line([TEXT], [""])

    def _draw(self, table: Table, head: int) -> None:
        """Draw the first column of numbers beside the table."""
        chart = BarChart()
        chart.type = "col" if table.first == "Mois" else "bar"
        chart.style, chart.title, chart.legend = 10, table.title, None
        chart.width, chart.height = 17, 7.5
        chart.x_axis.delete = chart.y_axis.delete = False  # LibreOffice hides axes that do not say so
        if chart.type == "bar":
            chart.x_axis.scaling.orientation = "maxMin"
        last = head + len(table.rows)
        chart.add_data(Reference(self, min_col=2, min_row=head, max_row=last), titles_from_data=True)
        chart.set_categories(Reference(self, min_col=1, min_row=head + 1, max_row=last))
        series = chart.series[0]
        series.graphicalProperties.solidFill = "0E5F63"
        self.add_chart(chart, f"{chr(ord('A') + self._wide + 1)}{head - 1}")  # type: ignore[misc] # openpyxl lends it to this class


def _changes(workbook: Any, content: Content, named: str) -> None:
    columns = (Column("Indicateur", LABELS), Column("Avant", 20), Column("Maintenant", 20))
    sheet = ListSheet(workbook, "Changements", columns, heading=named)
    for told in content.changes["values"]:
        unit = Unit(told["unit"])
        sheet.row(told["name"], say(told["before"], unit), say(told["now"], unit))
    for cause in content.changes["causes"]:
        sheet.row(cause["label"], str(cause["count"]), ", ".join(cause["references"])[:500])
    sheet.close()


def _definitions(workbook: Any, content: Content, named: str) -> None:
    columns = (
        Column("Indicateur", LABELS),
        Column("Unité", 12),
        Column("Définition", 90, PROSE),
        Column("Source", 50),
        Column("Clé", 30),
    )
    sheet = ListSheet(workbook, "Définitions", columns, heading=named)
    for figure in content.figures:
        sheet.row(figure.name, figure.unit.label, figure.definition, figure.source, figure.key)
    sheet.close()
