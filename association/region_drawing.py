"""The map of the region as shapes: paths for a drawing in SVG, in whole units of its frame. Nothing is read here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from association.selectors.region_map import Area, RegionMap, Spot
from association.territory.outlines import Frame, Outlines, double_area

WIDTH, MARGIN = 1400, 24
SMALLEST, GROWTH, LARGEST = 5, 7, 40
# A ring smaller than this is a flaw of the outlines, or is not seen.
SPECK = 60


@dataclass(frozen=True)
class Shape:
    """An area and its path."""

    area: Area
    path: str


@dataclass(frozen=True)
class Label:
    """A name on the map."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Point:
    """A commune where teams sit, as a disc whose area grows with what is counted."""

    spot: Spot
    count: int
    x: int
    y: int
    radius: int


@dataclass(frozen=True)
class Drawing:
    """Everything to draw, from the ground up. ``left_out``: communes with teams that have no outline."""

    width: int
    height: int
    epcis: tuple[Shape, ...]
    covered: str
    departments: tuple[Shape, ...]
    labels: tuple[Label, ...]
    points: tuple[Point, ...]
    left_out: tuple[Spot, ...]
    edition: str


def draw(region: RegionMap, outlines: Outlines, *, by_members: bool) -> Drawing:
    """Return the drawing of a region.

    Args:
        by_members: discs count the members of the teams, and not the teams.

    Raises:
        ValueError: when none of its communes has an outline.
    """
    frame = frame_of(outlines, tuple(region.whole.codes))
    points, left_out = [], []
    for spot in region.spots:
        middle = seat_of(outlines, spot.codes)
        if middle is None:
            left_out.append(spot)
            continue
        x, y = frame.place(middle)
        if not spot.seated:
            continue
        count = sum(team.members_count for team in spot.seated) if by_members else len(spot.seated)  # type: ignore[attr-defined]
        # Ten members weigh as much as a team.
        size = count / 10 if by_members else count
        points.append(Point(spot, count, round(x), round(y), min(round(SMALLEST + GROWTH * sqrt(size)), LARGEST)))
    return Drawing(
        width=frame.width,
        height=frame.height,
        epcis=_shapes(region.epcis, outlines, frame),
        covered="".join(path_around(outlines, spot.codes, frame) for spot in region.spots),
        departments=_shapes(region.departments, outlines, frame),
        labels=tuple(_label(area, outlines, frame) for area in region.departments if len(region.departments) > 1),
        # The small ones last: they stay within reach.
        points=tuple(sorted(points, key=lambda point: -point.radius)),
        left_out=tuple(left_out),
        edition=outlines.edition,
    )


def _shapes(areas: Iterable[Area], outlines: Outlines, frame: Frame) -> tuple[Shape, ...]:
    return tuple(Shape(area, path_around(outlines, tuple(area.codes), frame)) for area in areas)


def _label(area: Area, outlines: Outlines, frame: Frame) -> Label:
    x, y = frame.place(middle_of(outlines, tuple(area.codes)))
    return Label(area.name, round(x), round(y))


@lru_cache(maxsize=64)
def frame_of(outlines: Outlines, codes: tuple[str, ...], *, width: int = WIDTH, margin: int = MARGIN) -> Frame:
    """Return the frame of a drawing of these communes.

    Raises:
        ValueError: when none of them has an outline.
    """
    return outlines.frame(codes, width=width, margin=margin)


@lru_cache(maxsize=8192)
def seat_of(outlines: Outlines, codes: tuple[str, ...]) -> tuple[int, int] | None:
    """Return the middle of the first commune that has an outline."""
    return next((middle for code in codes if (middle := outlines.middle_of(code))), None)


@lru_cache(maxsize=256)
def middle_of(outlines: Outlines, codes: tuple[str, ...]) -> tuple[int, int]:
    """Return the middle of communes of which one has an outline, where a name stands."""
    points = [middle for code in codes if (middle := outlines.middle_of(code))]
    return sum(x for x, _ in points) // len(points), sum(y for _, y in points) // len(points)


@lru_cache(maxsize=8192)
def path_around(outlines: Outlines, codes: tuple[str, ...], frame: Frame) -> str:
    """Return the path around communes: each ring from its first point, then from point to point."""
    rings = outlines.together(codes)
    written = []
    for ring in rings:
        if len(rings) > 1 and abs(double_area(ring)) * frame.scale_x * frame.scale_y < SPECK:
            continue
        places = [(round(x), round(y)) for x, y in map(frame.place, ring)]
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(places) if a != b]
        if len(steps) > 2:
            written.append(f"M{places[0][0]} {places[0][1]}l{' '.join(steps)}z")
    return "".join(written)
