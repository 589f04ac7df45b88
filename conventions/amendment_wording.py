"""The text of amendments: what changes, in the association's words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conventions.wording import Article

UNCHANGED = Article(
    "Autres dispositions",
    "Les autres articles de la convention, et ses avenants antérieurs, restent inchangés.",
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an amendment says it changes: (what, before, after) for its table, and the articles below."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    articles: tuple[Article, ...]


def joined(*, name: str, quality: str, since: str, team: str) -> Change:
    """A member joins: signed by that member and the association. ``since``: the day on which the stay began."""
    return Change(
        title=f"Adhésion de {name}",
        rows=(("Membres", "", f"{name}, {quality}, à partir de sa signature"),),
        articles=(
            Article(
                "Adhésion",
                f"{name}, {quality}, membre de l’équipe « {team} » depuis le {since}, adhère à la convention. "
                "Les engagements et les droits qu’elle prévoit valent à partir de sa signature.",
            ),
            UNCHANGED,
        ),
    )


def left(*, name: str, quality: str, day: str, team: str) -> Change:
    """A member left: stated by the association."""
    return Change(
        title=f"Départ de {name}",
        rows=(("Membres", f"{name}, {quality}", f"sortie le {day}"),),
        articles=(
            Article(
                "Départ",
                f"{name}, {quality}, a quitté l’équipe « {team} » le {day}. Son adhésion à la convention prend fin ce "
                "jour-là. Les actions menées jusqu’à cette date restent indemnisées selon la convention.",
            ),
            UNCHANGED,
        ),
    )


def terms(*, day: str, types: tuple[Sequence[str], Sequence[str]], ceiling: tuple[str, str]) -> Change:
    """The action types or the ceiling change from a day on; each pair is (before, after) in words."""
    rows: list[tuple[str, str, str]] = []
    articles: list[Article] = []
    if list(types[0]) != list(types[1]):
        rows.append(("Types d’action", ", ".join(types[0]), ", ".join(types[1])))
        text = "\n".join(f"– {label}" for label in types[1])
        articles.append(
            Article("Types d’action", f"À partir du {day}, les actions indemnisées sont les suivantes :\n\n{text}")
        )
    if ceiling[0] != ceiling[1]:
        rows.append(("Plafond annuel", ceiling[0], ceiling[1]))
        articles.append(
            Article(
                "Plafond annuel",
                f"À partir du {day}, le plafond de l’équipe par année civile passe de {ceiling[0]} à {ceiling[1]}.",
            )
        )
    title = " et ".join(row[0] if n == 0 else row[0].lower() for n, row in enumerate(rows))
    return Change(title=title, rows=tuple(rows), articles=(*articles, UNCHANGED))
