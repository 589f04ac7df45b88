"""Indicators measured for a page: kept while nothing that they are measured from has changed.

A report never reads these: it measures, and freezes what it found.
"""

from __future__ import annotations

from collections.abc import Collection

from payments.selectors.kept import Stamp, kept
from reports.indicators import Facts, Measure, Scope, indicator
from reports.periods import Period


def measured(scope: Scope, period: Period, keys: Collection[str], *, stamp: Stamp) -> dict[str, Measure]:
    """Return the measures of these indicators.

    Args:
        stamp: `stamp_of_the_data`, asked for once by a page that measures several periods.
    """

    def measure() -> dict[str, Measure]:
        facts = Facts(scope, period)
        return {key: indicator(key).compute(facts) for key in keys}

    return kept("|".join(("indicators", scope.department, period.code, *sorted(keys))), measure, stamp=stamp)
