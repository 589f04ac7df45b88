"""The ground that the maps of a report are drawn on, as it was when its numbers were taken.

It is kept in the snapshot, so that the same snapshot draws the same map for ever: neither a newer edition of the
outlines nor a commune that changes its EPCI alters a paper that was sent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from association.models import Commune, Department
from association.region_drawing import frame_of, middle_of, path_around, seat_of
from association.territory.outlines import Outlines, outlines_of
from reports.indicators import Scope
from reports.indicators.facts import Facts
from reports.periods import Period

WIDTH, MARGIN = 700, 6  # units of the drawing; whole ones are finer than print


def ground_of(scope: Scope, period: Period) -> dict[str, Any] | None:
    """Return the map of a scope in plain values, or None where there are no outlines (collectivities overseas).

    Returns:
        ``width``, ``height`` and all coordinates in units of the drawing; ``epcis`` and ``departments``: name, path
        and middle of each; ``covered``: the path around the communes of the followed teams; ``seats``: for each commune
        where teams sit (the largest of each team's), its place and how many; ``edition`` of the outlines.
    """
    outlines = outlines_of(settings.REGION)
    communes = _communes(scope)
    whole = tuple(code for codes in communes.values() for code in codes)
    if outlines is None or not any(code in outlines.communes for code in whole):
        return None
    frame = frame_of(outlines, whole, width=WIDTH, margin=MARGIN)
    facts = Facts(scope, period)
    departments, epcis = _areas(communes, facts)
    covered = tuple(code for commune in sorted(facts.territory.covered) for code in communes[commune])
    return {
        "edition": outlines.edition,
        "width": frame.width,
        "height": frame.height,
        "departments": _drawn(outlines, departments, frame),
        "epcis": _drawn(outlines, epcis, frame),
        "covered": path_around(outlines, covered, frame),
        "seats": _seats(outlines, communes, facts, frame),
    }


def _communes(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return each commune of the scope with its codes: its own, and those of the ones that were merged into it."""
    formers: dict[str, list[str]] = defaultdict(list)
    merged = Commune.objects.filter(scope.area, merged_into__isnull=False).order_by("code")
    for code, into in merged.values_list("code", "merged_into"):
        formers[str(into)].append(code)
    found = Commune.objects.filter(scope.area, is_current=True, kind=Commune.Kind.COMMUNE).order_by("code")
    return {code: (code, *formers.get(code, ())) for code in found.values_list("code", flat=True)}


def _areas(communes: Mapping[str, tuple[str, ...]], facts: Facts) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the codes of the communes of each department and EPCI, by the labels of the cuts."""
    departments: dict[str, list[str]] = defaultdict(list)
    epcis: dict[str, list[str]] = defaultdict(list)
    names = {found.pk: str(found) for found in Department.objects.all()}
    for commune, codes in communes.items():
        place = facts.territory.communes[commune]
        departments[names[place.department]].extend(codes)
        if place.epci:
            epcis[place.epci].extend(codes)
    return departments, epcis


def _drawn(outlines: Outlines, areas: Mapping[str, list[str]], frame: Any) -> list[list[Any]]:
    found = []
    for name in sorted(areas):
        codes = tuple(areas[name])
        if path := path_around(outlines, codes, frame):
            x, y = frame.place(middle_of(outlines, codes))
            found.append([name, path, round(x), round(y)])
    return found


def _seats(
    outlines: Outlines, communes: Mapping[str, tuple[str, ...]], facts: Facts, frame: Any
) -> list[tuple[int, int, int]]:
    """Return where teams sit and how many: the most populated commune of each, as on the map of the site."""
    largest: dict[int, str] = {}
    known = facts.territory.communes
    for team, place in facts.territory.of_teams:
        if place in known and (
            team not in largest or (known[place].population, place) > (known[largest[team]].population, largest[team])
        ):
            largest[team] = place
    found = []
    for place, count in sorted(Counter(largest.values()).items()):
        middle = seat_of(outlines, communes[place])
        if middle is not None:
            x, y = frame.place(middle)
            found.append((round(x), round(y), count))
    return found
