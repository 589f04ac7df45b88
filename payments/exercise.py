"""The fiscal year (« exercice ») of the association. Pure: twelve months from a month that is a setting.

It is named by the civil year in which it ends. Statements and the DAS2 stay with the civil year, as the tax office
asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Exercise:
    """A fiscal year, its first and its last day included."""

    starts_on: date
    ends_on: date

    @property
    def year(self) -> int:
        """The civil year in which it ends."""
        return self.ends_on.year

    @property
    def is_civil(self) -> bool:
        """Whether it is a civil year."""
        return self.starts_on.year == self.year

    @property
    def name(self) -> str:
        """``2026``, or ``2026-2027`` when it lies in two civil years."""
        return f"{self.year}" if self.is_civil else f"{self.starts_on.year}-{self.year}"

    @property
    def next_day(self) -> date:
        """The first day of the one that follows."""
        return self.ends_on + timedelta(days=1)


def exercise_ending_in(year: int, *, first_month: int) -> Exercise:
    """Return the fiscal year that ends in a civil year.

    Args:
        first_month: the month in which each begins, 1 to 12.
    """
    starts_on = date(year if first_month == 1 else year - 1, first_month, 1)
    following = date(starts_on.year + 1, first_month, 1)
    return Exercise(starts_on, following - timedelta(days=1))


def exercise_of(day: date, *, first_month: int) -> Exercise:
    """Return the fiscal year of a day."""
    found = exercise_ending_in(day.year, first_month=first_month)
    return found if day <= found.ends_on else exercise_ending_in(day.year + 1, first_month=first_month)
