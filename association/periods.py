"""Periods of civil days, both ends included; a side without a date is open."""

from __future__ import annotations

from datetime import date

Period = tuple[date | None, date | None]


def overlap(one: Period, other: Period) -> bool:
    """Tell whether two periods share a day.

    >>> overlap((None, date(2026, 3, 31)), (date(2026, 4, 1), None))
    False
    """
    return (one[0] or date.min) <= (other[1] or date.max) and (other[0] or date.min) <= (one[1] or date.max)


def in_words(starts_on: date | None, ends_on: date | None) -> str:
    """Return a period as a sentence says it.

    >>> in_words(date(2026, 3, 1), None)
    'depuis le 01/03/2026'
    """
    if starts_on and ends_on:
        return f"du {starts_on:%d/%m/%Y} au {ends_on:%d/%m/%Y}"
    if starts_on:
        return f"depuis le {starts_on:%d/%m/%Y}"
    return f"jusqu’au {ends_on:%d/%m/%Y}" if ends_on else "sans limite de date"


def ago(days: int) -> str:
    """Return how long ago something was, as a person says it.

    >>> ago(0), ago(1), ago(12)
    ('aujourd’hui', 'hier', 'il y a 12 jours')
    """
    return "aujourd’hui" if days <= 0 else "hier" if days == 1 else f"il y a {days} jours"
