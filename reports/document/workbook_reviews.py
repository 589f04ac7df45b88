"""What the validated reviews say, in the workbook: a sheet of the objectives, a sheet of the words."""

from __future__ import annotations

from typing import Any

from association.typed_sheets import PROSE, Column, ListSheet
from reports.document.reviews_said import ReviewsSaid

OBJECTIVES = (
    Column("Équipe", 40),
    Column("Public", 22),
    Column("Objectif", 60, PROSE),
    Column("Indicateur", 36),
    Column("Valeur de l’année", 28),
    Column("Résultat", 24),
    Column("Commentaire", 48),
)
WORDS = (Column("Équipe", 40), Column("Rubrique", 28), Column("Texte", 100, PROSE))


def reviews_in_workbook(workbook: Any, said: ReviewsSaid, named: str) -> None:
    """Write the two sheets; a year without a validated review has none."""
    if not said.teams:
        return
    sheet = ListSheet(workbook, f"Objectifs {said.year}", OBJECTIVES, heading=named)
    for team in said.with_objectives:
        for one in team.objectives:
            sheet.row(team.label, one.audience, one.statement, one.indicator, one.value, one.result, one.comment)
    sheet.close()
    sheet = ListSheet(workbook, f"Difficultés et projets {said.year}", WORDS, heading=named)
    for team in said.teams:
        for title, text in (("Difficultés rencontrées", team.difficulties), ("Projets de l’année", team.plans)):
            if text:
                sheet.row(team.label, title, text)
    sheet.close()
