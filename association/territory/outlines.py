"""The outlines of a region's communes, as a map draws them; those of an EPCI or a department are made from them.

One compact file per region (`association.territory.outline_building`). A border between two communes is kept once, as
an arc that both name: outlines of several communes together are the arcs that only one of them names.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians
from pathlib import Path

from django.conf import settings

FORMAT = "contours"
SHIPPED = Path(__file__).parent.parent / "reference" / "contours"
# Coordinates of the files are whole numbers of this part of a degree: ten metres.
UNITS = 10_000

Point = tuple[int, int]
# A ring is a way along arcs: the number of an arc, or ``~number`` for the same arc walked backwards.
Ring = tuple[int, ...]


@dataclass(frozen=True)
class Frame:
    """How longitude and latitude become the coordinates of a drawing: a plane true to scale in the region's middle."""

    left: int
    top: int
    scale_x: float
    scale_y: float
    width: int
    height: int

    def place(self, point: Point) -> tuple[float, float]:
        """Return where a point lies in the drawing."""
        return (point[0] - self.left) * self.scale_x, (self.top - point[1]) * self.scale_y


@dataclass(frozen=True, eq=False)
class Outlines:
    """The communes of a region, as rings of arcs; told apart by identity, so that what is drawn of them can be kept.

    Attributes:
        edition: of the outlines, in words.
        arcs: points in units of `UNITS`, longitude and latitude.
        communes: the rings of each commune, by INSEE code; what is not there has no outline in this edition.
    """

    edition: str
    arcs: Sequence[Sequence[Point]]
    communes: Mapping[str, Sequence[Ring]]

    def together(self, codes: Iterable[str]) -> list[list[Point]]:
        """Return the outline of several communes as one, as closed rings; a commune without outline is passed over."""
        border: dict[int, int] = {}
        for code in codes:
            for ring in self.communes.get(code, ()):
                for step in ring:
                    number = step if step >= 0 else ~step
                    # Named a second time: a border inside.
                    if border.pop(number, None) is None:
                        border[number] = step
        return _walked(border, self.arcs)

    def middle_of(self, code: str) -> Point | None:
        """Return a point in the middle of a commune (the centre of gravity of its largest part)."""
        rings = self.together([code])
        if not rings:
            return None
        area, ring = max(((abs(double_area(ring)), ring) for ring in rings), key=lambda found: found[0])
        if not area:
            return ring[0]
        terms = [(a[0] + b[0], a[1] + b[1], a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(_near_origin(ring))]
        double = sum(cross for _, _, cross in terms)
        return (
            ring[0][0] + round(sum(x * cross for x, _, cross in terms) / (3 * double)),
            ring[0][1] + round(sum(y * cross for _, y, cross in terms) / (3 * double)),
        )

    def frame(self, codes: tuple[str, ...], *, width: int, margin: int) -> Frame:
        """Return the frame in which communes fill a drawing that is ``width`` units wide, or as high at most.

        Raises:
            ValueError: when none of them has an outline.
        """
        points = [point for ring in self.together(codes) for point in ring]
        if not points:
            raise ValueError("nothing to draw")
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        narrower = cos(radians((south + north) / 2 / UNITS))
        scale = (width - 2 * margin) / max((east - west) * narrower, north - south, 1)
        return Frame(
            left=west - round(margin / (scale * narrower)),
            top=north + round(margin / scale),
            scale_x=scale * narrower,
            scale_y=scale,
            width=round((east - west) * scale * narrower) + 2 * margin,
            height=round((north - south) * scale) + 2 * margin,
        )


def outlines_of(region: str) -> Outlines | None:
    """Return the outlines of a region, or None when there are none (collectivities overseas).

    A newer edition in ``DATA_DIR/contours`` goes before the one that is shipped.
    """
    for folder in (Path(settings.DATA_DIR) / "contours", SHIPPED):
        path = folder / f"{region}.tsv.gz"
        if path.is_file():
            return _read(path, path.stat().st_mtime_ns)
    return None


@lru_cache(maxsize=2)
def _read(path: Path, written_at: int) -> Outlines:
    """Read a file once per process and per writing of it."""
    arcs: list[list[Point]] = []
    communes: dict[str, tuple[Ring, ...]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        edition = next(lines).rstrip("\n").split("\t")[2]
        for line in lines:
            kind, *rest = line.rstrip("\n").split("\t")
            if kind == "arc":
                arcs.append(_points(rest[0]))
            else:
                communes[rest[0]] = tuple(tuple(int(step) for step in ring.split()) for ring in rest[1].split(";"))
    return Outlines(edition, arcs, communes)


def _points(text: str) -> list[Point]:
    """Read an arc: its first point, then the differences from point to point."""
    numbers = [int(number) for number in text.split()]
    x = y = 0
    points = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def _walked(border: Mapping[int, int], arcs: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Put arcs end to end until each ring is closed."""
    ways = [arcs[step] if step >= 0 else arcs[~step][::-1] for step in border.values()]
    rings = [list(way) for way in ways if way[0] == way[-1]]
    leaving: dict[Point, list[Sequence[Point]]] = {}
    for way in ways:
        if way[0] != way[-1]:
            leaving.setdefault(way[0], []).append(way)
    while leaving:
        ring = list(_next_way(leaving, next(iter(leaving))) or ())
        while ring[0] != ring[-1] and (onward := _next_way(leaving, ring[-1])):
            ring.extend(onward[1:])
        rings.append(ring)
    return rings


def _next_way(leaving: dict[Point, list[Sequence[Point]]], start: Point) -> Sequence[Point] | None:
    ways = leaving.get(start)
    if not ways:
        return None
    way = ways.pop()
    if not ways:
        del leaving[start]
    return way


def double_area(ring: Sequence[Point]) -> int:
    """Twice the area that a ring encloses; its sign says which way round it goes."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(_near_origin(ring)))


def _near_origin(ring: Sequence[Point]) -> list[Point]:
    """Return a ring measured from its first point."""
    x, y = ring[0]
    return [(a - x, b - y) for a, b in ring]
