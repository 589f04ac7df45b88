"""The bars of a grant, as shapes: nothing is read here. The same figures stand in the table beside the drawing."""

from __future__ import annotations

from dataclasses import dataclass

from payments.forecast import Forecast
from payments.selectors.grants import GrantFigures

WIDTH, LABELS, ROW, BAR, AMOUNTS = 540, 128, 44, 24, 140  # units of the drawing
ROOM = WIDTH - LABELS - AMOUNTS


@dataclass(frozen=True)
class Piece:
    """A part of a bar: where it begins, how long it is, and which of the drawing's inks fills it."""

    x: int
    width: int
    ink: str


@dataclass(frozen=True)
class Bar:
    """One line: its name, its pieces and its amount in cents, and where they stand."""

    label: str
    cents: int
    pieces: tuple[Piece, ...]
    top: int
    end: int

    @property
    def middle(self) -> int:
        return self.top + BAR // 2


@dataclass(frozen=True)
class Drawing:
    """All the bars, on one scale; ``limit``: where the teams' part ends, across those that it limits."""

    width: int
    height: int
    bar: int
    bars: tuple[Bar, ...]
    limit: int


def draw(figures: GrantFigures, forecast: Forecast | None) -> Drawing:
    """Return the bars of the teams' part: granted, due in its three pieces, committed on top, foreseen."""
    rows: list[tuple[str, list[tuple[int, str]]]] = [
        ("Accordé", [(figures.team_granted, "granted")]),
        (
            "Dû",
            [(figures.paid, "paid"), (figures.on_its_way, "sent"), (figures.waiting, "waiting")],
        ),
        ("Dû et engagé", [(figures.due, "due"), (figures.committed, "committed")]),
    ]
    if forecast is not None:
        rows.append(("Prévu à la fin", [(figures.due, "due"), (forecast.ahead_cents, "foreseen")]))
    most = max([sum(max(0, cents) for cents, _ in pieces) for _, pieces in rows] + [1])
    bars = tuple(_bar(label, pieces, most, number) for number, (label, pieces) in enumerate(rows))
    return Drawing(WIDTH, ROW * len(bars), BAR, bars, LABELS + _scaled(figures.team_granted, most))


def _bar(label: str, pieces: list[tuple[int, str]], most: int, number: int) -> Bar:
    drawn, before = [], 0
    for cents, ink in pieces:
        # From sum to sum: what is rounded away of one piece is not lost to the bar.
        start, end = _scaled(before, most), _scaled(before + max(0, cents), most)
        before += max(0, cents)
        if end > start:
            drawn.append(Piece(LABELS + start, end - start, ink))
    return Bar(
        label, sum(cents for cents, _ in pieces), tuple(drawn), ROW * number + 10, LABELS + _scaled(before, most)
    )


def _scaled(cents: int, most: int) -> int:
    return cents * ROOM // most
