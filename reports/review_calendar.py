"""When a review is due and when its team is reminded. Pure.

The reminders hang on the due date alone, so that they never drift.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# Forms go out in January; a machine that slept catches up until then. Later somebody asks for one by hand.
LAST_OPENING_MONTH = 6
LEAST_NOTICE = timedelta(days=21)  # for a review that is asked for, or handed back, late


@dataclass(frozen=True)
class Plan:
    """The settings: the due day of the year that follows, and the reminders in days."""

    due_month: int
    due_day: int
    remind_before_days: int
    remind_every_days: int
    remind_times: int


def year_to_review(today: date) -> int | None:
    """Return the year whose reviews go out by themselves on a day, or None outside that season."""
    return today.year - 1 if today.month <= LAST_OPENING_MONTH else None


def due_date(year: int, plan: Plan, *, asked_on: date) -> date:
    """Return when the review of a year is due: the day of the settings, or three weeks after it was asked for.

    >>> due_date(2025, Plan(2, 31, 15, 15, 3), asked_on=date(2026, 1, 2))
    datetime.date(2026, 2, 28)
    """
    last = calendar.monthrange(year + 1, plan.due_month)[1]
    return max(date(year + 1, plan.due_month, min(plan.due_day, last)), asked_on + LEAST_NOTICE)


def reminder_days(due_on: date, plan: Plan) -> Iterator[date]:
    """Yield the days of the reminders of a review, in order: one before its due date, some after it."""
    if plan.remind_before_days:
        yield due_on - timedelta(days=plan.remind_before_days)
    for number in range(1, plan.remind_times + 1):
        yield due_on + timedelta(days=number * plan.remind_every_days)


def reminder_due(due_on: date, plan: Plan, *, asked_on: date, done_for: date | None, today: date) -> date | None:
    """Return the day of the reminder that is to be sent now, or None.

    Of several that a machine slept through only the last is sent. One planned for the day of the request or before is
    left out: the request itself says it.
    """
    passed = [day for day in reminder_days(due_on, plan) if asked_on < day <= today]
    return passed[-1] if passed and (done_for is None or passed[-1] > done_for) else None
