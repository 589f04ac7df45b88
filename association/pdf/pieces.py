"""Pieces of a paper. Each prints plain text as it is: reportlab would read markup in it, and open files for that."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, Spacer, Table

from association.pdf.styles import (
    BODY,
    BRAND,
    CELL,
    CELL_HEAD,
    CELL_LABEL,
    DRAWN,
    H1,
    H2,
    H3,
    INK,
    LEAD,
    LINE,
    MISSING,
    SMALL,
    STRONG,
    TEXT_WIDTH,
    TINT,
)
from association.pdf.text import paragraphs, printable

NOT_ANSWERED = "Non renseigné."
ITEM = re.compile(r"\s*([-–—•*])\s")
ROWS = 1_000  # rows of one table: reportlab's time grows with the square
# Points: a row is never cut by a page, so a text that is higher goes on in the next row.
CELL_HEIGHT = 400
# Points that a heading wants below itself. To keep it "with next" would send a whole long table to the next page.
HEADING_ROOM, LABEL_ROOM = 110, 55
LABELS, PANEL_PADDING = 130, 14  # points


def line(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Print a text as one paragraph; its line ends stay."""
    return Paragraph(escape(printable(text, DRAWN)).replace("\n", "<br/>"), style)


def title(text: str, *, place: str = "") -> Paragraph:
    """Print the title of the paper, or of a chapter; ``place``: what a line of contents calls it."""
    printed = line(text, H1)
    printed.place = place
    return printed


def lead(text: str) -> Paragraph:
    """Print the line under the title."""
    return line(text, LEAD)


def heading(text: str) -> list[Flowable]:
    """Print the heading of a part; it stays with what follows."""
    return [CondPageBreak(HEADING_ROOM), line(text, H2)]


def label(text: str) -> list[Flowable]:
    """Print the name of an answer, above it and never at the foot of a page."""
    return [CondPageBreak(LABEL_ROOM), line(text, H3)]


def small(text: str) -> Paragraph:
    """Print a remark."""
    return line(text, SMALL)


def gap(height: float) -> Spacer:
    """Leave ``height`` points empty."""
    return Spacer(1, height)


def prose(text: str, style: ParagraphStyle = BODY) -> list[Flowable]:
    """Print a text, its blank lines parting the paragraphs; a blank text says that nothing was answered.

    A line that begins with a dash or a bullet is an item: what goes on below it stands under its first word.
    """
    found: list[Flowable] = []
    for part in paragraphs(text):
        found += [line(one, _following(style, one)) for one in part.split("\n")]
        found.append(gap(style.spaceAfter))
    return found or [line(NOT_ANSWERED, MISSING)]


def _following(style: ParagraphStyle, text: str) -> ParagraphStyle:
    """Return the style of a line within a paragraph: near the next one, and hanging when it is an item."""
    mark = ITEM.match(text)
    hang = stringWidth(f"{mark[1]} ", style.fontName, style.fontSize) if mark else 0
    return ParagraphStyle("following", style, leftIndent=hang, firstLineIndent=-hang, spaceAfter=2)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    shares: Sequence[float],
    styles: Sequence[ParagraphStyle] = (),
    amounts: Collection[int] = (),
) -> list[Flowable]:
    """Print rows under a head that each page repeats.

    ``shares``: parts of the text's width, one per column. ``styles``: one per row, the house's when left out.
    ``amounts``: places of the columns that hold amounts, and end at the right.
    """
    widths = [TEXT_WIDTH * share / sum(shares) for share in shares]
    found: list[Flowable] = []
    for start in range(0, max(len(rows), 1), ROWS):
        heads = _by_column(CELL_HEAD, len(head), amounts)
        cells: list[list[Flowable]] = [[line(text, style) for text, style in zip(head, heads, strict=True)]]
        commands: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), TINT),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
        for number, row in enumerate(rows[start : start + ROWS], start):
            cells += _rows(row, _by_column(styles[number] if styles else CELL, len(head), amounts), widths)
            commands.append(("LINEBELOW", (0, len(cells) - 1), (-1, len(cells) - 1), 0.5, LINE))
        found.append(LongTable(cells, colWidths=widths, repeatRows=1, style=commands, hAlign="LEFT"))
    return found


def _by_column(style: ParagraphStyle, count: int, amounts: Collection[int]) -> list[ParagraphStyle]:
    """Return the style of each cell of a row: that of the row, to the right for an amount."""
    right = ParagraphStyle(f"{style.name}-amount", style, alignment=TA_RIGHT)
    return [right if place in amounts else style for place in range(count)]


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """Print names and values side by side."""
    return Table(_pairs(pairs), colWidths=[LABELS, TEXT_WIDTH - LABELS], style=_pairs_style(0), hAlign="LEFT")


def panel(headline: str, pairs: Sequence[tuple[str, str]]) -> Table:
    """Print names and values under a headline, set apart by a tint."""
    heads = [[part, ""] for part in _parts(line(headline, STRONG), TEXT_WIDTH)]
    style = [
        *_pairs_style(PANEL_PADDING),
        *(("SPAN", (0, row), (1, row)) for row in range(len(heads))),
        ("RIGHTPADDING", (0, 0), (0, len(heads) - 1), PANEL_PADDING),
        ("BACKGROUND", (0, 0), (-1, -1), TINT),
        ("LINEBEFORE", (0, 0), (0, -1), 2.5, BRAND),
        ("TOPPADDING", (0, 0), (-1, 0), 9),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 10),
    ]
    cells = [*heads, *_pairs(pairs)]
    widths = [LABELS + PANEL_PADDING, TEXT_WIDTH - LABELS - PANEL_PADDING]
    return Table(cells, colWidths=widths, style=style, hAlign="LEFT")


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[list[Flowable]]:
    widths = [LABELS, TEXT_WIDTH - LABELS]
    styles = [CELL_LABEL, CELL]
    return [row for name, value in pairs for row in _rows((name, value.strip() or NOT_ANSWERED), styles, widths)]


def _pairs_style(padding: float) -> list[tuple[Any, ...]]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), padding),
        ("RIGHTPADDING", (-1, 0), (-1, -1), padding),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]


def _rows(texts: Sequence[str], styles: Sequence[ParagraphStyle], widths: Sequence[float]) -> list[list[Flowable]]:
    """Return one row of cells, or several when a text is too high for one."""
    cells = zip(texts, styles, widths, strict=True)
    columns = [_parts(line(text, style), width) for text, style, width in cells]
    return [list(row) for row in zip_longest(*columns, fillvalue="")]


def _parts(paragraph: Paragraph, width: float) -> list[Paragraph]:
    """Cut a paragraph in parts of at most `CELL_HEIGHT`, for a cell of ``width`` points, its padding within."""
    inner = max(width - 2 * PANEL_PADDING, PANEL_PADDING)
    found: list[Paragraph] = []
    while True:
        paragraph.wrap(inner, CELL_HEIGHT)
        parts = paragraph.split(inner, CELL_HEIGHT)
        if len(parts) < 2:
            return [*found, paragraph]
        found.append(parts[0])
        paragraph = parts[1]


def qr_code(value: str, side: float) -> Drawing:
    """Draw a QR code (error correction M) of ``side`` points, with the quiet border that readers need."""
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(value, barLevel="M", barWidth=side, barHeight=side, barFillColor=INK, barBorder=4))
    return drawing
