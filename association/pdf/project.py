"""The health project on paper, in the order of the ARS's annex (docs/sources.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.pdf.pieces import facts, gap, heading, label, lead, line, prose, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, EXPECTED, MISSING
from association.pdf.text import long_date
from association.project_content import PEOPLE, Person, ProjectContent, Section

COLUMNS = ("Nom Prénom", "Qualité", "Lieu d’exercice", "Mode d’exercice")
SHARES = (27, 30, 27, 16)  # the second holds « Masseur-kinésithérapeute » in one piece


def project_pdf(content: ProjectContent, buffer: str | Path | IO[bytes]) -> None:
    """Write a version of the project; one that is not submitted is marked as a draft."""
    write_pdf(
        buffer,
        list(_story(content)),
        title=f"Projet de santé – {content.team_name}",
        reference=content.reference,
        organisation=content.organisation,
        draft=content.submitted_on is None,
    )


def _story(content: ProjectContent) -> Iterator[Flowable]:
    yield title("Projet de santé")
    yield lead(content.team_name)
    yield facts(
        [
            ("Équipe", f"{content.team_code} – {content.kind_label}"),
            ("Département", content.department),
            ("Version", f"{content.version} – {content.state_label}"),
            ("Date de dépôt", long_date(content.submitted_on) if content.submitted_on else "Pas encore déposée"),
        ]
    )
    if all(section.code != PEOPLE for section in content.sections):
        yield from heading("Personnes impliquées dans le projet")
        yield from _people(content.people)
    for section in content.sections:
        yield from _section(section, content.people)


def _section(section: Section, people: tuple[Person, ...]) -> Iterator[Flowable]:
    yield from heading(f"{section.number}. {section.title}" if section.number else section.title)
    if not section.complete:
        yield line("Rubrique à compléter.", MISSING)
    if section.code == PEOPLE:
        yield from _people(people)
    elif not section.entries:
        yield from prose("")
    for name, text in section.entries:
        if name:
            yield from label(name)
        yield from prose(text)


def _people(people: tuple[Person, ...]) -> Iterator[Flowable]:
    if not people:
        yield from prose("")
        return
    yield from table(
        COLUMNS,
        [(_named(person), person.quality, person.place, person.mode) for person in people],
        shares=SHARES,
        styles=[EXPECTED if person.expected else CELL for person in people],
    )
    yield gap(5)
    expected = sum(person.expected for person in people)
    if expected:
        yield small(
            f"En orange, avec le mot « pressenti » : professionnels sollicités dont la participation est encore "
            f"incertaine ({expected} sur {len(people)})."
        )


def _named(person: Person) -> str:
    return f"{person.name}\n(pressenti)" if person.expected else person.name
