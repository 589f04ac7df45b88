"""The search everywhere: what all floors find, by kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from association.identifiers import compact
from association.listing.filters import MOST_WORDS, clean_line
from association.models import User
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import ALMOST, CONTAINS, words

SHORTEST = 2  # letters: one would name half of the region


@dataclass(frozen=True)
class Group:
    """What was found of one kind, the best first; ``more_url`` shows them all when there are more."""

    name: str
    label: str
    hits: tuple[Hit, ...]
    more_url: str = ""


@dataclass(frozen=True)
class Found:
    """What was found, the best groups first. ``is_near``: nothing contains what was typed, this is what is like it."""

    text: str
    groups: tuple[Group, ...] = ()
    is_near: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether enough was typed to search."""
        return len("".join(words(self.text))) >= SHORTEST

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


def typed_as(text: str) -> Typed:
    """Return what somebody typed as sources compare it."""
    line = " ".join(clean_line(text).split())
    return Typed(line, tuple(words(line)[:MOST_WORDS]), compact(line))


def search_everywhere(user: User, text: str, *, limit: int, kind: str = "") -> Found:
    """Return what the user may see of all kinds, or of one, at most ``limit`` of each.

    What contains the words hides what is merely like them, unless it is almost the same word.
    """
    typed = typed_as(text)
    found = Found(typed.text)
    if not found.is_asked:
        return found
    hits = {
        name: list(source.find(user, typed, limit + 1))
        for name, source in _open_to(user)
        if kind in ("", name)
    }  # fmt: skip
    is_near = not any(_contains(hit) for of_kind in hits.values() for hit in of_kind)
    least = 0.0 if is_near else ALMOST
    kept = {name: [hit for hit in of_kind if hit.is_exact or hit.nearness >= least] for name, of_kind in hits.items()}
    groups = [_group(name, of_kind, typed, limit) for name, of_kind in kept.items() if of_kind]
    return Found(typed.text, tuple(sorted(groups, key=_rank)), is_near)


def _open_to(user: User) -> Iterable[tuple[str, SearchSource]]:
    for name in sorted(search_sources.names(), key=lambda name: search_sources[name].place):
        if user.has_perm(search_sources[name].permission):
            yield name, search_sources[name]


def _contains(hit: Hit) -> bool:
    return hit.is_exact or hit.nearness >= CONTAINS


def _group(name: str, hits: list[Hit], typed: Typed, limit: int) -> Group:
    hits = sorted(hits, key=lambda hit: not hit.is_exact)
    more = ""
    if len(hits) > limit:
        address = search_sources[name].address
        # A list shows what contains the words; what is like them is shown here.
        lists_them = address and _contains(hits[limit])
        more = f"{reverse(address)}?{urlencode({'q': typed.text})}" if lists_them else _here(typed.text, name)
    return Group(name, search_sources[name].label, tuple(hits[:limit]), more)


def _here(text: str, name: str) -> str:
    return f"{reverse('association:search')}?{urlencode({'q': text, 'genre': name})}"


def _rank(group: Group) -> int:
    """Codes that are right first, then what contains the words; the place of the kinds decides the rest."""
    return 0 if group.hits[0].is_exact else 1 if _contains(group.hits[0]) else 2
