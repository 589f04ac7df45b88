"""The calendar: what ends or falls due, of all floors, in the scope of a user."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import QuerySet
from django.utils import timezone

from association.models import CalendarKey, User
from association.registries import DueDate, due_dates

# What was due longer ago than this is no longer told: nobody will do it.
LATE_DAYS = 730
# Teams named at once in a day's cell, for each thing that happens.
SHOWN = 4


@dataclass(frozen=True)
class Due:
    """A due date with its kind: the code that stands in addresses, and its name."""

    kind: str
    label: str
    date: DueDate
    is_late: bool
    days_late: int


@dataclass(frozen=True)
class SameDay:
    """What happens on a day to several teams alike: the first few, and the others."""

    title: str
    kind: str
    is_late: bool
    shown: tuple[Due, ...]
    others: tuple[Due, ...]


@dataclass(frozen=True)
class Day:
    """A day of the month's grid, or of the weeks that it begins and ends in."""

    day: date
    in_month: bool
    is_today: bool
    groups: tuple[SameDay, ...]


def due_kinds(user: User) -> list[tuple[str, str]]:
    """Return what the role may see of the calendar: (code, name)."""
    return [(name, due_dates[name].label) for name in due_dates.names() if user.has_perm(due_dates[name].permission)]


def due_between(user: User, first: date, last: date, *, kind: str = "", only_mine: bool = False) -> list[Due]:
    """Return what falls on the days from first to last, by day; a number of queries that the rows do not change.

    Args:
        kind: one of `due_kinds`; empty: all.
        only_mine: what is the user's own turn.
    """
    today = timezone.localdate()
    found = []
    for code, label in due_kinds(user):
        if kind not in ("", code):
            continue
        for due in due_dates[code].find(user, first, last):
            if not only_mine or user.pk in due.people:
                late = max((today - due.day).days, 0) if due.awaited else 0
                found.append(Due(code, label, due, bool(late), late))
    return sorted(found, key=lambda one: (*_alike(one), one.date.subject, one.date.uid))


def due_and_late(
    user: User, first: date, last: date, *, kind: str = "", only_mine: bool = False
) -> tuple[list[Due], list[Due]]:
    """Return what falls on these days, and what was due before today and is still to be done, the oldest first.

    Both are read at once: what is late is most often asked for together with the days around today.
    """
    today = timezone.localdate()
    oldest, newest = today - timedelta(LATE_DAYS), today - timedelta(1)
    dues = due_between(user, min(first, oldest), max(last, newest), kind=kind, only_mine=only_mine)
    shown = [due for due in dues if first <= due.date.day <= last]
    return shown, [due for due in dues if due.is_late and oldest <= due.date.day]


def month_days(month: date) -> list[date]:
    """Return the days of the weeks that a month lies in, from a Monday to a Sunday."""
    return list(calendar.Calendar().itermonthdates(month.year, month.month))


def month_of(dues: Sequence[Due], month: date) -> list[Day]:
    """Return the grid of a month, with what falls on each day."""
    by_day: dict[date, list[SameDay]] = {}
    for (day, title, is_late, kind), alike in groupby(dues, key=_alike):
        found = tuple(alike)
        by_day.setdefault(day, []).append(SameDay(title, kind, is_late, found[:SHOWN], found[SHOWN:]))
    today = timezone.localdate()
    return [Day(day, day.month == month.month, day == today, tuple(by_day.get(day, ()))) for day in month_days(month)]


def _alike(due: Due) -> tuple[date, str, bool, str]:
    return due.date.day, due.date.title, due.is_late, due.kind


def keys_of(user: User) -> QuerySet[CalendarKey]:
    """Return the devices that read the calendar of an account now, the newest first."""
    return CalendarKey.objects.filter(user=user, revoked_at=None)
