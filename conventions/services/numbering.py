"""The numbers of conventions: year, department, and a sequence without gaps per year."""

from __future__ import annotations

from datetime import date

from association.models import Team
from association.nomenclature import TeamKind
from conventions.models import Convention, ConventionSequence

PREFIXES = {TeamKind.ESS: "ESS"}
PREFIX = "CLAP"


def draw_number(team: Team, on: date) -> str:
    """Return the next number of the year: ``CLAP-2026-044-0012``.

    Has to run in the transaction that writes the convention: the year's row stays locked until then, and a convention
    that is not written in the end leaves no gap. A number that somebody gave by hand in this form is passed over.
    """
    sequence, _ = ConventionSequence.objects.select_for_update().get_or_create(year=on.year)
    sequence.last += 1
    while _is_given(on.year, sequence.last):
        sequence.last += 1
    sequence.save(update_fields=["last"])
    return number_of(team, on.year, sequence.last)


def number_of(team: Team, year: int, place: int) -> str:
    """Return the number of a team's convention; the department on three characters (44: 044, 2A: 02A, 971)."""
    prefix = PREFIXES.get(TeamKind(team.kind), PREFIX)
    return f"{prefix}-{year}-{team.department.code:0>3}-{place:04d}"


def _is_given(year: int, place: int) -> bool:
    return Convention.objects.filter(number__iregex=rf"^[A-Z]+-{year}-[0-9AB]{{3}}-{place:04d}$").exists()
