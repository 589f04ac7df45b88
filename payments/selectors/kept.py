"""Numbers kept in the cache while nothing that they are summed from has changed.

They are kept under a stamp: the last rows of the tables that every write adds a row to (history of states, history of
fields, lines, allocations). These tables are append-only, and no service writes without a row in one of them, so what
was written is seen by the next visit: the stamp is another. Nothing is ever thrown away by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple, TypeVar

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from association.models import FieldChange, TransitionLog
from payments.models import Allocation, DueLine

Found = TypeVar("Found")

KEPT_SECONDS = 15 * 60
IN_PROGRESS = """
    SELECT EXISTS (
        SELECT 1 FROM pg_stat_get_activity(NULL) a
        WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
          AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


class Stamp(NamedTuple):
    """What the data are now; ``is_final``: whether what is read from now on may be kept under it."""

    text: str
    is_final: bool


def stamp_of_the_data() -> Stamp:
    """Return what changes with every change of a state, of a field that matters, and of the ledger; and with the day.

    Keys are drawn before their rows are committed: on PostgreSQL a row with a lower key than the last may still come,
    so that nothing is kept while somebody else is writing. Who was writing and has ended since is in what is read from
    now on. SQLite has one writer at a time.
    """
    logs = [
        model._default_manager.order_by("-pk").values_list("pk", "at").first() for model in (TransitionLog, FieldChange)
    ]
    last = [
        model._default_manager.order_by("-pk").values_list("pk", flat=True).first() for model in (DueLine, Allocation)
    ]
    text = "|".join(map(str, (connection.settings_dict["NAME"], timezone.localdate().isoformat(), *logs, *last)))
    return Stamp(text, not _somebody_writes())


def kept(name: str, make: Callable[[], Found], *, stamp: Stamp) -> Found:
    """Return what was kept under a name and a stamp, else what ``make`` finds.

    Args:
        name: says what is asked for, with all its arguments.
        stamp: `stamp_of_the_data`, asked for before ``make`` reads anything.
    """
    key = f"kept.{sha256(f'{name}|{stamp.text}'.encode()).hexdigest()}"
    found: Found | None = cache.get(key)
    if found is None:
        found = make()
        if stamp.is_final:
            cache.set(key, found, KEPT_SECONDS)
    return found


def _somebody_writes() -> bool:
    """Whether another transaction has written something in this database and has not ended."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else the answer is that of the first time in a transaction
        cursor.execute(IN_PROGRESS)
        return bool(cursor.fetchone()[0])
