"""Pieces of a paper. Each prints plain text as it is: reportlab would read markup in it, and open files for that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
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
from association.pdf.text import paragraphs, pieces, printable

NOT_ANSWERED = "Non renseigné."
ROWS = 1_000  # rows of one table: reportlab's time grows with the square
# Characters of one cell: a row is never cut by a page, so a long text goes on in the next row.
CELL_SIZE = 500
# Points that a heading wants below itself. To keep it "with next" would send a whole long table to the next page.
HEADING_ROOM, LABEL_ROOM = 110, 55
LABELS, PANEL_PADDING = 130, 14  # points


def line(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Print a text as one paragraph; its line ends stay."""
    return Paragraph(escape(printable(text, DRAWN)).replace("\n", "<br/>"), style)


def title(text: str) -> Paragraph:
    """Print the title of the paper."""
    return line(text, H1)


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
    """Print a text, its blank lines parting the paragraphs; a blank text says that nothing was answered."""
    return [line(part, style) for part in paragraphs(text)] or [line(NOT_ANSWERED, MISSING)]


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    shares: Sequence[float],
    styles: Sequence[ParagraphStyle] = (),
) -> list[Flowable]:
    """Print rows under a head that each page repeats.

    ``shares``: parts of the text's width, one per column. ``styles``: one per row, the house's when left out.
    """
    width = TEXT_WIDTH / sum(shares)
    found: list[Flowable] = []
    for start in range(0, max(len(rows), 1), ROWS):
        cells: list[list[Flowable]] = [[line(text, CELL_HEAD) for text in head]]
        commands: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), TINT),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
        for number, row in enumerate(rows[start : start + ROWS], start):
            columns = [styles[number] if styles else CELL] * len(head)
            cells += _rows(row, columns)
            commands.append(("LINEBELOW", (0, len(cells) - 1), (-1, len(cells) - 1), 0.5, LINE))
        found.append(
            LongTable(cells, colWidths=[width * share for share in shares], repeatRows=1, style=commands, hAlign="LEFT")
        )
    return found


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """Print names and values side by side."""
    return Table(_pairs(pairs), colWidths=[LABELS, TEXT_WIDTH - LABELS], style=_pairs_style(0), hAlign="LEFT")


def panel(headline: str, pairs: Sequence[tuple[str, str]]) -> Table:
    """Print names and values under a headline, set apart by a tint."""
    heads = [[line(part, STRONG), ""] for part in pieces(headline, CELL_SIZE)]
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
    return [row for name, value in pairs for row in _rows((name, value.strip() or NOT_ANSWERED), (CELL_LABEL, CELL))]


def _pairs_style(padding: float) -> list[tuple[Any, ...]]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), padding),
        ("RIGHTPADDING", (-1, 0), (-1, -1), padding),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]


def _rows(texts: Sequence[str], styles: Sequence[ParagraphStyle]) -> list[list[Flowable]]:
    """Return one row of cells, or several when a text is too long for one."""
    parts = zip_longest(*(pieces(text, CELL_SIZE) for text in texts), fillvalue="")
    return [[line(text, style) for text, style in zip(part, styles, strict=True)] for part in parts]


def qr_code(value: str, side: float) -> Drawing:
    """Draw a QR code (error correction M) of ``side`` points, with the quiet border that readers need."""
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(value, barLevel="M", barWidth=side, barHeight=side, barFillColor=INK, barBorder=4))
    return drawing
