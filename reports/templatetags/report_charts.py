"""The charts of a report on its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template
from django.utils.safestring import SafeString

from reports.document.charts import Chart
from reports.document.content import say
from reports.document.svg import svg
from reports.indicators.model import Unit

register = template.Library()


@register.filter
def as_svg(chart: Chart) -> SafeString:
    """Return a chart as a picture within the page."""
    return svg(chart)


@register.filter
def differing(changes: dict[str, Any]) -> int:
    """Return how many indicators differ from the version before."""
    return len(changes["values"])


@register.filter
def compared(changes: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the indicators that differ: name, before, now."""
    for told in changes["values"]:
        unit = Unit(told["unit"])
        yield told["name"], say(told["before"], unit), say(told["now"], unit)
