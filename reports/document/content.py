"""What a report says, drawn from a frozen version alone: one content for the page, the PDF and the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from association.money import MINUS, NARROW_SPACE, SPACE, euros, grouped
from reports.document.charts import PAPER, Chart, Format, bars, columns
from reports.document.reviews_said import ReviewsSaid, reviews_said
from reports.indicators.model import Section, Unit

if TYPE_CHECKING:
    from reports.models import ReportVersion

HIDDEN, NOTHING = "masqué", "–"
FEWEST, MOST = 2, 14  # rows of a table that a chart is drawn of
COLUMNS = 4  # of numbers, beside each other on a page
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
WITHIN = "Par équipe et profession"


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
    """Rows of a label and numbers, each column in its unit; None: hidden where the table hides, else not applicable."""

    title: str
    first: str
    heads: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    hides: bool = False
    chart: Chart | None = None

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
    """One chapter of a report; ``said``: of that of the reviews, what the teams wrote."""

    code: str
    heading: str
    text: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    said: ReviewsSaid | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was counted in it."""
        return not self.tables and not any(figure.amount for figure in self.figures)


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


def content_of(version: ReportVersion, *, draft: bool) -> Content:
    """Return the content of a version, with the words that were approved (those of today for a draft)."""
    numbers = version.numbers
    plan = version.report.plan if version.words is None else version.words
    return content_from(
        numbers,
        plan,
        number=version.number,
        made_on=version.made_on,
        sha256=version.sha256,
        draft=draft,
        changes=version.changes,
    )


def content_from(
    numbers: Mapping[str, Any],
    plan: Sequence[Mapping[str, str]],
    *,
    number: int,
    made_on: date,
    sha256: str,
    draft: bool,
    changes: Mapping[str, Any],
) -> Content:
    """Return the content of a snapshot under a plan. No database is read here."""
    scope, period = numbers["scope"], numbers["period"]
    by_section: dict[str, list[Mapping[str, Any]]] = {}
    for told in numbers["indicators"]:
        by_section.setdefault(told["section"], []).append(told)
    said = reviews_said(numbers)
    # A chapter that came later has nothing in a snapshot of before: it is left out, and not said to be empty.
    chapters = tuple(
        _chapter(part, by_section.get(part["code"], []), scope["department"], said)
        for part in plan
        if part["code"] in by_section or part.get("text", "").strip()
    )
    return Content(
        title=f"Rapport d’activité – {period['words']}",
        organisation=numbers["organisation"],
        scope=scope["name"],
        department=scope["department"],
        period=period["words"],
        period_code=period["code"],
        before=period["before"],
        number=number,
        made_on=made_on,
        sha256=sha256,
        draft=draft,
        chapters=chapters,
        figures=tuple(map(_figure, numbers["indicators"])),
        changes=changes,
    )


def _figure(told: Mapping[str, Any]) -> Figure:
    return Figure(
        told["key"],
        told["name"],
        told["definition"],
        told["source"],
        Unit(told["unit"]),
        told["value"],
        told["before"],
        told["target"],
    )


def _chapter(
    part: Mapping[str, str], told: Sequence[Mapping[str, Any]], department: str, said: ReviewsSaid | None
) -> Chapter:
    tables = [table for one in told for table in _own_tables(one)]
    if not department:
        tables += _side_by_side(told, "department", "Par département", "Département")
    tables += _side_by_side(told, "team", "Par équipe", "Équipe")
    return Chapter(
        part["code"],
        Section(part["code"]).heading,
        part.get("text", "").strip(),
        tuple(map(_figure, told)),
        tuple(tables),
        said if part["code"] == Section.REVIEWS else None,
    )


def _own_tables(told: Mapping[str, Any]) -> Iterator[Table]:
    """The cuts of one indicator but those that stand beside others."""
    for cut in told["cuts"]:
        if cut["by"] in ("department", "team") or not cut["rows"]:
            continue
        unit = Unit(cut["unit"])
        rows = tuple((label, (value,)) for _, label, value in cut["rows"])
        title = f"{told['name']} – {cut['label'][:1].lower()}{cut['label'][1:]}"
        head = told["name"] if cut["unit"] == told["unit"] else unit.label.capitalize()
        first = _capital(cut["label"].removeprefix("Par "))
        yield Table(title, first, (head,), (unit,), rows, cut["hides"], drawn(title, cut["by"], rows, unit))


def drawn(
    title: str, by: str, rows: Sequence[tuple[str, tuple[int | None, ...]]], unit: Unit, form: Format = PAPER
) -> Chart | None:
    """Return the chart of the first column of a table, when it has as many rows as a chart shows well."""
    known = [(label, amounts[0]) for label, amounts in rows if amounts[0] is not None]
    if not FEWEST <= len(known) <= MOST or len(known) < len(rows) or any(amount < 0 for _, amount in known):
        return None
    points = [(label, amount, say(amount, unit)) for label, amount in known]
    return columns(title, points, form) if by == "month" else bars(title, points, form)


def _side_by_side(told: Iterable[Mapping[str, Any]], by: str, title: str, first: str) -> Iterator[Table]:
    """The same cut of several indicators as the columns of one table, at most `COLUMNS` on a page."""
    cuts = [(one, cut) for one in told for cut in one["cuts"] if cut["by"] == by and cut["rows"]]
    for start in range(0, len(cuts), COLUMNS):
        shown = cuts[start : start + COLUMNS]
        labels = {key: label for _, cut in shown for key, label, _ in cut["rows"]}
        known = [{key: value for key, _, value in cut["rows"]} for _, cut in shown]
        none = [0 if cut["sums"] else None for _, cut in shown]
        rows = tuple(
            (labels[key], tuple(values.get(key, zero) for values, zero in zip(known, none, strict=True)))
            for key in sorted(labels)
        )
        units = tuple(Unit(cut["unit"]) for _, cut in shown)
        heads = tuple(one["name"] for one, _ in shown)
        chart = drawn(f"{heads[0]} – {title.lower()}", by, rows, units[0])
        yield Table(title, first, heads, units, rows, any(cut["hides"] for _, cut in shown), chart)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def plain_spaces(text: str) -> str:
    """Return a text with the space that every font has in place of the narrow one."""
    return text.replace(NARROW_SPACE, SPACE)
