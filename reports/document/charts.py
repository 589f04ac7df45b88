"""Charts as shapes: one drawing, shown as SVG on the page and drawn by reportlab on paper. Pure.

One colour, every value written beside its bar: a chart says the same in black and white. The table beside it is its
accessible form; the sentence of `Chart.said` stands in place of the picture for who does not see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """The measures of a drawing, in its units (points on paper).

    Attributes:
        labels, values: room for what stands before and behind lying bars; ``row``, ``bar``: how high they are.
        letters: of a label before it is shortened; ``size``: of all letters.
        high, foot, head: of standing bars, and below and above them.
    """

    width: int
    labels: int
    values: int
    row: int
    bar: int
    letters: int
    size: float
    high: int
    foot: int
    head: int


PAPER = Format(468, 190, 76, 20, 12, 38, 8.5, 130, 20, 16)
# As wide as a panel of a dashboard, or a telephone: larger letters in less room.
SCREEN = Format(400, 176, 84, 26, 14, 26, 11.5, 150, 24, 20)


@dataclass(frozen=True)
class Box:
    """A bar, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Words:
    """A text; ``x``, ``y`` is its foot, at its ``anchor`` (start, middle or end)."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Chart:
    """A drawing with its upper left corner at 0, 0. ``said``: the chart in one sentence."""

    title: str
    said: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]
    strokes: tuple[Stroke, ...]
    size: float = PAPER.size


Point = tuple[str, int, str]  # label, amount, the amount as it is read


def bars(title: str, points: Sequence[Point], form: Format = PAPER) -> Chart:
    """Draw amounts (none below zero) as lying bars, a row each."""
    room = form.width - form.labels - form.values
    most = max((amount for _, amount, _ in points), default=0) or 1
    boxes, words = [], []
    for place, (label, amount, said) in enumerate(points):
        top = place * form.row + (form.row - form.bar) / 2
        length = round(room * amount / most, 2)
        boxes.append(Box(form.labels, top, max(length, 0.75 if amount else 0), form.bar))
        words.append(Words(form.labels - 6, top + form.bar - 3, _short(label, form.letters), "end"))
        words.append(Words(form.labels + length + 5, top + form.bar - 3, said))
    height = len(points) * form.row
    axis = Stroke(form.labels, 0, form.labels, height)
    return Chart(title, _said(points), form.width, height, tuple(boxes), tuple(words), (axis,), form.size)


def columns(title: str, points: Sequence[Point], form: Format = PAPER) -> Chart:
    """Draw amounts (none below zero) as standing bars, in the order of time."""
    step = form.width / max(len(points), 1)
    most = max((amount for _, amount, _ in points), default=0) or 1
    base = form.head + form.high
    boxes, words = [], []
    for place, (label, amount, said) in enumerate(points):
        length = round(form.high * amount / most, 2)
        middle = round((place + 0.5) * step, 2)
        wide = round(min(step * 0.55, 48), 2)
        boxes.append(Box(middle - wide / 2, base - length, wide, length))
        if place % _every(points, step, form) == 0:  # months that would run into each other are read in the table
            half = len(label) * form.size * 0.31
            within = round(min(max(middle, half), form.width - half), 2)
            words.append(Words(within, base + form.foot * 0.65, label, "middle"))
        if len(said) * form.size * 0.6 <= step:  # a number that would run into the next one is read in the table
            words.append(Words(middle, base - length - 4, said, "middle"))
    axis = Stroke(0, base, form.width, base)
    return Chart(title, _said(points), form.width, base + form.foot, tuple(boxes), tuple(words), (axis,), form.size)


def _every(points: Sequence[Point], step: float, form: Format) -> int:
    """Return of how many columns one has its label, so that none runs into the next."""
    longest = max((len(label) for label, _, _ in points), default=0) * form.size * 0.62
    return max(1, math.ceil(longest / step))


def _said(points: Sequence[Point]) -> str:
    largest = max(points, key=lambda point: point[1])
    smallest = min(points, key=lambda point: point[1])
    if largest[1] == smallest[1]:
        return f"{len(points)} valeurs, toutes égales à {largest[2]}."
    return f"{len(points)} valeurs, de {smallest[2]} ({smallest[0]}) à {largest[2]} ({largest[0]})."


def _short(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1].rstrip()}…"
