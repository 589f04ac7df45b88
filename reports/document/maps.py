"""Maps as shapes, from the ground that a snapshot keeps: drawn as SVG for the page and by reportlab on paper. Pure.

A shade goes from light to dark with the amount, and each amount is written in its area: a map says the same in black
and white. The table of the same cut is its accessible form; `Map.said` stands in place of the picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.document.charts import Words

SHADES = 4  # besides that of nothing
SMALLEST, GROWTH, LARGEST = 4.0, 2.0, 16.0  # units: a disc of one team, and how it grows
SEATED = "équipes, à leur commune la plus peuplée ; la taille dit leur nombre"
COVERED = "commune du territoire d’une équipe suivie"
SOURCE = "Contours : IGN, ADMIN EXPRESS, Licence Ouverte, simplifiés"


@dataclass(frozen=True)
class Shade:
    """A shade of the legend: its number (0: nothing) and the amounts that it stands for."""

    number: int
    words: str


@dataclass(frozen=True)
class Area:
    """An area and its path, in the notation of SVG: ``M x y l dx dy … z`` for each ring."""

    name: str
    path: str
    shade: int
    words: str


@dataclass(frozen=True)
class Disc:
    """Where teams sit."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Map:
    """A drawing with its upper left corner at 0, 0, from the ground up.

    Attributes:
        said: the map in one sentence; ``covered``: path of the covered communes, or nothing.
        borders: paths of the departments; ``words``: amounts and names, in their middle.
        is_large: it needs the width of a page to be read.
        signs: what a covered commune and a disc are, when they are drawn.
    """

    title: str
    said: str
    width: int
    height: int
    areas: tuple[Area, ...]
    covered: str
    borders: tuple[str, ...]
    discs: tuple[Disc, ...]
    words: tuple[Words, ...]
    shades: tuple[Shade, ...]
    source: str
    is_large: bool = False

    @property
    def signs(self) -> tuple[tuple[str, str], ...]:
        """What is drawn besides shades: the code of each sign, and what it means."""
        found = [("covered", COVERED)] if self.covered else []
        return (*found, ("disc", SEATED)) if self.discs else tuple(found)


def shaded(
    ground: Mapping[str, Any], *, by: str, title: str, rows: Sequence[tuple[str, int, str]], nothing: str
) -> Map:
    """Draw amounts by area.

    Args:
        by: « department » or « epci ».
        rows: name of an area, amount (none below zero), the amount as it is read; an area without one counts nothing.
        nothing: how zero is read.
    """
    known = {name: (amount, said) for name, amount, said in rows}
    most = max((amount for _, amount, _ in rows), default=0)
    areas, words = [], []
    for name, path, x, y in ground["departments" if by == "department" else "epcis"]:
        amount, said = known.get(name, (0, nothing))
        areas.append(Area(name, path, _shade(amount, most), said))
        if amount or by == "department":
            words.append(Words(x, y, said, "middle"))
    return Map(
        title,
        _said(title, rows),
        ground["width"],
        ground["height"],
        tuple(areas),
        "",
        tuple(path for _, path, _, _ in ground["departments"]),
        (),
        tuple(words),
        tuple(_shades(rows, most, nothing, areas)),
        f"{SOURCE} ({ground['edition']})",
        is_large=by == "epci",
    )


def coverage(ground: Mapping[str, Any], *, title: str, said: str) -> Map:
    """Draw the communes of the followed teams, and where these sit."""
    discs = [
        Disc(x, y, round(min(SMALLEST + GROWTH * math.sqrt(count), LARGEST), 1)) for x, y, count in ground["seats"]
    ]
    names = [Words(x, y, name, "middle") for name, _, x, y in ground["departments"]]
    return Map(
        title,
        said,
        ground["width"],
        ground["height"],
        tuple(Area(name, path, 0, "") for name, path, _, _ in ground["epcis"]),
        ground["covered"],
        tuple(path for _, path, _, _ in ground["departments"]),
        tuple(sorted(discs, key=lambda disc: -disc.radius)),
        tuple(names) if len(names) > 1 else (),
        (),
        f"{SOURCE} ({ground['edition']})",
        is_large=True,
    )


def rings(path: str) -> list[list[tuple[float, float]]]:
    """Return the points of a path: of each ring, from its first one, as places and not as steps.

    >>> rings("M10 20l5 0 0 -5z")
    [[(10.0, 20.0), (15.0, 20.0), (15.0, 15.0)]]
    """
    found = []
    for ring in path.split("M")[1:]:
        start, _, steps = ring.rstrip("z").partition("l")
        x, y = map(float, start.split())
        points = [(x, y)]
        numbers = [float(number) for number in steps.split()]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


def _shade(amount: int, most: int) -> int:
    return math.ceil(SHADES * amount / most) if amount > 0 and most else 0


def _shades(rows: Sequence[tuple[str, int, str]], most: int, nothing: str, areas: Sequence[Area]) -> list[Shade]:
    """Return the shades that are there, each with the smallest and the largest amount that it has."""
    found = [Shade(0, nothing)] if any(area.shade == 0 for area in areas) else []
    for number in range(1, SHADES + 1):
        inside = sorted((amount, said) for _, amount, said in rows if _shade(amount, most) == number)
        if inside:
            first, last = inside[0][1], inside[-1][1]
            found.append(Shade(number, first if first == last else f"de {first} à {last}"))
    return found


def _said(title: str, rows: Sequence[tuple[str, int, str]]) -> str:
    if not rows:
        return f"{title} : rien n’est compté."
    largest = max(rows, key=lambda row: row[1])
    return f"{title} : {len(rows)} territoires ; le plus élevé est {largest[0]}, {largest[2]}."
