"""What the validated reviews say, on paper: the words of the teams in small letters, team after team."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph

from association.pdf.pieces import heading, small
from association.pdf.styles import BOLD, DRAWN, SMALL
from association.pdf.text import printable
from reports.document.reviews_said import ReviewsSaid

SAID = ParagraphStyle("report-said", SMALL, fontSize=8, leading=10.5, spaceAfter=3)


def reviews_on_paper(said: ReviewsSaid) -> Iterator[Flowable]:
    """Print the difficulties and the plans; the objectives one by one are on the page and in the workbook."""
    if not said.teams:
        return
    yield small(
        f"Bilans {said.year} validés par l’association : {len(said.teams)}. Les noms de personnes en sont retirés. Les "
        "objectifs un par un, avec leurs valeurs, sont dans le classeur et sur la page du rapport."
    )
    for title, texts in (
        (f"Difficultés dites dans les bilans {said.year}", [(team.label, team.difficulties) for team in said.teams]),
        (f"Projets dits dans les bilans {said.year}", [(team.label, team.plans) for team in said.teams]),
    ):
        written = [(label, text) for label, text in texts if text]
        if not written:
            continue
        yield from heading(title)
        for label, text in written:
            name, words = (escape(printable(part, DRAWN)) for part in (label, text))
            lines = words.replace("\n", "<br/>")
            yield Paragraph(f'<font name="{BOLD}">{name}</font> — {lines}', SAID)
