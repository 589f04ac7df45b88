"""A civil year, and a fiscal year, on the calendar of the association (Europe/Paris), and the instants at its ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone

from payments.exercise import Exercise, exercise_ending_in, exercise_of
from payments.models import AccountingSettings

FIRST_YEAR = 2000


def after(day: date) -> datetime:
    """Return the first instant that is no longer of this day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def last_day(year: int) -> date:
    """Return 31 December."""
    return date(year, 12, 31)


def end_of(year: int, *, today: date | None = None) -> date:
    """Return the last day of a year that is over, else today."""
    return min(last_day(year), today or timezone.localdate())


def known_year(year: int) -> int:
    """Return a year of which there may be papers.

    Raises:
        Http404: for a year to come, or of another century.
    """
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    return year


def exercise_at(day: date) -> Exercise:
    """Return the fiscal year of a day, by the month that is set."""
    return exercise_of(day, first_month=AccountingSettings.current().first_month)


def known_exercise(year: int) -> Exercise:
    """Return the fiscal year that ends in a civil year, and has begun.

    Raises:
        Http404: for one to come, or of another century.
    """
    if not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise Http404
    found = exercise_ending_in(year, first_month=AccountingSettings.current().first_month)
    if found.starts_on > timezone.localdate():
        raise Http404
    return found


def of_year(year: int) -> dict[str, Any]:
    """Return what every page of a civil year shows in its tabs; the fiscal year is the one of its last day."""
    return {"year": year, "exercise": exercise_at(end_of(year))}


def of_exercise(exercise: Exercise) -> dict[str, Any]:
    """Return the same for a page of a fiscal year: its tabs lead to the civil year that it ends in, or that lasts."""
    today, first = timezone.localdate(), AccountingSettings.current().first_month
    following = exercise_ending_in(exercise.year + 1, first_month=first)
    return {
        "year": min(exercise.year, today.year),
        "exercise": exercise,
        "earlier": exercise_ending_in(exercise.year - 1, first_month=first),
        "later": following if following.starts_on <= today else None,
    }
