"""The calendar as other programs read it (RFC 5545). Pure: a list in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from association.selectors.calendar import Due

# How often a program should ask again.
REFRESH = timedelta(hours=6)


def feed(dues: Iterable[Due], *, name: str, site: str, at: datetime) -> bytes:
    """Return the events as whole days, each under a name that stays.

    What leaves the site is the kind of event and the name of the team or month; never a person or an amount.

    Args:
        site: the address of the site, with which links begin.
        at: when the feed was made.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//ESP CLAP//calendrier//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    host = urlsplit(site).hostname or "localhost"
    for due in dues:
        calendar.add_component(_event(due, host, site.rstrip("/"), at))
    return bytes(calendar.to_ical())


def _event(due: Due, host: str, site: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{due.date.uid}@{host}")
    event.add("dtstamp", at)
    event.add("dtstart", due.date.day)
    event.add("dtend", due.date.day + timedelta(days=1))
    late = "En retard : " if due.is_late else ""
    event.add("summary", f"{late}{due.date.title} – {due.date.subject}")
    event.add("categories", [due.label])
    event.add("url", f"{site}{due.date.url}")
    event.add("transp", "TRANSPARENT")
    return event
