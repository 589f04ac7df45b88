"""A chart or a map as SVG within a page: shapes with classes, so that the style sheet colours them in both themes."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.document.charts import Chart
from reports.document.maps import Map


def svg(chart: Chart) -> SafeString:
    """Return the drawing as one picture, named by its title and told by its sentence."""
    boxes = format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="{}"></rect>',
        ((_n(one.x), _n(one.y), _n(one.width), _n(one.height)) for one in chart.boxes),
    )  # fmt: skip
    lines = format_html_join(
        "", '<line x1="{}" y1="{}" x2="{}" y2="{}"></line>',
        ((_n(one.x1), _n(one.y1), _n(one.x2), _n(one.y2)) for one in chart.strokes),
    )  # fmt: skip
    words = format_html_join(
        "", '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((_n(one.x), _n(one.y), one.anchor, one.text) for one in chart.words),
    )  # fmt: skip
    return format_html(
        '<svg class="report-chart" viewBox="0 0 {} {}" font-size="{}" role="img" aria-label="{}">{}{}{}</svg>',
        _n(chart.width), _n(chart.height), _n(chart.size), f"{chart.title}. {chart.said}", lines, boxes, words,
    )  # fmt: skip


def map_svg(drawn: Map) -> SafeString:
    """Return a map as one picture, named by its title and told by its sentence."""
    areas = format_html_join(
        "", '<path class="map-shade-{}" d="{}"></path>', ((area.shade, area.path) for area in drawn.areas)
    )
    covered = format_html('<path class="map-cover" d="{}"></path>', drawn.covered) if drawn.covered else ""
    borders = format_html_join("", '<path class="map-border" d="{}"></path>', ((path,) for path in drawn.borders))
    discs = format_html_join(
        "", '<circle cx="{}" cy="{}" r="{}"></circle>',
        ((_n(disc.x), _n(disc.y), _n(disc.radius)) for disc in drawn.discs),
    )  # fmt: skip
    words = format_html_join(
        "", '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((_n(one.x), _n(one.y), one.text) for one in drawn.words),
    )  # fmt: skip
    return format_html(
        '<svg class="report-map{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>',
        "" if drawn.is_large else " report-map-small",
        drawn.width, drawn.height, drawn.said, areas, covered, borders, discs, words,
    )  # fmt: skip


def _n(number: float) -> str:
    """Write a coordinate, whatever the language of the page."""
    return f"{number:g}"
