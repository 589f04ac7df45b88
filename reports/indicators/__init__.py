"""The indicators of a report: each defined once, measured on the facts of a scope and a period."""

from reports.indicators.catalogue import INDICATORS, OF_SECTION, indicator, measure
from reports.indicators.facts import Facts
from reports.indicators.model import Cut, Indicator, Measure, Row, Section, Unit
from reports.indicators.scope import Scope

__all__ = [
    "INDICATORS",
    "OF_SECTION",
    "Cut",
    "Facts",
    "Indicator",
    "Measure",
    "Row",
    "Scope",
    "Section",
    "Unit",
    "indicator",
    "measure",
]
