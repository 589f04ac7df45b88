"""One sheet for all papers: A4, who writes at the top, reference and page at the foot, the same bytes each time.

The accessible form of each paper is its page on screen: reportlab writes no tagged PDF (docs/decisions/0010-pdf.md).
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO, Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from association.pdf.styles import (
    BOLD,
    BOTTOM,
    BRAND,
    DRAWN,
    H1,
    H2,
    HEIGHT,
    INK,
    LINE,
    MARGIN,
    REGULAR,
    SOFT,
    TEXT_WIDTH,
    TOP,
    WATERMARK,
    WIDTH,
)
from association.pdf.text import printable, shortened

FOOT = 11.5 * mm
HEAD = HEIGHT - 13.3 * mm
OUTLINE = {H1.name: 0, H2.name: 1}
# Cutting the subset of a font moves one read position in the shared font: two papers at once would mix their glyphs.
SUBSETTING = threading.Lock()


class _NumberedCanvas(Canvas):
    """Writes « page x/y » when the number of pages is known: each page shows a form that is drawn at the end."""

    reference = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places: dict[str, int] = {}  # page of each title that a line of contents may name
        self.named: set[str] = set()

    def page_of(self, place: str) -> None:
        """Leave room at the origin for the page of a place, which may come later; the number ends there."""
        self.named.add(place)
        self.doForm(_page_name(place))

    def folio(self) -> None:
        """Keep the place of this page's number."""
        self.doForm(_folio_name(self.getPageNumber()))

    def save(self) -> None:
        total = self.getPageNumber() - 1
        for number in range(1, total + 1):
            self.beginForm(_folio_name(number), 0, 0, WIDTH, HEIGHT)
            self.setFont(REGULAR, 7.5)
            self.setFillColor(SOFT)
            self.drawRightString(WIDTH - MARGIN, FOOT, f"{self.reference} · page {number}/{total}")
            self.endForm()
        for place in sorted(self.named):
            self.beginForm(_page_name(place), -60, -10, 10, 20)
            self.setFont(REGULAR, 9.5)
            self.setFillColor(INK)
            self.drawRightString(0, 0, str(self.places[place]))
            self.endForm()
        with SUBSETTING:
            super().save()


def _folio_name(number: int) -> str:
    return f"folio-{number}"


def _page_name(place: str) -> str:
    return f"page-of-{place}"


class ContentsLine(Flowable):
    """A line of a table of contents: words, dots, and the page of a place (a `title` that names it); it leads there.

    The number is drawn when all pages are: no paper is laid out twice for its contents.
    """

    def __init__(self, text: str, place: str, *, height: float = 19) -> None:
        super().__init__()
        self.text, self.place, self.height, self.width = text, place, height, TEXT_WIDTH

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, base, size = self.canv, 5, 9.5
        words = fitted(printable(self.text, DRAWN), REGULAR, size, self.width - 60)
        canvas.setFont(REGULAR, size)
        canvas.setFillColor(INK)
        canvas.drawString(0, base, words)
        start = stringWidth(words, REGULAR, size) + 6
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.8)
        canvas.setDash(0.8, 2.4)
        canvas.line(start, base + 1, self.width - 24, base + 1)
        canvas.setDash()
        canvas.linkRect("", self.place, (0, 0, self.width, self.height), relative=1, thickness=0)
        canvas.translate(self.width, base)
        canvas.page_of(self.place)


class _Sheet(BaseDocTemplate):
    """The document with its frame, its running lines and its outline."""

    def __init__(self, target: Any, *, title: str, reference: str, organisation: str, draft: bool) -> None:
        super().__init__(
            target, pagesize=(WIDTH, HEIGHT), title=title, author=organisation, subject=reference, creator=organisation,
            lang="fr-FR", invariant=1, displayDocTitle=True, initialFontName=REGULAR,
        )  # fmt: skip
        self.reference, self.organisation, self.draft = reference, organisation, draft
        self.outlined = -1  # level of the last outline entry: a deeper one may only be one deeper
        frame = Frame(
            MARGIN, BOTTOM, TEXT_WIDTH, HEIGHT - TOP - BOTTOM,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        self.addPageTemplates(PageTemplate(id="sheet", frames=[frame], onPage=self._running_lines))

    def _running_lines(self, canvas: _NumberedCanvas, _document: BaseDocTemplate) -> None:
        canvas.saveState()
        if self.draft:
            _watermark(canvas)
        canvas.setFont(BOLD, 8)
        canvas.setFillColor(BRAND)
        canvas.drawString(MARGIN, HEAD, fitted(self.organisation, BOLD, 8, TEXT_WIDTH))
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, HEAD - 7, WIDTH - MARGIN, HEAD - 7)
        canvas.line(MARGIN, FOOT + 12, WIDTH - MARGIN, FOOT + 12)
        canvas.setFont(REGULAR, 7.5)
        canvas.setFillColor(SOFT)
        canvas.reference = fitted(self.reference, REGULAR, 7.5, TEXT_WIDTH / 2)
        taken = stringWidth(f"{canvas.reference} · page 9999/9999", REGULAR, 7.5)
        canvas.drawString(MARGIN, FOOT, fitted(self.title, REGULAR, 7.5, TEXT_WIDTH - taken))
        canvas.folio()
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        level = OUTLINE.get(flowable.style.name) if isinstance(flowable, Paragraph) else None
        if level is None:
            return
        page = self.canv.getPageNumber()
        key = getattr(flowable, "place", "") or f"titre-{page}-{self.frame._y:.1f}"
        self.canv.places[key] = page
        self.outlined = min(level, self.outlined + 1)
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(shortened(flowable.getPlainText(), 120), key, level=self.outlined)


def _watermark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(WIDTH / 2, HEIGHT / 2)
    canvas.rotate(52)
    canvas.setFont(BOLD, 92)
    canvas.setFillColor(WATERMARK)
    canvas.drawCentredString(0, -32, "BROUILLON")
    canvas.restoreState()


def fitted(text: str, font: str, size: float, width: float) -> str:
    """Return the text on one line, no wider than ``width`` points; an ellipsis shows that it goes on."""
    line = shortened(text, 300)
    while len(line) > 1 and stringWidth(line, font, size) > width:
        line = shortened(line, len(line) - 1)
    return line


def write_pdf(
    path_or_buffer: str | Path | IO[bytes],
    story: list[Flowable],
    *,
    title: str,
    reference: str,
    organisation: str,
    draft: bool = False,
) -> None:
    """Write the story on the house's sheet. The same arguments give the same bytes; several threads may write at once.

    ``story``: pieces of `association.pdf.pieces`, which print what was typed as it was typed.
    ``organisation``: who writes, at the top of each page. ``draft``: « BROUILLON » across each page.
    """
    target = str(path_or_buffer) if isinstance(path_or_buffer, Path) else path_or_buffer
    title, reference, organisation = (
        " ".join(printable(text, DRAWN).split()) for text in (title, reference, organisation)
    )
    sheet = _Sheet(target, title=title, reference=reference, organisation=organisation, draft=draft)
    sheet.build(story, canvasmaker=_NumberedCanvas)
