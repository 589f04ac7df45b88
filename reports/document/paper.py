"""Pieces of the report on paper: tables with bars, charts, maps. reportlab's own graphics name a font that is not in
the file, so shapes are drawn on its canvas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, LongTable
from reportlab.platypus import Table as Grid

from association.pdf.pieces import line
from association.pdf.styles import (
    BOLD,
    BRAND,
    CELL,
    CELL_HEAD,
    DRAWN,
    INK,
    LINE,
    REGULAR,
    SMALL,
    SOFT,
    TEXT_WIDTH,
    TINT,
)
from association.pdf.text import printable
from reports.document.charts import Chart
from reports.document.content import plain_spaces
from reports.document.maps import Map, rings

ROWS = 400  # of one table
PADDING = 12.0  # points, both sides of a cell
HEAD_LINES = 2.4  # about, with what a break between words leaves empty
LEAST_LABEL, MOST_BAR, LEAST_BAR = 128.0, 150.0, 40.0
# Each is light enough for the amount that is written on it (at least 4.5 to 1).
GROUND = (HexColor("#ffffff"), HexColor("#d9e9e7"), HexColor("#aed2cf"), HexColor("#7dbab7"), HexColor("#52a3a2"))
BORDER, EDGE = HexColor("#8fa3a2"), HexColor("#3b4d52")
DISC = HexColor("#9c4a1c")
LARGE, SMALL_MAP = 330.0, 215.0  # points, how wide a map is
WHITE = HexColor("#ffffff")
Rows = Sequence[tuple[str, Sequence[str]]]


class Size:
    """How large the letters of a table are, and how much room its rows have (points)."""

    def __init__(self, name: str, letters: float, head: float, leading: float, above: float, below: float) -> None:
        self.letters, self.leading, self.above, self.below = letters, leading, above, below
        self.label = ParagraphStyle(f"report-{name}", CELL, fontSize=letters, leading=leading)
        self.head = ParagraphStyle(f"report-{name}-head", CELL_HEAD, fontSize=head, leading=head + 2)
        self.number_head = ParagraphStyle(f"report-{name}-number-head", self.head, alignment=2)


USUAL = Size("usual", 8.5, 7.5, 11, 2.5, 3)
DENSE = Size("dense", 7, 6.3, 8.6, 1.3, 1.7)


def table_of(
    first: str,
    heads: Sequence[str],
    rows: Rows,
    *,
    parts: Sequence[float] = (),
    size: Size = USUAL,
    width: float = TEXT_WIDTH,
) -> Iterator[Flowable]:
    """Print labels at the left and numbers at the right, each column as wide as it needs; each page repeats the head.

    Numbers are plain strings: reportlab reads no markup in them, and draws them much faster than paragraphs.

    Args:
        parts: of each row from 0 to 1, drawn as a bar behind its first number; no bars when left out.
    """
    numbers = numbers_need(heads, rows, size)
    if size is USUAL and width - sum(numbers) < LEAST_LABEL:
        size, numbers = DENSE, numbers_need(heads, rows, DENSE)
    label = width - sum(numbers)
    bar = min(label - LEAST_LABEL, MOST_BAR) if parts else 0
    if bar < LEAST_BAR:
        parts, bar = (), 0
    widths = [label - bar, *numbers]
    head: list[Any] = [line(first, size.head), *(line(text, size.number_head) for text in heads)]
    if parts:
        widths.insert(2, bar)
        head.insert(2, "")
    style = _style(size)
    for start in range(0, len(rows), ROWS):
        cells: list[list[Any]] = [head]
        for place, (text, amounts) in enumerate(rows[start : start + ROWS], start):
            row: list[Any] = [line(text, size.label), *map(plain_spaces, amounts)]
            if parts:
                row.insert(2, _Bar(parts[place], bar - PADDING, size.letters))
            cells.append(row)
        yield LongTable(cells, colWidths=widths, repeatRows=1, style=style, hAlign="LEFT")


def numbers_need(heads: Sequence[str], rows: Rows, size: Size = DENSE) -> list[float]:
    """Return the width of each column of numbers: that of its longest number, and of its head on `HEAD_LINES` lines."""
    return [_needed(head, [row[1][place] for row in rows], size) for place, head in enumerate(heads)]


def _needed(head: str, cells: Sequence[str], size: Size) -> float:
    numbers = max((stringWidth(plain_spaces(cell), REGULAR, size.letters) for cell in cells), default=0)
    longest = max(stringWidth(word, BOLD, size.head.fontSize) for word in [*head.split(), ""])
    whole = stringWidth(head, BOLD, size.head.fontSize) / HEAD_LINES
    return max(numbers, longest, whole) + PADDING + 1


def _style(size: Size) -> list[tuple[Any, ...]]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("FONT", (0, 0), (-1, -1), REGULAR, size.letters, size.leading),
        ("TEXTCOLOR", (1, 1), (-1, -1), INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), size.above),
        ("BOTTOMPADDING", (0, 0), (-1, -1), size.below),
    ]


def words_of(heads: Sequence[str], rows: Sequence[Sequence[str]], *, shares: Sequence[float]) -> Iterator[Flowable]:
    """Print rows of words, small; each page repeats the head."""
    widths = [TEXT_WIDTH * share / sum(shares) for share in shares]
    style = [*_style(DENSE), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "LEFT")]
    for start in range(0, len(rows), ROWS):
        cells = [[line(head, DENSE.head) for head in heads]]
        cells += [[line(text, DENSE.label) for text in row] for row in rows[start : start + ROWS]]
        yield LongTable(cells, colWidths=widths, repeatRows=1, style=style, hAlign="LEFT")


class _Bar(Flowable):
    """The bar of a row, beside its number."""

    def __init__(self, part: float, width: float, height: float) -> None:
        super().__init__()
        self.part, self.width, self.height = part, width, height

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setFillColor(BRAND)
        self.canv.rect(0, 0, max(self.part * self.width, 0.75 if self.part else 0), self.height, stroke=0, fill=1)


def parts_of(chart: Chart) -> list[float]:
    """Return how long the bars of a chart are, of the longest one: the same drawing, within a table."""
    longest = max((box.width for box in chart.boxes), default=0) or 1
    return [box.width / longest for box in chart.boxes]


class DrawnChart(Flowable):
    """A chart, where the way up is up."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart, self.width, self.height = chart, chart.width, chart.height

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, high = self.canv, self.height
        canvas.setStrokeColor(SOFT)
        canvas.setLineWidth(0.6)
        for one in self.chart.strokes:
            canvas.line(one.x1, high - one.y1, one.x2, high - one.y2)
        canvas.setFillColor(BRAND)
        for box in self.chart.boxes:
            canvas.rect(box.x, high - box.y - box.height, box.width, box.height, stroke=0, fill=1)
        canvas.setFont(REGULAR, self.chart.size)
        canvas.setFillColor(INK)
        write = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
        for word in self.chart.words:
            write[word.anchor](word.x, high - word.y, plain_spaces(printable(word.text, DRAWN)))


class _DrawnMap(Flowable):
    """A map of ``width`` points."""

    def __init__(self, drawn: Map, width: float) -> None:
        super().__init__()
        self.drawn, self.width, self.scale = drawn, width, width / drawn.width
        self.height = drawn.height * self.scale

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.setLineWidth(0.4)
        canvas.setStrokeColor(BORDER)
        for area in self.drawn.areas:
            canvas.setFillColor(GROUND[area.shade])
            self._path(area.path, fill=1)
        if self.drawn.covered:
            canvas.setFillColor(GROUND[3])
            self._path(self.drawn.covered, fill=1, stroke=0)
        canvas.setStrokeColor(EDGE)
        canvas.setLineWidth(0.9)
        for path in self.drawn.borders:
            self._path(path, fill=0)
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(WHITE)
        canvas.setFillColor(DISC)
        for disc in self.drawn.discs:
            canvas.circle(*self._place(disc.x, disc.y), disc.radius * self.scale, stroke=1, fill=1)
        size = 6.5 if self.drawn.is_large and not self.drawn.covered else 8.5
        for word in self.drawn.words:
            x, y = self._place(word.x, word.y)
            self._words(plain_spaces(printable(word.text, DRAWN)), x, y - size / 3, size)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale, self.height - y * self.scale

    def _path(self, path: str, *, fill: int, stroke: int = 1) -> None:
        drawn = self.canv.beginPath()
        for ring in rings(path):
            drawn.moveTo(*self._place(*ring[0]))
            for point in ring[1:]:
                drawn.lineTo(*self._place(*point))
            drawn.close()
        self.canv.drawPath(drawn, fill=fill, stroke=stroke, fillMode=0)

    def _words(self, text: str, x: float, y: float, size: float) -> None:
        """Write a text in the middle of a place; over discs on a light ground of its own."""
        canvas = self.canv
        if self.drawn.discs:
            half = stringWidth(text, REGULAR, size) / 2 + 2
            canvas.setFillColor(WHITE)
            canvas.rect(x - half, y - 2.5, 2 * half, size + 2, stroke=0, fill=1)
        canvas.setFont(REGULAR, size)
        canvas.setFillColor(INK)
        canvas.drawCentredString(x, y, text)


class _Sign(Flowable):
    """A sign of the legend: a shade, a covered commune, or a disc."""

    def __init__(self, code: str | int) -> None:
        super().__init__()
        self.code, self.width, self.height = code, 20.0, 9.0

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.setLineWidth(0.4)
        canvas.setStrokeColor(BORDER)
        if self.code == "disc":
            canvas.setFillColor(DISC)
            canvas.circle(10, 4.5, 3.2, stroke=0, fill=1)
            return
        canvas.setFillColor(GROUND[3] if self.code == "covered" else GROUND[int(self.code)])
        canvas.rect(0, 0, self.width, self.height, stroke=1, fill=1)


def map_of(drawn: Map) -> Grid:
    """Print a map with its legend at the right."""
    width = LARGE if drawn.is_large else SMALL_MAP
    signs: list[tuple[str | int, str]] = [(shade.number, shade.words) for shade in drawn.shades]
    signs += drawn.signs
    beside = TEXT_WIDTH - width - PADDING
    said: list[Flowable] = [line(drawn.said, SMALL)]
    if signs:
        said.append(
            Grid(
                [[_Sign(code), line(words, SMALL)] for code, words in signs],
                colWidths=[26, beside - 26],
                hAlign="LEFT",
                style=[
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ],
            )
        )
    said.append(line(f"{drawn.source}.", SMALL))
    style = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (0, 0), 0),
        ("LEFTPADDING", (1, 0), (1, 0), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    return Grid([[_DrawnMap(drawn, width), said]], colWidths=[width, TEXT_WIDTH - width], style=style, hAlign="LEFT")
