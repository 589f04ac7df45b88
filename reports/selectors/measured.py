"""Indicators measured for a page: kept while nothing that they are measured from has changed.

A report never reads these: it measures, and freezes what it found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone

from association.models import FieldChange, TransitionLog
from payments.models import Allocation, DueLine
from reports.indicators import Facts, Measure, Scope, indicator
from reports.periods import Period

KEPT_SECONDS = 15 * 60


def measured(scope: Scope, period: Period, keys: Collection[str], *, stamp: str) -> dict[str, Measure]:
    """Return the measures of these indicators.

    Args:
        stamp: `stamp_of_the_data`, asked for once by a page that measures several periods.
    """
    name = name_kept("measured", stamp, scope.department, period.code, *sorted(keys))
    found: dict[str, Measure] | None = cache.get(name)
    if found is None:
        facts = Facts(scope, period)
        found = {key: indicator(key).compute(facts) for key in keys}
        cache.set(name, found, KEPT_SECONDS)
    return found


def name_kept(*parts: str) -> str:
    """Return under which name something is kept: other parts, other name. All that it depends on is a part of it."""
    return f"reports.{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


def stamp_of_the_data() -> str:
    """Return what changes with every change of a state, of a field that matters, and of the ledger; and with the day.

    These four tables are only ever added to, and no service writes without a row in one of them.
    """
    last = [
        model._default_manager.aggregate(last=Max("pk"))["last"]
        for model in (TransitionLog, FieldChange, DueLine, Allocation)
    ]
    return "|".join(map(str, (timezone.localdate().isoformat(), *last)))
