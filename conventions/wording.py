"""The text of a convention: a template's articles, its placeholders, and the checksum of what was agreed. Pure.

In a template, a line that begins with « # » is the title of an article, each line below it a paragraph of its text.
A line that begins with « – » belongs to a list and stays close to its neighbours.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = 1  # of what is agreed; a later form keeps reading this one
# What a template may name, and what stands there afterwards.
PLACEHOLDERS = {
    "numero": "numéro de la convention",
    "association": "nom de l’association",
    "equipe": "nom de l’équipe",
    "code_equipe": "code de l’équipe",
    "nature": "nature de l’équipe",
    "departement": "département de l’équipe",
    "communes": "communes de l’équipe",
    "reconnaissance": "date de la reconnaissance par l’ARS",
    "membres": "liste des membres invités à signer, un par ligne",
    "debut": "premier jour de la période",
    "fin": "dernier jour de la période",
    "duree": "durée en mois",
    "plafond": "plafond annuel de l’équipe",
    "types": "liste des types d’action, un par ligne",
}
TITLE, ITEM = "#", "–"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Article:
    """One article; the paragraphs of ``text`` are parted by blank lines."""

    title: str
    text: str


def articles_of(body: str) -> tuple[Article, ...]:
    """Return the articles of a template, placeholders and all. What stands before the first title is left out."""
    found: list[tuple[str, list[str]]] = []
    for line in _lines(body):
        if line.startswith(TITLE):
            found.append((line.lstrip("# ").strip(), []))
        elif found:
            found[-1][1].append(line)
    return tuple(Article(title, _joined(lines)) for title, lines in found)


def faults_of(body: str) -> list[str]:
    """Return what keeps a template from being used, in French, one sentence each; nothing when it is sound."""
    lines, found = _lines(body), []
    if not any(line.startswith(TITLE) for line in lines):
        return ["Le texte n’a aucun article : commencez chaque titre d’article par « # »."]
    if not lines[0].startswith(TITLE):
        found.append(f"« {lines[0][:60]} » précède le premier article : commencez par un titre d’article (« # »).")
    for article in articles_of(body):
        if not article.title:
            found.append("Un article n’a pas de titre : écrivez-le après « # ».")
        elif not article.text:
            found.append(f"L’article « {article.title} » n’a pas de texte.")
    unknown = sorted({name for name in PLACEHOLDER.findall(body) if name not in PLACEHOLDERS})
    if unknown:
        known = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
        names = ", ".join("{" + name + "}" for name in unknown)
        found.append(f"Repère inconnu : {names}. Les repères possibles sont {known}.")
    if re.search(r"[{}]", PLACEHOLDER.sub("", body)):
        found.append("Une accolade est seule : un repère s’écrit entre deux accolades, par exemple {numero}.")
    return found


def rendered(body: str, values: Mapping[str, str]) -> tuple[Article, ...]:
    """Return the articles with the values in place of their placeholders.

    A value is never read again, so that a name with braces stays as it was typed.

    Raises:
        KeyError: for a placeholder without a value (`faults_of` names the unknown ones before).
    """

    def filled(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: values[found.group(1)], text)

    return tuple(Article(filled(article.title), _apart(filled(article.text))) for article in articles_of(body))


def listed(items: Sequence[str]) -> str:
    """Return lines of a list, as placeholders of several lines are filled."""
    return "\n".join(f"{ITEM} {item}" for item in items)


def agreement(articles: Sequence[Article], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is agreed: the text in words, and the data behind it; plain values only."""
    return {"format": FORMAT, "articles": [[one.title, one.text] for one in articles], "data": dict(data)}


def agreed_articles(agreed: Mapping[str, Any]) -> tuple[Article, ...]:
    """Return the articles of what was agreed; none for a scan that was signed elsewhere."""
    return tuple(Article(title, text) for title, text in agreed.get("articles", []))


def checksum_of(agreed: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of what was agreed, whatever the order in which a database keeps it.

    Canonical JSON: keys in order, no spaces, UTF-8.
    """
    canonical = json.dumps(agreed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _lines(body: str) -> list[str]:
    return [stripped for line in body.splitlines() if (stripped := line.strip())]


def _joined(lines: Sequence[str]) -> str:
    return _apart("\n".join(lines))


def _apart(text: str) -> str:
    """Part the paragraphs by a blank line; the items of a list follow each other."""
    found = ""
    before = ""
    for line in _lines(text):
        if found:
            found += "\n" if before.startswith(ITEM) and line.startswith(ITEM) else "\n\n"
        found += line
        before = line
    return found
