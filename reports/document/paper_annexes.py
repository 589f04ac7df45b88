"""The annexes of the report on paper: what is long, the definitions, what changed since the version before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable

from association.pdf.pieces import gap, heading, line, small
from association.pdf.styles import SMALL, TEXT_WIDTH
from association.pdf.text import long_date
from reports.document.changes import Changes, changes_said
from reports.document.content import Annex, Content, Table
from reports.document.paper import DENSE, Rows, numbers_need, table_of, words_of
from reports.indicators.model import Unit

WITHIN = "team_profession"  # rows of one team each: « team – profession »
EURO = "\u00a0€"
MOST_CHANGED = 10  # rows of a cut that differ, on paper
NAMES = 110  # points that names want beside numbers


@dataclass(frozen=True)
class PrintedAnnex:
    """One annex: its heading, the name of its place for the contents, and what is printed."""

    heading: str
    place: str
    story: tuple[Flowable, ...]


def annexes(content: Content) -> list[PrintedAnnex]:
    """Return the annexes of a report in their order, the definitions after what is long."""
    found = [(f"{annex.heading}", list(_long(annex))) for annex in content.annexes]
    found.append(("Définitions des indicateurs", list(_definitions(content))))
    if changes := changes_said(content.changes):
        found.append((f"Changements depuis la version {changes.number}", list(_changed(changes))))
    return [
        PrintedAnnex(f"Annexe {number}\u00a0: {name[:1].lower()}{name[1:]}", f"annexe-{number}", tuple(story))
        for number, (name, story) in enumerate(found, 1)
    ]


def _long(annex: Annex) -> Iterator[Flowable]:
    for place, table in enumerate(annex.tables):
        if place:
            yield gap(14)
        if annex.by == WITHIN:
            yield from _within(table)
        else:
            yield from _columns(table)
        if table.hides:
            yield gap(4)
            yield small("Les groupes de moins de 5 personnes sont regroupés ou masqués.")


def _columns(table: Table) -> Iterator[Flowable]:
    """Numbers side by side; amounts of money without their sign, which stands in the head.

    Columns that leave no room for the names are parted: half of them, then the others.
    """
    money = [unit is Unit.CENTS for unit in table.units]
    heads = [f"{head} (€)" if is_money else head for head, is_money in zip(table.heads, money, strict=True)]
    rows = [
        (label, [text.removesuffix(EURO) if is_money else text for text, is_money in zip(texts, money, strict=True)])
        for label, texts in table.texts
    ]
    yield from _parted(table.first, heads, rows)


def _parted(first: str, heads: Sequence[str], rows: Rows) -> Iterator[Flowable]:
    if len(heads) > 1 and TEXT_WIDTH - sum(numbers_need(heads, rows)) < NAMES:
        half = (len(heads) + 1) // 2
        yield from _parted(first, heads[:half], [(label, texts[:half]) for label, texts in rows])
        yield gap(14)
        yield from _parted(first, heads[half:], [(label, texts[half:]) for label, texts in rows])
    else:
        yield from table_of(first, heads, rows, size=DENSE)


def _within(table: Table) -> Iterator[Flowable]:
    """One row a team: its groups and how many they are."""
    by_team: dict[str, list[str]] = {}
    for label, texts in table.texts:
        team, _, group = label.rpartition(" – ")
        by_team.setdefault(team or group, []).append(f"{group}\u00a0{texts[0]}")
    rows = [(team, ", ".join(groups)) for team, groups in by_team.items()]
    yield from words_of((table.first, table.heads[0]), rows, shares=(0.5, 0.5))


def _definitions(content: Content) -> Iterator[Flowable]:
    yield small(f"Chiffres arrêtés le {long_date(content.made_on)}, comparés à\u00a0: {content.before}.")
    for chapter in content.chapters:
        yield from heading(chapter.heading)
        rows = [(one.name, one.definition, f"{one.unit.label}. {one.source}.") for one in chapter.figures]
        yield from words_of(("Indicateur", "Définition", "Unité et source"), rows, shares=(0.23, 0.52, 0.25))


def _changed(changes: Changes) -> Iterator[Flowable]:
    """What happened, then the indicators that differ; of a long cut its largest differences, the workbook has all."""
    for cause in changes.causes:
        amount = f" ({cause.amount})" if cause.amount else ""
        yield line(f"{cause.label}\u00a0: {cause.count}{amount}")
        if cause.references:
            yield line(", ".join(cause.references), SMALL)
    for note in changes.notes:
        yield line(note)
    for group in changes.groups:
        yield from heading(group.name)
        rows: list[tuple[str, ...]] = []
        for cut, found in group.by_cut:
            rows += [
                (f"{cut}\u00a0: {row.label}" if cut else row.label, row.before, row.now, row.difference, row.why)
                for row in found[:MOST_CHANGED]
            ]
            if len(found) > MOST_CHANGED:
                rows.append((f"{cut}\u00a0: {len(found) - MOST_CHANGED} autres lignes, dans le classeur", *[""] * 4))
        yield from words_of(
            ("Ligne", "Avant", "Maintenant", "Écart", "Ce qui s’est passé"), rows, shares=(0.34, 0.14, 0.14, 0.14, 0.24)
        )
