"""The teams at a glance: the board by state, and the map of the region."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from association.access import needs
from association.models import Team
from association.overview_filters import BoardFilter, MapFilter
from association.region_drawing import draw
from association.selectors.board import board
from association.selectors.region_map import SHADES, RegionMap, region_map, teams_at_work
from association.tables import AreaTable, SpotTable, on_page
from association.territory.outlines import outlines_of


@require_safe
@needs("association.view_overview")
def team_board(request: HttpRequest) -> HttpResponse:
    """Show the teams by state, those first that have been there longest."""
    found = BoardFilter(request.GET, queryset=Team.objects.visible_to(request.user), request=request)
    asked = QueryDict(mutable=True)
    asked.update({name: request.GET[name] for name in BoardFilter.base_filters if request.GET.get(name)})
    page = {"filter": found, "board": board(found.qs, user=request.user), "asked": asked}
    return render(request, "association/board.html", page)


@require_safe
@needs("association.view_overview")
def team_map(request: HttpRequest) -> HttpResponse:
    """Show where the teams are; the same in tables is a part of the page, and all of it without outlines."""
    found, region = _region(request)
    outlines = outlines_of(settings.REGION)
    by_members = request.GET.get("points") == "membres"
    has_shape = outlines is not None and any(code in outlines.communes for code in region.whole.codes)
    page = {
        "filter": found,
        "region": region,
        "drawing": draw(region, outlines, by_members=by_members) if has_shape and outlines else None,
        "by_members": by_members,
        "shades": [_shade(number) for number in range(len(SHADES))],
        "tables_url": f"{reverse('association:team_map_tables')}?{request.GET.urlencode()}",
    }
    return render(request, "association/map.html", page)


@require_safe
@needs("association.view_overview")
def team_map_tables(request: HttpRequest) -> HttpResponse:
    """Show what the map shows in tables, as a part of its page."""
    _, region = _region(request)
    page = {
        "departments": _sorted(AreaTable(region.departments, prefix="d-"), request),
        "epcis": _sorted(AreaTable(region.epcis, prefix="e-"), request),
        "communes": on_page(SpotTable(region.spots, prefix="c-"), request),
    }
    return render(request, "association/map_tables.html", page)


def _region(request: HttpRequest) -> tuple[MapFilter, RegionMap]:
    found = MapFilter(request.GET, queryset=teams_at_work(request.user), request=request)
    return found, region_map(found.qs, user=request.user, department=found.place)


def _sorted(table: AreaTable, request: HttpRequest) -> AreaTable:
    """Sort as the address asks; a region has few enough of them for one page."""
    return RequestConfig(request, paginate=False).configure(table)


def _shade(number: int) -> dict[str, object]:
    """One line of the legend: the class of a shade, and what it means."""
    low, high = SHADES[number - 1] if number else 0, SHADES[number]
    words = "aucune commune" if not number else f"jusqu’à {high}\u00a0%" if number == 1 else f"{low} à {high}\u00a0%"
    return {"number": number, "words": words}
