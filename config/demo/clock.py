"""The demo's own clock: it lives the months of the past on the days on which an office does.

The services take no instant, so that nobody can give a bon à payer for last month. The demo, which retraces two months
through the same services, goes to their days instead: all that is dated, entries and papers of the year included, then
agrees. The rest of the process keeps its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

from config.demo.span import at

_moment: ContextVar[datetime | None] = ContextVar("moment of the demo", default=None)


@contextmanager
def living_on(day: date, hour: int = 9) -> Iterator[None]:
    """Make it an hour of a day, in Paris, for the thread that asks.

    Args:
        hour: of the clock, 0 to 23.
    """
    real = timezone.now
    token = _moment.set(at(day, hour))

    def now() -> datetime:
        return _moment.get() or real()

    timezone.now = now
    try:
        yield
    finally:
        timezone.now = real
        _moment.reset(token)
