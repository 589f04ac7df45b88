"""Importing after two records of one person were joined on screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions.models import Participation
from association.models import Professional, User
from association.services.people import join_professionals
from tests.importing.conftest import Outcome
from tests.importing.making import GP, NURSE, sound_sheets, write

TWIN = "10000000026"  # the nurse again, one digit wrong
Load = Callable[..., Outcome]


def sheets(*participations: tuple[str, str]) -> dict[str, list[dict[str, object]]]:
    """Return the sound region with the nurse's second record, and who took part in what under its number."""
    made = sound_sheets()
    nurse = next(row for row in made["Professionnels"] if row["Nom"] == "Le Goff")
    made["Professionnels"].append({**nurse, "RPPS": TWIN})
    like = made["Participations"][-1]
    made["Participations"] += [
        {**like, "Référence action": action, "RPPS": rpps, "Rôle": "participant"} for action, rpps in participations
    ]
    return made


@pytest.fixture
def joined(load: Load, tmp_path: Path, admin: User) -> Professional:
    """The region, loaded; the two records joined."""
    assert load(write(tmp_path / "region.xlsx", sheets(("A-2", TWIN)))).code == 0
    kept, other = (Professional.objects.get(rpps=rpps) for rpps in (NURSE, TWIN))
    staff = User.objects.get(email="gestion@exemple.fr")
    return join_professionals(kept=kept, other=other, actor=staff, comment="Même personne.")


def test_same_workbook_after_a_joining_changes_nothing(load: Load, tmp_path: Path, joined: Professional) -> None:
    outcome = load(write(tmp_path / "encore.xlsx", sheets(("A-2", TWIN))))
    assert outcome.code == 0
    assert "rien n'a changé" in outcome.text
    assert Professional.objects.get(rpps=TWIN).merged_into == joined


def test_same_person_added_under_the_other_number_is_a_fault(load: Load, tmp_path: Path, joined: Professional) -> None:
    before = Participation.objects.count()
    outcome = load(write(tmp_path / "ajout.xlsx", sheets(("A-2", TWIN), ("A-1", TWIN))))
    assert outcome.code == 1
    assert f"figure déjà dans l'action A-1 sous le RPPS {NURSE}" in outcome.text
    assert Participation.objects.count() == before


def test_other_people_are_added_as_before(load: Load, tmp_path: Path, joined: Professional) -> None:
    assert load(write(tmp_path / "ajout.xlsx", sheets(("A-2", TWIN), ("A-2", "10000000033")))).code == 0
    assert Participation.objects.filter(action__reference="A-2").count() == 3


def test_two_numbers_that_nobody_joined_may_both_take_part(load: Load, tmp_path: Path, admin: User) -> None:
    assert load(write(tmp_path / "region.xlsx", sheets(("A-1", TWIN)))).code == 0
    assert Participation.objects.filter(action__reference="A-1", professional__rpps__in=[NURSE, TWIN, GP]).count() == 3
