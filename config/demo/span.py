"""The months of the demo: which ones, and what the office has done with each."""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

WITH_REAL_RUNS = 3  # the last months are paid, or will be, by the services and not loaded as already paid
HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})


def shift(month: date, count: int) -> date:
    """Return the first day of the month ``count`` months away."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def at(day: date, hour: int = 9) -> datetime:
    """Return an instant of a day, in Paris."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def between(rng: random.Random, first: date, last: date) -> date:
    """Draw a day between two days, both included; the first one when they are in the wrong order."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def office_days(first: date, last: date) -> list[date]:
    """Return the days between two days, both included, without weekends and fixed holidays."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS]


@dataclass(frozen=True)
class Span:
    """``count`` full months, the last one being ``last``.

    The last month waits for its run; the two before it are paid by the services; all older ones are loaded as paid.
    """

    last: date
    count: int

    @property
    def first(self) -> date:
        return shift(self.last, 1 - self.count)

    @property
    def months(self) -> list[date]:
        return [shift(self.first, n) for n in range(self.count)]

    @property
    def opening(self) -> list[date]:
        """The months loaded as already paid."""
        return self.months[:-WITH_REAL_RUNS]

    @property
    def settled(self) -> list[date]:
        """The months that the services prepare, approve, export and settle."""
        return self.months[-WITH_REAL_RUNS:-1]

    @property
    def end(self) -> date:
        """The last day of the last month."""
        return last_day(self.last)

    @property
    def middle(self) -> date:
        """A month in the middle, the first day of it."""
        return shift(self.first, self.count // 2)
