"""Charts as shapes: one drawing, shown as SVG on the page and drawn by reportlab on paper. Pure.

One colour, every value written beside its bar: a chart says the same in black and white. The table beside it is its
accessible form; the sentence of `Chart.said` stands in place of the picture for who does not see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 468  # units of the drawing; points on paper
LABELS, VALUES, ROW, BAR = 190, 76, 20, 12
SIZE = 8.5
LETTERS = 38  # of a label before it is shortened
HIGH, FOOT, HEAD = 130, 20, 16


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


Point = tuple[str, int, str]  # label, amount, the amount as it is read


def bars(title: str, points: Sequence[Point]) -> Chart:
    """Draw amounts (none below zero) as lying bars, a row each."""
    room = WIDTH - LABELS - VALUES
    most = max((amount for _, amount, _ in points), default=0) or 1
    boxes, words = [], []
    for place, (label, amount, said) in enumerate(points):
        top = place * ROW + (ROW - BAR) / 2
        length = round(room * amount / most, 2)
        boxes.append(Box(LABELS, top, max(length, 0.75 if amount else 0), BAR))
        words.append(Words(LABELS - 6, top + BAR - 3, _short(label, LETTERS), "end"))
        words.append(Words(LABELS + length + 5, top + BAR - 3, said))
    height = len(points) * ROW
    return Chart(title, _said(points), WIDTH, height, tuple(boxes), tuple(words), (Stroke(LABELS, 0, LABELS, height),))


def columns(title: str, points: Sequence[Point]) -> Chart:
    """Draw amounts (none below zero) as standing bars, in the order of time."""
    step = WIDTH / max(len(points), 1)
    most = max((amount for _, amount, _ in points), default=0) or 1
    base = HEAD + HIGH
    boxes, words = [], []
    for place, (label, amount, said) in enumerate(points):
        length = round(HIGH * amount / most, 2)
        middle = round((place + 0.5) * step, 2)
        wide = round(min(step * 0.55, 48), 2)
        boxes.append(Box(middle - wide / 2, base - length, wide, length))
        words.append(Words(middle, base + 12, label, "middle"))
        if len(said) * SIZE * 0.6 <= step:  # a number that would run into the next one is read in the table
            words.append(Words(middle, base - length - 4, said, "middle"))
    return Chart(title, _said(points), WIDTH, base + FOOT, tuple(boxes), tuple(words), (Stroke(0, base, WIDTH, base),))


def _said(points: Sequence[Point]) -> str:
    largest = max(points, key=lambda point: point[1])
    smallest = min(points, key=lambda point: point[1])
    if largest[1] == smallest[1]:
        return f"{len(points)} valeurs, toutes égales à {largest[2]}."
    return f"{len(points)} valeurs, de {smallest[2]} ({smallest[0]}) à {largest[2]} ({largest[0]})."


def _short(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1].rstrip()}…"
