"""A civil year on the calendar of the association (Europe/Paris), and the instants at its ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import Http404
from django.utils import timezone

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
