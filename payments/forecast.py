"""What a grant may still cost, and what it will have cost at its end. Pure: no database, no clock.

docs/payment-rules.md, "Grants", says both in words; the page of a grant shows the same sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from payments.pricing.facts import ConventionFacts

PACE_MONTHS = 3


@dataclass(frozen=True)
class Window:
    """Days of one civil year, both included, in which a convention may still cost something."""

    first: date
    last: date

    @property
    def year(self) -> int:
        return self.first.year


@dataclass(frozen=True)
class Pace:
    """What one type of action cost in the months looked at, and what it would cost in those to come (cents)."""

    action_type: str
    seen_cents: int
    ahead_cents: int


@dataclass(frozen=True)
class Forecast:
    """What will be due at the end of the period, with all that it was worked out from; in cents.

    ``months``: the first days of those looked at, the oldest first; ``months_ahead``: how many are to come.
    ``is_capped``: the pace would have given more than the signed conventions may still cost.
    """

    due_cents: int
    paces: tuple[Pace, ...]
    months: tuple[date, ...]
    months_ahead: int
    ahead_cents: int
    is_capped: bool

    @property
    def total_cents(self) -> int:
        return self.due_cents + self.ahead_cents


def windows(first: date, last: date, *, day: date) -> Iterator[Window]:
    """Yield what is left of a period from ``day`` on, one civil year after the other."""
    first = max(first, day)
    for year in range(first.year, last.year + 1):
        window = Window(max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))
        if window.first <= window.last:
            yield window


def ceiling_within(conventions: Iterable[ConventionFacts], window: Window) -> int:
    """Return the highest ceiling that a team has on a day of the window, as amended then; 0 when none is in force."""
    return max((_ceiling(convention, window) for convention in conventions), default=0)


def _ceiling(convention: ConventionFacts, window: Window) -> int:
    # In force from one of these days on, or on none; its terms change on one of them.
    starts = [window.first, convention.effective_on]
    starts += [suspension.end for suspension in convention.suspensions]
    starts += [terms.effective_on for terms in convention.terms]
    days = [day for day in starts if day and window.first <= day <= window.last and convention.in_force(day)]
    return max((convention.terms_on(day).ceiling_cents for day in days), default=0)


def committed(
    teams: Mapping[int, Sequence[ConventionFacts]], used: Mapping[tuple[int, int], int], ahead: Iterable[Window]
) -> int:
    """Return what signed conventions may still cost: of each team and civil year, what its ceiling leaves (cents).

    Args:
        used: (team, civil year) -> cents that are due already.
        ahead: the days that are to come, by civil year.
    """
    return sum(
        max(0, ceiling_within(conventions, window) - used.get((team, window.year), 0))
        for window in ahead
        for team, conventions in teams.items()
    )


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from that of ``first`` to that of ``last``, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month
    numbers = (first.year * 12 + first.month - 1 + step for step in range(count + 1))
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def foresee(
    cents: Mapping[tuple[date, str], int], *, months: Sequence[date], months_ahead: int, due_cents: int, most: int
) -> Forecast:
    """Return what will be due at the end: what is, and the mean of the months looked at for each month to come.

    Args:
        cents: (first day of the month of the action, type) -> what is due, in cents.
        months: those looked at.
        most: what signed conventions may still cost; the pace never gives more.
    """
    by_type: dict[str, int] = defaultdict(int)
    for (month, action_type), amount in cents.items():
        if month in months:
            by_type[action_type] += amount
    count = len(months)
    paces = tuple(
        # To the nearest cent, one half up.
        Pace(action_type, seen, (2 * max(0, seen) * months_ahead + count) // (2 * count))
        for action_type, seen in sorted(by_type.items())
    )
    ahead = sum(pace.ahead_cents for pace in paces)
    return Forecast(due_cents, paces, tuple(months), months_ahead, min(ahead, most), ahead > most)
