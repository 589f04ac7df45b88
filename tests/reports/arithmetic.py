"""Rounding, ratios and quartiles as the definitions have them, in fractions."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

NAMED = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}


def rounded(number: Fraction) -> int:
    return int((number * 2 + 1) // 2)


def ratio(part: int, whole: int, scale: int) -> int | None:
    return rounded(Fraction(part * scale, whole)) if whole else None


def median(values: list[int], scale: int = 10) -> int | None:
    return quartile(values, Fraction(1, 2), scale)


def quartile(values: list[int], share: Fraction, scale: int = 10) -> int | None:
    if not values:
        return None
    values = sorted(values)
    place = (len(values) - 1) * share
    low = values[int(place)]
    high = values[min(int(place) + 1, len(values) - 1)]
    return rounded((low + (high - low) * (place - int(place))) * scale)


def quartiles(values: list[int]) -> Counter[str]:
    found = {name: quartile(values, share) for name, share in NAMED.items()}
    return Counter({name: value for name, value in found.items() if value is not None})
