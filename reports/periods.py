"""Civil periods of a report: month, quarter, half-year, year, or any range of days. Pure: no Django, no database.

A period is known by its days alone: the due date of the next one never follows from when the last report was made.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from association.pdf.text import MONTHS

HOW = "2026-10 (mois), 2026-T3 (trimestre), 2026-S1 (semestre), 2026 (année) ou 2026-01-15..2026-03-31"
ORDINALS = ("1er", "2e", "3e", "4e")
LONGEST_YEARS = 10
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Rhythm(IntEnum):
    """How many months a period of the calendar has."""

    MONTH = 1
    QUARTER = 3
    HALF = 6
    YEAR = 12

    def period_of(self, day: date) -> Period:
        """Return the period of this rhythm that a day lies in; the first one begins on 1 January."""
        first = date(day.year, (day.month - 1) // self * self + 1, 1)
        return Period(first, _last_of_month(_months_after(first, self - 1)))

    def before(self, period: Period) -> Period:
        """Return the period of this rhythm that ends before another one begins."""
        return self.period_of(period.first - timedelta(days=1))

    def after(self, period: Period) -> Period:
        """Return the period of this rhythm that begins after another one ends."""
        return self.period_of(period.last + timedelta(days=1))


@dataclass(frozen=True, order=True)
class Period:
    """From ``first`` to ``last``, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("La fin de la période précède son début.")

    @property
    def rhythm(self) -> Rhythm | None:
        """Which period of the calendar it is; None for any other range."""
        return next((rhythm for rhythm in Rhythm if rhythm.period_of(self.first) == self), None)

    @property
    def code(self) -> str:
        """How it is typed and stored.

        >>> Period(date(2026, 7, 1), date(2026, 9, 30)).code
        '2026-T3'
        """
        year, number = self.first.year, self.first.month
        match self.rhythm:
            case Rhythm.MONTH:
                return f"{year}-{number:02d}"
            case Rhythm.QUARTER:
                return f"{year}-T{number // 3 + 1}"
            case Rhythm.HALF:
                return f"{year}-S{number // 6 + 1}"
            case Rhythm.YEAR:
                return f"{year}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def in_words(self) -> str:
        """How it is read: « 3e trimestre 2026 », « du 15/01/2026 au 31/03/2026 »."""
        year, number = self.first.year, self.first.month
        match self.rhythm:
            case Rhythm.MONTH:
                return f"{MONTHS[number - 1]} {year}"
            case Rhythm.QUARTER:
                return f"{ORDINALS[number // 3]} trimestre {year}"
            case Rhythm.HALF:
                return f"{ORDINALS[number // 6]} semestre {year}"
            case Rhythm.YEAR:
                return f"année {year}"
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"

    @property
    def year_before(self) -> Period:
        """The same days of the year before; a 29 February becomes the 28th, the end of a month stays one."""
        last = _a_year_earlier(self.last)
        if self.last == _last_of_month(self.last):
            last = _last_of_month(last)
        return Period(_a_year_earlier(self.first), last)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month that it touches."""
        return tuple(self._months())

    def _months(self) -> Iterator[date]:
        month = self.first.replace(day=1)
        while month <= self.last:
            yield month
            month = _months_after(month, 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def parse(text: str) -> Period:
    """Read a period as somebody typed it.

    Raises:
        ValueError: with a French sentence that says how periods are written.
    """
    typed = text.strip().upper()
    if any(not FIRST_YEAR <= int(year) <= LAST_YEAR for year in re.findall(r"(?<!\d)\d{4}(?!\d)", typed)):
        raise ValueError(f"L’année d’une période se place entre {FIRST_YEAR} et {LAST_YEAR}.")
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{2})", typed):
            return Rhythm.MONTH.period_of(date(int(found[1]), int(found[2]), 1))
        if found := re.fullmatch(r"(\d{4})-?([TS])([1-4])", typed):
            rhythm = Rhythm.QUARTER if found[2] == "T" else Rhythm.HALF
            return rhythm.period_of(date(int(found[1]), (int(found[3]) - 1) * rhythm + 1, 1))
        if re.fullmatch(r"\d{4}", typed):
            return Rhythm.YEAR.period_of(date(int(typed), 1, 1))
        if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", typed):
            return Period(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    except ValueError as error:
        raise ValueError(f"«\u00a0{text}\u00a0» n’est pas une période : {_why(error)} Écrivez {HOW}.") from None
    raise ValueError(f"«\u00a0{text}\u00a0» n’est pas une période. Écrivez {HOW}.")


def _why(error: ValueError) -> str:
    return str(error) if str(error).startswith("La fin") else "cette date n’existe pas."


def months_later(day: date, count: int) -> date:
    """Return the same day of the month ``count`` months later (or earlier, below zero), or that month's last day."""
    month = _months_after(day.replace(day=1), count)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_after(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _a_year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))
