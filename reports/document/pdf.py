"""The report on paper: cover, contents, one page of summary, chapters with their charts, maps and tables, annexes.

What is long (teams, EPCI) stands in annexes, so that the chapters are read through. The same content gives the same
bytes. Its accessible form is the page (docs/decisions/0010-pdf.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak
from reportlab.platypus import Table as Grid

from association.pdf.pieces import facts, gap, heading, lead, line, prose, small, title
from association.pdf.sheet import ContentsLine, write_pdf
from association.pdf.styles import BOLD, BRAND, CELL, H1, LINE, REGULAR, SMALL, TEXT_WIDTH
from association.pdf.text import long_date
from reports.document.changes import Changes, changes_said
from reports.document.content import Chapter, Content, Figure, Table
from reports.document.paper import DrawnChart, map_of, parts_of, table_of
from reports.document.paper_annexes import PrintedAnnex, annexes

COVER = ParagraphStyle("report-cover", H1, fontSize=26, leading=33, spaceAfter=8)
BIG = ParagraphStyle("report-big", CELL, fontName=BOLD, fontSize=14, leading=18, textColor=BRAND)
NAMED = ParagraphStyle("report-named", CELL, leading=11)
TINY = ParagraphStyle("report-tiny", SMALL, spaceAfter=0)
ROOM = 330  # points that a chapter wants on the page where it begins
MOST_CAUSES = 6  # on the page of summary
TOGETHER = 12  # rows of a table that is not parted from its heading
EMPTY = "Aucune donnée pour cette période."
SMALL_GROUPS = "Les groupes de moins de 5 personnes sont regroupés ou masqués."


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
    printed = annexes(content)
    yield from _cover(content)
    yield PageBreak()
    yield from _contents(content, printed)
    yield PageBreak()
    yield from _summary(content)
    yield PageBreak()
    for chapter in content.chapters:
        yield CondPageBreak(ROOM)
        yield from _chapter(chapter, content)
        yield gap(20)
    for annex in printed:
        yield PageBreak()
        yield title(annex.heading, place=annex.place)
        yield from annex.story


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
            ("Empreinte SHA-256", f"{content.sha256[:32]}\n{content.sha256[32:]}"),
        ]
    )
    yield gap(14)
    yield small(
        "Ce document est tiré des seuls chiffres arrêtés dont l’empreinte est ci-dessus. Il ne nomme aucun "
        "professionnel. Sa forme accessible est la page du rapport, sur le site de l’association\u00a0; le classeur "
        "qui l’accompagne donne chaque tableau en entier."
    )


def _contents(content: Content, printed: Sequence[PrintedAnnex]) -> Iterator[Flowable]:
    yield title("Sommaire")
    yield ContentsLine("Synthèse", "synthese")
    for chapter in content.chapters:
        yield ContentsLine(chapter.heading, chapter.code)
    yield gap(10)
    for annex in printed:
        yield ContentsLine(annex.heading, annex.place)


def _summary(content: Content) -> Iterator[Flowable]:
    yield title("Synthèse", place="synthese")
    yield lead(f"{content.period[:1].upper()}{content.period[1:]}, comparé à\u00a0: {content.before}")
    if content.is_empty:
        yield line(EMPTY)
    yield from _tiles(content.summary)
    if changes := changes_said(content.changes):
        yield from _changes(changes)


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
    beside = [f"un an avant\u00a0: {figure.before}"]
    if figure.change:
        beside.append(f"écart\u00a0: {figure.change}")
    if figure.target:
        beside.append(f"cible\u00a0: {figure.target}")
    return [line(figure.name, NAMED), line(figure.value, BIG), line(", ".join(beside), TINY)]


def _changes(changes: Changes) -> Iterator[Flowable]:
    yield from heading(f"Depuis la version {changes.number}")
    for cause in changes.causes[:MOST_CAUSES]:
        amount = f" ({cause.amount})" if cause.amount else ""
        yield line(f"{cause.label}\u00a0: {cause.count}{amount}")
    if not changes.groups:
        yield line("Aucun chiffre ne diffère.")
    yield small("Le détail est dans la dernière annexe et dans le classeur.")


def _chapter(chapter: Chapter, content: Content) -> Iterator[Flowable]:
    yield title(chapter.heading, place=chapter.code)
    if chapter.text:
        yield from prose(chapter.text)
    if chapter.is_empty:
        yield line(EMPTY)
    yield from _figures(chapter.figures)
    for drawn in chapter.maps:
        yield KeepTogether([*heading(drawn.title), map_of(drawn)])
    for table in chapter.tables:
        if annex := content.annex_of(table):
            yield gap(6)
            yield small(
                f"{table.title} ({', '.join(head.lower() for head in table.heads)})\u00a0: en annexe, "
                f"«\u00a0{annex.heading[:1].lower()}{annex.heading[1:]}\u00a0»."
            )
        else:
            yield from _table(table)


def _figures(figures: tuple[Figure, ...]) -> Iterator[Flowable]:
    """The figures of a chapter beside those of the year before and their targets."""
    heads = ("Période", "Un an avant", "Écart", "Cible de l’année")
    rows = [(one.name, (one.value, one.before, one.change, one.target or "–")) for one in figures]
    yield from table_of("Indicateur", heads, rows)


def _table(table: Table) -> Iterator[Flowable]:
    """A table with its chart: standing bars above it, lying ones in its rows."""
    chart, rows = table.chart, list(table.texts)
    printed: list[Flowable] = [*heading(table.title)]
    if chart and table.by == "month":
        printed.append(DrawnChart(chart))
    parts = parts_of(chart) if chart and table.by != "month" else ()
    printed += table_of(table.first, table.heads, rows, parts=parts)
    if table.hides:
        printed += [gap(4), small(SMALL_GROUPS)]
    if len(rows) <= TOGETHER:
        yield KeepTogether(printed)
    else:
        yield from printed
