"""The days on which banks settle transfers: TARGET2 is closed at weekends and on six days of the year (ECB)."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5
FIXED = {(1, 1): "le 1er janvier", (5, 1): "le 1er mai", (12, 25): "Noël", (12, 26): "le 26 décembre"}


def easter(year: int) -> date:
    """Return Easter Sunday (Gregorian calendar; Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def why_closed(day: date) -> str:
    """Return why banks settle nothing on a day, in French: "un samedi", "Noël"; nothing on a business day.

    >>> why_closed(date(2026, 4, 3))
    'le Vendredi saint'
    """
    moved = {
        easter(day.year) - timedelta(days=2): "le Vendredi saint",
        easter(day.year) + timedelta(days=1): "le lundi de Pâques",
    }
    if name := FIXED.get((day.month, day.day)) or moved.get(day):
        return name
    if day.weekday() >= SATURDAY:
        return "un samedi" if day.weekday() == SATURDAY else "un dimanche"
    return ""


def business_day_from(day: date) -> date:
    """Return the day itself when banks work on it, else the next on which they do."""
    while why_closed(day):
        day += timedelta(days=1)
    return day


def next_business_day(day: date) -> date:
    """Return the first business day after a day."""
    return business_day_from(day + timedelta(days=1))
