"""The numbers of conventions: year, department, and a sequence without gaps."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from association.models import Team
from association.nomenclature import TeamKind
from conventions.models import ConventionSequence
from conventions.services.numbering import draw_number
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def team_of(department: str, **fields: object) -> Team:
    found: Team = factories.TeamFactory(department=factories.DepartmentFactory(code=department), **fields)
    return found


@pytest.mark.parametrize(
    ("department", "number"),
    [("44", "CLAP-2026-044-0001"), ("2A", "CLAP-2026-02A-0001"), ("971", "CLAP-2026-971-0001")],
)
def test_number_has_year_department_on_three_characters_and_place(department: str, number: str) -> None:
    assert draw_number(team_of(department), DAY) == number


def test_numbers_follow_each_other_whatever_the_department() -> None:
    numbers = [draw_number(team_of(code), DAY) for code in ("44", "85", "44")]
    assert numbers == ["CLAP-2026-044-0001", "CLAP-2026-085-0002", "CLAP-2026-044-0003"]


def test_numbers_begin_anew_each_year() -> None:
    draw_number(team_of("44"), DAY)
    assert draw_number(team_of("44"), date(2027, 1, 1)) == "CLAP-2027-044-0001"


def test_number_of_ess_says_so() -> None:
    assert draw_number(team_of("44", kind=TeamKind.ESS), DAY) == "ESS-2026-044-0001"


@pytest.mark.parametrize("typed", ["CLAP-2026-085-0001", "clap-2026-085-0001"])
def test_number_given_by_hand_is_passed_over(typed: str) -> None:
    factories.ConventionFactory(number=typed)
    assert draw_number(team_of("44"), DAY) == "CLAP-2026-044-0002"


def test_number_of_a_convention_that_was_not_written_is_drawn_again() -> None:
    team = team_of("44")
    with transaction.atomic():
        draw_number(team, DAY)
        transaction.set_rollback(True)
    assert draw_number(team, DAY) == "CLAP-2026-044-0001"
    assert ConventionSequence.objects.get(year=2026).last == 1
