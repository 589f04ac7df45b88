"""What an indicator is, and what measuring it gives. Pure: integers in, integers out, nothing is read here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

HIDDEN_BELOW = 5  # people; a smaller group could be recognised
KeyT = TypeVar("KeyT", bound=Hashable)


class Unit(StrEnum):
    """What a value counts. A value is an integer of the unit's smallest part: no float is stored or compared."""

    TEAMS = "teams"
    PEOPLE = "people"
    COUNT = "count"
    CENTS = "cents"
    DAYS = "days"
    MEAN = "mean"
    PERCENT = "percent"

    @property
    def decimals(self) -> int:
        """How many decimals the integer carries: 1 for tenths of days and per cent, 2 for cents and means."""
        return {"cents": 2, "mean": 2, "days": 1, "percent": 1}.get(self.value, 0)

    @property
    def label(self) -> str:
        """How the unit is called."""
        return {
            "teams": "équipes",
            "people": "personnes",
            "count": "nombre",
            "cents": "euros",
            "days": "jours",
            "mean": "moyenne",
            "percent": "%",
        }[self.value]


class Section(StrEnum):
    """The chapters of a report, in their usual order."""

    TEAMS = "teams"
    PATH = "path"
    PEOPLE = "people"
    TERRITORY = "territory"
    CONVENTIONS = "conventions"
    ACTIVITY = "activity"
    CONCERTATION = "concertation"
    REVIEWS = "reviews"
    MONEY = "money"
    CEILING = "ceiling"
    GRANT = "grant"

    @property
    def heading(self) -> str:
        """The heading of the chapter."""
        return {
            "teams": "Équipes",
            "path": "Délais et dossiers en attente",
            "people": "Professionnels",
            "territory": "Territoire couvert",
            "conventions": "Conventions",
            "activity": "Actions",
            "concertation": "Réunions de concertation",
            "reviews": "Bilans annuels et objectifs",
            "money": "Indemnités",
            "ceiling": "Plafonds des équipes",
            "grant": "Dotation FIR",
        }[self.value]


@dataclass(frozen=True)
class Row:
    """One line of a cut. ``value`` None: hidden, because it is of fewer people than `HIDDEN_BELOW`, or not known."""

    key: str
    label: str
    value: int | None


@dataclass(frozen=True)
class Cut:
    """A value broken down.

    Attributes:
        by: code of what it is broken down by; ``label``: the same after « par ».
        sums: the rows add up to the value of the indicator.
        unit: of the rows, when it is not that of the indicator.
        hides: small groups are hidden in it.
    """

    by: str
    label: str
    rows: tuple[Row, ...]
    sums: bool = True
    unit: Unit | None = None
    hides: bool = False


@dataclass(frozen=True)
class Measure:
    """What an indicator gives for a scope and a period; ``value`` None: there is nothing to compute it from."""

    value: int | None
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One number of the report, defined once.

    Attributes:
        key: names it for ever, in snapshots and files.
        name, definition: what it is, in French; ``source``: where its numbers come from.
        compute: facts of a scope and a period -> measure. It asks no database: the facts have been read.
    """

    key: str
    section: Section
    name: str
    definition: str
    unit: Unit
    source: str
    compute: Callable[[Facts], Measure]


def mean(total: int, count: int, unit: Unit = Unit.MEAN) -> int | None:
    """Return a quotient in the unit's smallest part, halves rounded up; None of nothing."""
    if not count:
        return None
    scale = 100 * 10**unit.decimals if unit is Unit.PERCENT else 10**unit.decimals
    return (2 * total * scale + count) // (2 * count)


def quantile(counts: Mapping[int, int], part: int, parts: int) -> int | None:
    """Return a quantile in tenths, of values given with how often each occurs; None of nothing.

    Linear between the two neighbours, as spreadsheets do (``QUARTILE.INC``); halves of a tenth rounded up.
    """
    total = sum(counts.values())
    if not total:
        return None
    place, rest = divmod((total - 1) * part, parts)
    low, high = _at(counts, place), _at(counts, min(place + 1, total - 1))
    return (2 * 10 * (low * (parts - rest) + high * rest) + parts) // (2 * parts)


def _at(counts: Mapping[int, int], place: int) -> int:
    """Return the value at a place (from 0) in the order of the values."""
    for value in sorted(counts):
        place -= counts[value]
        if place < 0:
            return value
    raise IndexError(place)


def spread(counts: Mapping[int, int]) -> Measure:
    """Return the median of days, and beside it the quartiles and how many there are."""
    total = sum(counts.values())
    return Measure(
        quantile(counts, 1, 2),
        (
            Cut(
                "quartiles",
                "Répartition",
                (
                    Row("q1", "Premier quartile", quantile(counts, 1, 4)),
                    Row("median", "Médiane", quantile(counts, 1, 2)),
                    Row("q3", "Troisième quartile", quantile(counts, 3, 4)),
                )
                if total
                else (),
                sums=False,
            ),
        ),
    )


def cut(
    by: str,
    label: str,
    counts: Mapping[KeyT, int],
    labels: Mapping[KeyT, str] | Callable[[KeyT], str],
    *,
    order: Iterable[KeyT] | None = None,
    sums: bool = True,
    unit: Unit | None = None,
    zeros: bool = False,
) -> Cut:
    """Return a cut with the rows in ``order`` (that of the labels by default); rows of zero only with ``zeros``."""

    def named(key: KeyT) -> str:
        return labels(key) if callable(labels) else labels.get(key, str(key))

    keys: Sequence[KeyT] = list(order) if order is not None else sorted(counts, key=lambda key: (named(key), str(key)))
    rows = tuple(Row(str(key), named(key), counts.get(key, 0)) for key in keys if zeros or counts.get(key, 0))
    return Cut(by, label, rows, sums=sums, unit=unit)


def small_together(counts: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Return the groups of `HIDDEN_BELOW` people or more, and how many people the others have together.

    Where the others are few, the smallest of the large groups joins them: the whole is told beside, and what is hidden
    would come out of it by a subtraction.
    """
    large = {code: count for code, count in counts.items() if count >= HIDDEN_BELOW}
    small = sum(counts.values()) - sum(large.values())
    if 0 < small < HIDDEN_BELOW and large:
        small += large.pop(min(large, key=lambda code: (large[code], code)))
    return large, small


def hide_small(counts: Mapping[str, int], labels: Mapping[str, str], *, prefix: str, name: str) -> list[Row]:
    """Return the groups of one team as rows, those of fewer than `HIDDEN_BELOW` people drawn together as « autres ».

    Drawn together, their sum does not say which professions they are.
    """
    large, small = small_together(counts)
    ordered = [code for code in labels if code in large]
    rows = [Row(f"{prefix}:{code}", f"{name} – {labels[code]}", large[code]) for code in ordered]
    if small:
        shown = small if small >= HIDDEN_BELOW else None
        rows.append(Row(f"{prefix}:autres", f"{name} – autres professions", shown))
    return rows


def rolled_up(counts: Mapping[Any, int], place: int) -> Counter[Any]:
    """Add counts up by one part of their keys."""
    found: Counter[Any] = Counter()
    for key, count in counts.items():
        found[key[place]] += count
    return found
