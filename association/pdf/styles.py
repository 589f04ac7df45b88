"""Type and colours of the paper: DejaVu Sans, which every machine that reads the file then has."""

from __future__ import annotations

from pathlib import Path

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import HexColor
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus.tables import CellStyle

FONTS = Path(__file__).with_name("fonts")
REGULAR, BOLD, OBLIQUE, BOLD_OBLIQUE = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"

INK, SOFT, LINE = HexColor("#1a2a2e"), HexColor("#52636a"), HexColor("#c9cfc9")
BRAND, TINT = HexColor("#0e5f63"), HexColor("#e8f1f0")
ORANGE = HexColor("#c25100")  # dark enough to be read on white (4.9 to 1), light enough to be orange
WATERMARK = HexColor("#efefef")


def _register() -> frozenset[int]:
    for name in (REGULAR, BOLD, OBLIQUE, BOLD_OBLIQUE):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf"), shapable=False))
    for bold, italic, name in ((0, 0, REGULAR), (1, 0, BOLD), (0, 1, OBLIQUE), (1, 1, BOLD_OBLIQUE)):
        addMapping(REGULAR, bold, italic, name)
    faces = [pdfmetrics.getFont(name).face for name in (REGULAR, BOLD, OBLIQUE, BOLD_OBLIQUE)]
    return frozenset.intersection(*(frozenset(face.charToGlyph) for face in faces))


DRAWN = _register()  # the code points that all four weights draw
# A cell of a table and a drawing (a QR code) name their font even when they write nothing: without this,
# each paper named one that it does not hold.
CellStyle.fontname = STATE_DEFAULTS["fontName"] = REGULAR

BODY = ParagraphStyle(
    "body", fontName=REGULAR, fontSize=9.5, leading=14, textColor=INK, spaceAfter=5, splitLongWords=1,
    allowWidows=0, allowOrphans=0,
)  # fmt: skip
AMPLE = ParagraphStyle("ample", BODY, fontSize=10.5, leading=16)
AMPLE_STRONG = ParagraphStyle("ample-strong", AMPLE, fontName=BOLD)
H1 = ParagraphStyle("h1", BODY, fontName=BOLD, fontSize=17, leading=22, textColor=BRAND, spaceAfter=3)
H2 = ParagraphStyle("h2", BODY, fontName=BOLD, fontSize=11.5, leading=15.5, textColor=BRAND, spaceBefore=13)
H3 = ParagraphStyle("h3", BODY, fontName=BOLD, spaceBefore=5, spaceAfter=2)
STRONG = ParagraphStyle("strong", BODY, fontName=BOLD, fontSize=11.5, leading=15.5, spaceAfter=2)
LEAD = ParagraphStyle("lead", BODY, fontSize=11, leading=16, textColor=SOFT, spaceAfter=8)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11.5, textColor=SOFT, spaceAfter=3)
MISSING = ParagraphStyle("missing", BODY, fontName=OBLIQUE, textColor=SOFT)
EXPECTED = ParagraphStyle("expected", BODY, fontSize=8.5, leading=12, textColor=ORANGE, spaceAfter=0)
CELL = ParagraphStyle("cell", BODY, fontSize=8.5, leading=12, spaceAfter=0)
CELL_STRONG = ParagraphStyle("cell-strong", CELL, fontName=BOLD, spaceAfter=2)
CELL_HEAD = ParagraphStyle("cell-head", CELL, fontName=BOLD, textColor=BRAND)
CELL_LABEL = ParagraphStyle("cell-label", CELL, textColor=SOFT)

WIDTH, HEIGHT = A4  # points, as all that follows
MARGIN, TOP, BOTTOM = 22 * mm, 27 * mm, 23 * mm
TEXT_WIDTH = WIDTH - 2 * MARGIN
