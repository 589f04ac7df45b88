"""A yearly review on paper: the team's figures, its objectives one by one, what was difficult, what comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.money import euros, grouped
from association.nomenclature import ActionType
from association.pdf.pieces import facts, gap, heading, label, lead, prose, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.text import long_date
from reports.team_review_content import ObjectiveAnswer, ReviewContent, YearFigures

PATIENTS_REMARK = (
    "Patients concernés : somme de ce que disent les actions ; un patient peut être compté plusieurs fois."
)


def review_pdf(content: ReviewContent, buffer: str | Path | IO[bytes]) -> None:
    """Write a review; one that is not validated is marked as a draft. The same content gives the same bytes."""
    write_pdf(
        buffer,
        list(_story(content)),
        title=f"Bilan {content.year} – {content.team_name}",
        reference=content.reference,
        organisation=content.organisation,
        draft=content.validated_on is None,
    )


def _story(content: ReviewContent) -> Iterator[Flowable]:
    yield title(f"Bilan de l’année {content.year}")
    yield lead(content.team_name)
    yield facts(
        [
            ("Équipe", f"{content.team_code} – {content.kind_label}"),
            ("Département", content.department),
            ("Projet de santé", content.project_label or "Aucun dans ce registre"),
            ("Remis le", long_date(content.submitted_on) if content.submitted_on else "Pas encore remis"),
            ("État", _state(content)),
        ]
    )
    yield from heading("L’année en chiffres")
    yield from _figures(content.figures)
    yield from heading("Objectifs du projet de santé")
    if not content.objectives:
        yield from prose("")
    for number, objective in enumerate(content.objectives, 1):
        yield from _objective(number, objective)
    yield from heading("Difficultés rencontrées")
    yield from prose(content.difficulties)
    yield from heading(f"Projets de l’année {content.year + 1}")
    yield from prose(content.plans)


def _state(content: ReviewContent) -> str:
    return f"Validé le {long_date(content.validated_on)}" if content.validated_on else content.state_label


def _figures(figures: YearFigures) -> Iterator[Flowable]:
    labels = dict(ActionType.choices)
    rows = [(str(labels.get(code, code)), grouped(count)) for code, count in figures.actions.items()]
    if rows:
        rows.append(("Ensemble", grouped(figures.actions_count)))
        yield from table(("Actions validées", "Nombre"), rows, shares=(5, 1))
    else:
        yield from prose("Aucune action validée cette année.")
    yield gap(8)
    ceiling = "Pas de plafond cette année" if figures.ceiling_cents is None else euros(figures.ceiling_cents)
    used = "" if figures.use_percent is None else f" ({figures.use_percent} % du plafond)"
    yield facts(
        [
            ("Participations", grouped(figures.participations)),
            ("Professionnels", grouped(figures.professionals)),
            ("Patients concernés", grouped(figures.patients)),
            ("Indemnités dues", f"{euros(figures.due_cents)}{used}"),
            ("Indemnités payées", euros(figures.paid_cents)),
            ("Plafond de l’année", ceiling),
        ]
    )
    yield gap(4)
    yield small(f"Compté le {long_date(figures.counted_on)}. {PATIENTS_REMARK}")


def _objective(number: int, objective: ObjectiveAnswer) -> Iterator[Flowable]:
    yield from label(f"Objectif {number} – {objective.audience}")
    yield from prose(objective.statement)
    yield facts(
        [
            ("Indicateur", objective.indicator),
            ("Valeur de l’année", objective.value),
            ("Résultat", objective.result),
        ]
    )
    if objective.comment.strip():
        yield gap(3)
        yield from prose(objective.comment)
    yield gap(6)
