"""What a report says: one content for the page, the PDF and the workbook (made by `reports.document.composing`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from association.money import MINUS, NARROW_SPACE, SPACE, euros, grouped
from reports.document.charts import PAPER, Chart, Format, bars, columns
from reports.document.maps import Map
from reports.indicators.model import Unit

HIDDEN, NOTHING = "masqué", "–"
FEWEST, MOST = 2, 20  # rows of a table that a chart is drawn of
LONG = 20  # rows of a table; paper shows a longer one in an annex
SUMMARY = (
    "teams.followed",
    "teams.under_convention",
    "people.members",
    "territory.share",
    "activity.validated",
    "activity.participations",
    "concertation.meetings",
    "activity.patients",
    "money.due",
    "money.paid",
    "money.delay",
    "ceiling.share",
)


@dataclass(frozen=True)
class Figure:
    """One indicator in the words of the page; ``amount`` is its value in the unit's smallest part."""

    key: str
    name: str
    definition: str
    source: str
    unit: Unit
    amount: int | None
    amount_before: int | None
    amount_target: int | None

    @property
    def value(self) -> str:
        return say(self.amount, self.unit)

    @property
    def before(self) -> str:
        return say(self.amount_before, self.unit)

    @property
    def target(self) -> str:
        return say(self.amount_target, self.unit) if self.amount_target is not None else ""

    @property
    def change(self) -> str:
        """The difference with the year before, with its sign."""
        if self.amount is None or self.amount_before is None:
            return ""
        return say_change(self.amount - self.amount_before, self.unit)


@dataclass(frozen=True)
class Table:
    """Rows of a label and numbers, each column in its unit; None: hidden where the table hides, else not applicable.

    ``by``: code of what the rows are; a chart is of the first column.
    """

    title: str
    first: str
    heads: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    hides: bool = False
    chart: Chart | None = None
    by: str = ""

    @property
    def texts(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The rows as they are read."""
        for label, amounts in self.rows:
            yield label, tuple(self.said(amount, unit) for amount, unit in zip(amounts, self.units, strict=True))

    def said(self, amount: int | None, unit: Unit) -> str:
        """Return a cell as it is read."""
        return HIDDEN if amount is None and self.hides else say(amount, unit)


@dataclass(frozen=True)
class Chapter:
    """One chapter of a report."""

    code: str
    heading: str
    text: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    maps: tuple[Map, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing was counted in it."""
        return not self.tables and not any(figure.amount for figure in self.figures)


@dataclass(frozen=True)
class Annex:
    """Long tables of all chapters, of the same rows, beside each other: paper's form of what a page scrolls through."""

    by: str
    heading: str
    tables: tuple[Table, ...]

    @property
    def first(self) -> str:
        """What its rows are."""
        return self.tables[0].first


@dataclass(frozen=True)
class Content:
    """The whole report. ``number``: its version; ``made_on``: the day on which the numbers were taken."""

    title: str
    organisation: str
    scope: str
    department: str
    period: str
    period_code: str
    before: str
    number: int
    made_on: date
    sha256: str
    draft: bool
    chapters: tuple[Chapter, ...]
    figures: tuple[Figure, ...]
    annexes: tuple[Annex, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def summary(self) -> tuple[Figure, ...]:
        """The figures of the first page."""
        known = {figure.key: figure for figure in self.figures}
        return tuple(known[key] for key in SUMMARY if key in known)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was counted in the period."""
        return all(chapter.is_empty for chapter in self.chapters)

    def annex_of(self, table: Table) -> Annex | None:
        """Return the annex that shows a table of a chapter on paper."""
        return next((annex for annex in self.annexes if (annex.by, annex.first) == (table.by, table.first)), None)

    @property
    def reference(self) -> str:
        """How each page of paper names it."""
        return f"{self.period_code} · v{self.number} · {self.sha256[:12]}"


def say(amount: int | None, unit: Unit) -> str:
    """Return an amount as it is read in French: ``1 234``, ``12,5 %``, ``1 234,56 €``; « – » when there is none."""
    if amount is None:
        return NOTHING
    if unit is Unit.CENTS:
        return euros(amount)
    if not unit.decimals:
        return grouped(amount)
    whole, rest = divmod(abs(amount), 10**unit.decimals)
    text = f"{MINUS if amount < 0 else ''}{grouped(whole)},{rest:0{unit.decimals}d}"
    if unit is Unit.DAYS:
        return f"{text.removesuffix(',0')}{SPACE}j"
    return f"{text}{SPACE}%" if unit is Unit.PERCENT else text


def say_change(difference: int, unit: Unit) -> str:
    """Return a difference as it is read, with its sign; two percentages differ by points, not by a percentage.

    >>> say_change(25, Unit.PERCENT)
    '+2,5\\xa0points'
    """
    text = say(difference, unit)
    if unit is Unit.PERCENT:
        text = f"{text.removesuffix('%')}point{'s' if abs(difference) >= 20 else ''}"
    return f"+{text}" if difference > 0 else text


def drawn(
    title: str, by: str, rows: Sequence[tuple[str, tuple[int | None, ...]]], unit: Unit, form: Format = PAPER
) -> Chart | None:
    """Return the chart of the first column of a table, when it has as many rows as a chart shows well."""
    known = [(label, amounts[0]) for label, amounts in rows if amounts[0] is not None]
    if not FEWEST <= len(known) <= MOST or len(known) < len(rows) or any(amount < 0 for _, amount in known):
        return None
    points = [(label, amount, say(amount, unit)) for label, amount in known]
    return columns(title, points, form) if by == "month" else bars(title, points, form)


def plain_spaces(text: str) -> str:
    """Return a text with the space that every font has in place of the narrow one."""
    return text.replace(NARROW_SPACE, SPACE)
