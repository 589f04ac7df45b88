"""Which professionals may be one person known twice: a pure rule over what their records say.

Two reasons: the same name in the same commune; two RPPS numbers that differ by one digit (a slip of the hand, which
always breaks the check digit of one of them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

RPPS_DIGITS = 11


class Likeness(StrEnum):
    """Why two records may be one person; in the order in which they are told."""

    RPPS = "RPPS d’un chiffre différent"
    NAME = "même nom, même commune"


class Known(NamedTuple):
    """What is compared of a professional; ``commune``: a code, or None when it is not known."""

    pk: int
    rpps: str
    last_name: str
    first_name: str
    commune: str | None


class Pair(NamedTuple):
    """Two records that look alike, the lower key first."""

    first: int
    second: int
    reasons: tuple[Likeness, ...]


def alike(people: Iterable[Known], *, told_apart: Collection[tuple[int, int]] = ()) -> list[Pair]:
    """Return the pairs that look like one person, those with more reasons first, then by key.

    Reads each record once: names and numbers are put in buckets, so that 2,000 people are not 2,000,000 comparisons.

    Args:
        told_apart: pairs of keys (the lower first) of which somebody said that they are two persons.
    """
    known = list(people)
    found: dict[tuple[int, int], list[Likeness]] = defaultdict(list)
    for reason, buckets in ((Likeness.RPPS, _by_number(known)), (Likeness.NAME, _by_name(known))):
        for pair in _pairs(buckets):
            found[pair].append(reason)
    pairs = [Pair(*pair, tuple(reasons)) for pair, reasons in found.items() if pair not in told_apart]
    return sorted(pairs, key=lambda pair: (-len(pair.reasons), pair.first, pair.second))


def differing_digit(one: str, other: str) -> int | None:
    """Return the place at which two numbers of one length differ, when it is the only one."""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    return places[0] if len(places) == 1 and len(one) == len(other) else None


@lru_cache(maxsize=20_000)
def name_key(last_name: str, first_name: str) -> str:
    """Return a name as it is compared: no case, accent or hyphen, and whichever of its words comes first."""
    from association.models.territory import search_key

    return " ".join(sorted(search_key(f"{last_name} {first_name}").split()))


def _by_name(known: list[Known]) -> Iterator[list[int]]:
    buckets: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in known:
        if one.commune is not None:
            buckets[name_key(one.last_name, one.first_name), one.commune].append(one.pk)
    yield from buckets.values()


def _by_number(known: list[Known]) -> Iterator[list[int]]:
    """Numbers with one digit masked: those that share such a mask differ by that digit (no number is held twice)."""
    numbers = [one.rpps for one in known]
    for place in range(RPPS_DIGITS):
        masked = [number[:place] + number[place + 1 :] for number in numbers]
        if len(set(masked)) == len(masked):
            continue
        buckets: dict[str, list[int]] = defaultdict(list)
        for one, mask in zip(known, masked, strict=True):
            buckets[mask].append(one.pk)
        yield from buckets.values()


def _pairs(buckets: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for bucket in buckets:
        if len(bucket) > 1:
            yield from combinations(sorted(bucket), 2)
