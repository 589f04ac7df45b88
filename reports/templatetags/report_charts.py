"""The charts and maps of a report on its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from reports.document.changes import Changes, changes_said
from reports.document.charts import Chart
from reports.document.maps import Map
from reports.document.svg import map_svg, svg

register = template.Library()


@register.filter
def as_svg(chart: Chart) -> SafeString:
    """Return a chart as a picture within the page."""
    return svg(chart)


@register.filter
def as_map(drawn: Map) -> SafeString:
    """Return a map as a picture within the page."""
    return map_svg(drawn)


@register.filter
def in_words(changes: dict[str, Any]) -> Changes | None:
    """Return what a version keeps of its changes as it is read."""
    return changes_said(changes)
