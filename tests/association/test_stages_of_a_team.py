"""The days of a team's stages: from its history, and from the dossier where the history does not know them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from association.models import Team, User
from association.nomenclature import TeamKind
from association.selectors.dossier import stages_of
from association.services.teams import take_step
from association.workflow import enter_at
from tests import factories
from tests.factories.dossier import HealthProjectFactory, RecognitionRequestFactory

pytestmark = pytest.mark.django_db

CREATED = datetime(2024, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def staff() -> User:
    user: User = factories.UserFactory(staff=True)
    return user


def taken_over(staff: User, state: str, **fields: object) -> Team:
    """A team whose history begins today, in its state: it comes from a workbook."""
    values = {"kind": TeamKind.ESP_CLAP, **fields}
    team = factories.TeamFactory.build(department=factories.DepartmentFactory(), **values)
    return enter_at([(team, state)], actor=staff, origin="reprise")[0]


def days(team: Team) -> dict[str, date | None]:
    return {stage.label: stage.day for stage in stages_of(Team.objects.get(pk=team.pk)) if stage.status != "todo"}


def test_taken_over_team_shows_the_days_that_its_dossier_knows(staff: User) -> None:
    team = taken_over(staff, "under_convention", created_at=CREATED, recognised_on=date(2024, 9, 1))
    HealthProjectFactory(
        team=team, accepted=True, submitted_on=date(2024, 6, 10), created_at=datetime(2024, 4, 2, tzinfo=UTC)
    )
    factories.ConventionFactory(team=team, signed=True, signed_on=date(2026, 10, 1), effective_on=date(2026, 10, 1))
    factories.ConventionFactory(team=team, ended=True, signed_on=date(2024, 10, 3), effective_on=date(2024, 10, 3))
    assert days(team) == {
        "Inscription": date(2024, 3, 4),
        "Accompagnement": None,
        "Projet de santé": date(2024, 4, 2),
        "Dépôt à l’ARS": date(2024, 6, 10),
        "Enregistrement": date(2024, 9, 1),
        "Convention": date(2024, 10, 3),
    }


def test_day_of_the_taking_over_is_not_shown_as_a_day_of_the_team(staff: User) -> None:
    team = taken_over(staff, "drafting")
    HealthProjectFactory(team=team)
    assert days(team) == {"Inscription": None, "Accompagnement": None, "Projet de santé": None}


def test_version_submitted_after_the_recognition_is_not_its_submission(staff: User) -> None:
    team = taken_over(staff, "recognised", recognised_on=date(2024, 9, 1))
    HealthProjectFactory(team=team, accepted=True, submitted_on=date(2024, 6, 10))
    HealthProjectFactory(team=team, number=2, submitted=True, submitted_on=date(2026, 2, 1))
    assert days(team)["Dépôt à l’ARS"] == date(2024, 6, 10)


def test_decisions_of_the_ars_tell_their_day(staff: User) -> None:
    refused = taken_over(staff, "refused")
    RecognitionRequestFactory(
        team=refused, of_paper=True, submitted_on=date(2026, 1, 5), decision="refusee", decided_on=date(2026, 2, 6),
        letter_reference="ARS-1", reason="Composition", decided_by=staff,
    )  # fmt: skip
    found = days(refused)
    assert (found["Dépôt à l’ARS"], found["Refusée"]) == (date(2026, 1, 5), date(2026, 2, 6))


def test_history_comes_before_what_the_dossier_says(staff: User) -> None:
    team = enter_at(
        [(factories.TeamFactory.build(department=factories.DepartmentFactory(), created_at=CREATED), "registered")],
        actor=staff,
        origin="",
    )[0]
    moved = take_step(team=team, step="accompany", actor=staff)
    today = datetime.now(tz=UTC).date()
    assert {day for day in days(moved).values() if day} <= {today, date.fromordinal(today.toordinal() + 1)}
