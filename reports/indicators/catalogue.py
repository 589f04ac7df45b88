"""All indicators, in the order in which a report shows them."""

from __future__ import annotations

from collections.abc import Mapping

from reports.indicators import (
    activity,
    ceilings,
    concertation,
    conventions,
    grants,
    left_out,
    money,
    path,
    people,
    reviews,
    teams,
    territory,
)
from reports.indicators.facts import Facts
from reports.indicators.model import Indicator, Measure, Section
from reports.indicators.scope import Scope
from reports.periods import Period

INDICATORS: Mapping[str, Indicator] = {
    found.key: found
    for module in (
        teams,
        path,
        people,
        territory,
        conventions,
        activity,
        concertation,
        reviews,
        money,
        left_out,
        ceilings,
        grants,
    )
    for found in module.INDICATORS
}
OF_SECTION: Mapping[Section, tuple[Indicator, ...]] = {
    section: tuple(found for found in INDICATORS.values() if found.section is section) for section in Section
}


def indicator(key: str) -> Indicator:
    """Return the indicator of a key.

    Raises:
        LookupError: when there is none; a typing mistake must not read as "nothing".
    """
    try:
        return INDICATORS[key]
    except KeyError:
        raise LookupError(f"no indicator is called {key!r}") from None


def measure(scope: Scope, period: Period) -> dict[str, Measure]:
    """Return what every indicator gives, by its key, in a number of queries that the region's size does not change."""
    facts = Facts(scope, period)
    return {key: found.compute(facts) for key, found in INDICATORS.items()}
