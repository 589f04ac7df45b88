"""Pieces of French sentences."""

import calendar
import datetime as dt
from collections.abc import Iterable

LAW = "Article L. 1411-11-1 du code de la santé publique"
ARS_NOTE = "Note de l’ARS sur les équipes de soins primaires"
LEAFLET = "Plaquette régionale ESP CLAP"
ESS_PAGE = "Page de l’URPS sur les équipes de soins spécialisés"
HOUSE = "Règle de l’association"
ETP_LAW = "Article L. 1161-2 du code de la santé publique"


def day(date: dt.date) -> str:
    """Write a date as the screens do.

    >>> day(dt.date(2026, 3, 1))
    '01/03/2026'
    """
    return f"{date:%d/%m/%Y}"


def listed(words: Iterable[str]) -> str:
    """Join words as French does.

    >>> listed(["a", "b", "c"])
    'a, b et c'
    """
    *first, last = words
    return f"{', '.join(first)} et {last}" if first else last


def months_after(date: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or that month's last day when it has no such day."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return date.replace(year=year, month=month + 1, day=min(date.day, calendar.monthrange(year, month + 1)[1]))
