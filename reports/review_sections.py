"""The sections in which a review is written: two texts, and one section for each objective. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextSection:
    """One text of a review: its field, and what the page asks."""

    code: str
    title: str
    label: str
    help: str


TEXT_SECTIONS = (
    TextSection(
        "difficulties",
        "Difficultés rencontrées",
        "Ce qui a été difficile cette année",
        "Disponibilités, départs, outils, lien avec les autres acteurs… Ce que l’association ou l’ARS devrait savoir.",
    ),
    TextSection(
        "plans",
        "Projets de l’année qui vient",
        "Ce que l’équipe prévoit",
        "Actions, arrivées attendues, objectifs à revoir, besoins d’accompagnement.",
    ),
)
OBJECTIVE = "objectif-"


def text_section(code: str) -> TextSection | None:
    """Return a section of text by its code, or None for that of an objective."""
    return next((section for section in TEXT_SECTIONS if section.code == code), None)


def objective_key(code: str) -> int | None:
    """Return the key of the objective that a section's code names, or None."""
    number = code.removeprefix(OBJECTIVE)
    return int(number) if code.startswith(OBJECTIVE) and number.isdecimal() and len(number) < 18 else None
