"""The report on paper: cover, one page of summary, a chapter each with chart and table, annex of definitions.

The same content gives the same bytes. Its accessible form is the page (docs/decisions/0010-pdf.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, PageBreak
from reportlab.platypus import Table as Grid

from association.pdf.pieces import facts, gap, heading, label, lead, line, prose, small, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import (
    BOLD,
    BRAND,
    CELL,
    CELL_HEAD,
    DRAWN,
    H1,
    INK,
    LINE,
    REGULAR,
    SMALL,
    SOFT,
    TEXT_WIDTH,
    TINT,
)
from association.pdf.text import long_date, printable
from reports.document.charts import Chart
from reports.document.content import Chapter, Content, Figure, Table, plain_spaces
from reports.document.pdf_reviews import reviews_on_paper

COVER = ParagraphStyle("report-cover", H1, fontSize=26, leading=33, spaceAfter=8)
NUMBER_HEAD = ParagraphStyle("report-number-head", CELL_HEAD, alignment=2, fontSize=7.5, leading=9.5)
BIG = ParagraphStyle("report-big", CELL, fontName=BOLD, fontSize=14, leading=18, textColor=BRAND)
NAMED = ParagraphStyle("report-named", CELL, leading=11)
TINY = ParagraphStyle("report-tiny", SMALL, spaceAfter=0)
ROWS = 400  # of one table
EMPTY = "Aucune donnée pour cette période."


def write_report_pdf(content: Content, target: str | Path | IO[bytes]) -> None:
    """Write the report; a draft says « BROUILLON » across each page."""
    write_pdf(
        target,
        list(_story(content)),
        title=f"{content.title} – {content.scope}",
        reference=content.reference,
        organisation=content.organisation,
        draft=content.draft,
    )


def _story(content: Content) -> Iterator[Flowable]:
    yield from _cover(content)
    yield PageBreak()
    yield from _summary(content)
    for chapter in content.chapters:
        yield PageBreak()
        yield from _chapter(chapter, content)
    yield PageBreak()
    yield from _annex(content)


def _cover(content: Content) -> Iterator[Flowable]:
    yield gap(150)
    yield line("Rapport d’activité", COVER)
    yield lead(f"{content.period[:1].upper()}{content.period[1:]} – {content.scope}")
    yield gap(24)
    yield facts(
        [
            ("Établi par", content.organisation),
            ("Destinataire", "Agence régionale de santé"),
            ("Version", str(content.number)),
            ("Chiffres arrêtés le", long_date(content.made_on)),
            ("Comparé à", content.before),
            ("Empreinte SHA-256", content.sha256),
        ]
    )
    yield gap(14)
    yield small(
        "Ce document est tiré des seuls chiffres arrêtés dont l’empreinte est ci-dessus. Il ne nomme aucun "
        "professionnel. Sa forme accessible est la page du rapport, sur le site de l’association."
    )


def _summary(content: Content) -> Iterator[Flowable]:
    yield title("Synthèse")
    if content.is_empty:
        yield line(EMPTY)
    yield from _tiles(content.summary)
    if content.changes.get("values"):
        yield from _changes(content)


def _tiles(figures: tuple[Figure, ...]) -> Iterator[Flowable]:
    """The first figures, two beside each other."""
    cells: list[list[Any]] = []
    for start in range(0, len(figures), 2):
        pair = [_tile(figure) for figure in figures[start : start + 2]]
        cells.append(pair + [""] * (2 - len(pair)))
    if cells:
        style = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ("BOX", (0, 0), (-1, -1), 0.5, LINE),
            ("INNERGRID", (0, 0), (-1, -1), 0.5, LINE),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ]
        yield Grid(cells, colWidths=[TEXT_WIDTH / 2] * 2, style=style, hAlign="LEFT")
        yield gap(8)


def _tile(figure: Figure) -> list[Flowable]:
    beside = [f"un an avant : {figure.before}"]
    if figure.target:
        beside.append(f"cible : {figure.target}")
    return [line(figure.name, NAMED), line(figure.value, BIG), line(", ".join(beside), TINY)]


def _changes(content: Content) -> Iterator[Flowable]:
    changes = content.changes
    yield from heading(f"Depuis la version {changes['number']}")
    for cause in changes["causes"]:
        yield line(f"{cause['label']} : {cause['count']}.")
    yield small(f"{len(changes['values'])} indicateurs diffèrent ; le détail est dans l’annexe et dans le classeur.")


def _chapter(chapter: Chapter, content: Content) -> Iterator[Flowable]:
    yield title(chapter.heading)
    if chapter.text:
        yield from prose(chapter.text)
    if chapter.is_empty:
        yield line(EMPTY)
    yield from _figures(chapter.figures, content)
    for table in chapter.tables:
        if table.chart:
            yield KeepTogether([*heading(table.title), _Drawn(table.chart), gap(6)])
        else:
            yield from heading(table.title)
        yield from _table(table)
        if table.hides:
            yield small("Les groupes de moins de 5 personnes sont regroupés ou masqués.")
    if chapter.said:
        yield from reviews_on_paper(chapter.said)


def _figures(figures: tuple[Figure, ...], content: Content) -> Iterator[Flowable]:
    """The figures of a chapter beside those of the year before and their targets."""
    heads = ("Période", "Un an avant", "Écart", "Cible de l’année")
    rows = [(one.name, (one.value, one.before, one.change, one.target or "–")) for one in figures]
    yield from _grid("Indicateur", heads, rows, share=0.44)


def _table(table: Table) -> Iterator[Flowable]:
    yield from _grid(table.first, table.heads, list(table.texts), share=0.34 if len(table.heads) > 2 else 0.6)


def _grid(
    first: str, heads: tuple[str, ...], rows: Sequence[tuple[str, tuple[str, ...]]], *, share: float
) -> Iterator[Flowable]:
    """Labels at the left, numbers at the right; the head is repeated on each page.

    Numbers are plain strings: reportlab reads no markup in them, and draws them much faster than paragraphs.
    """
    widths = [TEXT_WIDTH * share, *([TEXT_WIDTH * (1 - share) / len(heads)] * len(heads))]
    head = [line(first, CELL_HEAD), *(line(text, NUMBER_HEAD) for text in heads)]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("FONT", (0, 0), (-1, -1), REGULAR, 8.5, 11),
        ("TEXTCOLOR", (1, 1), (-1, -1), INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    for start in range(0, len(rows), ROWS):
        cells: list[list[Any]] = [head]
        cells += [[line(text, NAMED), *map(plain_spaces, numbers)] for text, numbers in rows[start : start + ROWS]]
        yield LongTable(cells, colWidths=widths, repeatRows=1, style=style, hAlign="LEFT")


class _Drawn(Flowable):
    """A chart on paper, where the way up is up. reportlab's own graphics name a font that is not embedded."""

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


def _annex(content: Content) -> Iterator[Flowable]:
    yield title("Annexe : définitions")
    yield small(f"Chiffres arrêtés le {long_date(content.made_on)}, comparés à : {content.before}.")
    for chapter in content.chapters:
        yield from heading(f"{chapter.heading} : définitions")
        for figure in chapter.figures:
            yield CondPageBreak(50)
            yield from label(figure.name)
            yield line(figure.definition)
            yield small(f"Unité : {figure.unit.label}. Source : {figure.source}.")
    if content.changes.get("values"):
        yield from heading(f"Changements depuis la version {content.changes['number']}")
        yield from _changed(content)


def _changed(content: Content) -> Iterator[Flowable]:
    from reports.document.content import say
    from reports.indicators.model import Unit

    rows = [
        (told["name"], (say(told["before"], Unit(told["unit"])), say(told["now"], Unit(told["unit"]))))
        for told in content.changes["values"]
    ]
    yield from _grid("Indicateur", ("Avant", "Maintenant"), rows, share=0.6)
    for cause in content.changes["causes"]:
        if cause["references"]:
            yield gap(4)
            yield line(f"{cause['label']} ({cause['count']}) : {', '.join(cause['references'])}", SMALL)
