"""Which payments a "dossier de contrôle" holds. Pure, and simple enough that an auditor can do it again elsewhere.

The payments of the period stand in the order of SHA-256("seed:reference"), written in hexadecimal; the first ones are
drawn. All that reach an amount come besides, whatever their place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """One payment of the sample: its reference at the bank, and whether it was drawn or reached the amount only."""

    reference: str
    by_lot: bool


def rank(seed: int, reference: str) -> str:
    """Return the place of a payment in the draw: the smallest is drawn first."""
    return hashlib.sha256(f"{seed}:{reference}".encode()).hexdigest()


def draw(population: Iterable[tuple[str, int]], *, seed: int, size: int, above_cents: int | None = None) -> list[Drawn]:
    """Return the sample, those drawn by lot first in the order of the draw, then the others by reference.

    Args:
        population: (reference, amount in cents) of each payment of the period, in any order.
        above_cents: all payments of at least that much come in too; None: no such amount.
    """
    found = sorted(population, key=lambda one: rank(seed, one[0]))
    by_lot = [reference for reference, _ in found[:size]]
    others = [] if above_cents is None else [reference for reference, cents in found[size:] if cents >= above_cents]
    return [Drawn(reference, True) for reference in by_lot] + [Drawn(one, False) for one in sorted(others)]
