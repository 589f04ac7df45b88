"""Taking names out of what teams wrote, before it goes to the ARS: no report names a professional. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from reports.models.planning import NAMES_SOMEBODY

REMOVED = "[nom retiré]"
# Family names that are words too: written without a capital they are the word.
WORDS = frozenset({
    "petit", "petite", "grand", "grande", "blanc", "blanche", "noir", "roux", "brun", "bon", "bonne", "jeune",
    "vieux", "gros", "long", "court", "fort", "doux", "sage", "marchand", "boulanger", "berger", "meunier",
    "chevalier", "roi", "leroi", "reine", "page", "maire", "comte", "duc", "prince", "pont", "mont", "val", "bois",
    "fontaine", "riviere", "riche", "lebon", "hiver", "automne", "dimanche", "noel", "mars", "avril", "mai", "juin",
    "aout", "midi", "bonnet", "boucher",
})  # fmt: skip


def _folded(text: str) -> str:
    """Return a text without accents and capitals, letter for letter: places in it are places in the text."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter for letter in text)


def without_names(text: str, people: Iterable[tuple[str, str]]) -> str:
    """Return a text in which the names of these people, mail addresses, RPPS and IBAN are replaced by `REMOVED`.

    A family name goes wherever it stands as a word, whatever its accents, hyphens and capitals (a name that is a word
    too only with a capital); a first name only with a capital. What looks like nobody's name stays.

    Args:
        people: (last name, first name) of those who may be named.
    """
    found = [match.span() for match in NAMES_SOMEBODY.finditer(text)]
    folded = _folded(text)
    for last_name, first_name in people:
        for name, is_family in ((last_name, True), (first_name, False)):
            found += [
                (begin, end)
                for begin, end in _places(name, folded)
                if text[begin].isupper() or (is_family and _folded(name.strip()) not in WORDS)
            ]
    return _cut_out(text, found)


def _places(name: str, folded: str) -> list[tuple[int, int]]:
    parts = [re.escape(part) for part in re.split(r"[\s'’\-]+", _folded(name)) if part]
    if len("".join(parts)) < 2:
        return []
    pattern = r"(?<!\w)" + r"[\s'’\-]+".join(parts) + r"(?!\w)"
    return [match.span() for match in re.finditer(pattern, folded)]


def _cut_out(text: str, spans: list[tuple[int, int]]) -> str:
    """Replace the places, those that touch or overlap together."""
    merged: list[list[int]] = []
    for begin, end in sorted(spans):
        if merged and not text[merged[-1][1] : begin].strip(" \u00a0-"):
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    for begin, end in reversed(merged):
        text = f"{text[:begin]}{REMOVED}{text[end:]}"
    return text
