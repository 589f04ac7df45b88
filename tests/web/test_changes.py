"""What changed since the last visit, by role: whose changes, of which teams, in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.journal import save_changes
from association.models import Team, User
from association.selectors.changes import LINES, Changes, changes_since
from association.workflow import fire
from tests.factories import ActionFactory, DepartmentFactory, MembershipFactory, TeamFactory, UserFactory
from tests.payments.office import Office
from tests.web.conftest import World, plain
from tests.web.test_home_and_jobs import SignedIn


def told(user: User) -> dict[str, list[str]]:
    """What a user is told, of the last hour: group -> lines, with the state."""
    return lines_of(changes_since(user, timezone.now() - timedelta(hours=1)))


def lines_of(changes: Changes) -> dict[str, list[str]]:
    return {group.title: [f"{line.what} : {line.state_label}" for line in group.lines] for group in changes.groups}


@pytest.fixture
def other(db: None) -> User:
    return UserFactory(staff=True, full_name="Zoé Personne")


@pytest.fixture
def officer(db: None) -> User:
    return UserFactory(staff=True)


def accompanied(other: User, **changes: Any) -> Team:
    return fire(TeamFactory(registered=True, **changes), "accompany", actor=other)


def test_officer_is_told_of_own_teams_and_not_of_what_they_did(officer: User, other: User) -> None:
    mine = accompanied(other, officer=officer)
    accompanied(other, officer=other)
    accompanied(officer, officer=officer)
    assert told(officer) == {mine.name: ["Équipe : Accompagnée"]}


def test_officer_without_teams_is_told_of_the_region(officer: User, other: User) -> None:
    team = accompanied(other)
    assert told(officer) == {team.name: ["Équipe : Accompagnée"]}


def test_changes_before_the_mark_are_not_told(officer: User, other: User) -> None:
    accompanied(other, officer=officer)
    assert not changes_since(officer, timezone.now())


def test_object_that_moved_twice_is_told_once_where_it_came_to(officer: User, other: User) -> None:
    team = accompanied(other, officer=officer)
    fire(team, "draft", actor=other)
    assert told(officer) == {team.name: ["Équipe : Projet en rédaction"]}


def test_alike_changes_of_a_team_share_a_line(officer: User, other: User) -> None:
    team = TeamFactory(under_convention=True, officer=officer)
    for _ in range(3):
        fire(ActionFactory(declared=True, team=team), "return_to_declarant", actor=other, comment="À préciser")
    assert told(officer)[team.name] == ["3\u00a0actions : À compléter"]


def test_fields_are_named_and_not_what_they_say(officer: User, other: User) -> None:
    team = TeamFactory(officer=officer)
    save_changes(team, values={"name": "Un autre nom"}, version=None, actor=other)
    [group] = changes_since(officer, timezone.now() - timedelta(hours=1)).groups
    assert [(line.what, line.detail, line.actor) for line in group.lines] == [
        ("Dossier modifié", "nom", "Zoé Personne")
    ]


def test_newest_are_shown_and_the_rest_is_counted(officer: User, other: User) -> None:
    teams = [accompanied(other, officer=officer) for _ in range(LINES + 3)]
    changes = changes_since(officer, timezone.now() - timedelta(hours=1))
    assert [group.title for group in changes.groups] == [team.name for team in reversed(teams[3:])]
    assert (changes.rest, changes.and_more) == (3, False)


def test_ars_is_told_of_its_department_from_the_submission_on_and_of_no_name(other: User) -> None:
    department = DepartmentFactory()
    ars = UserFactory(ars=True, department=department)
    before = TeamFactory(registered=True, department=department)
    fire(before, "accompany", actor=other)
    TeamFactory(submitted=True)
    team = TeamFactory(recognised=True, department=department)
    save_changes(team, values={"name": "Équipe du Lac"}, version=None, actor=other)
    fire(team, "suspend", actor=other, comment="Vacance")
    changes = changes_since(ars, timezone.now() - timedelta(hours=1))
    assert lines_of(changes) == {"Équipe du Lac": ["Équipe : Suspendue"]}
    assert changes.groups[0].lines[0].actor == "l’association"


def test_ars_is_not_told_what_a_team_went_through_before(other: User) -> None:
    team = accompanied(other)
    Team.objects.filter(pk=team.pk).update(state=Team.State.SUBMITTED)
    assert told(UserFactory(ars=True)) == {}


def test_referent_is_told_of_the_own_team_only(other: User) -> None:
    stay = MembershipFactory(is_referent=True, team=TeamFactory(under_convention=True))
    referent = UserFactory(role="referent", professional=stay.professional)
    fire(ActionFactory(declared=True, team=stay.team), "return_to_declarant", actor=other, comment="À préciser")
    fire(ActionFactory(declared=True), "return_to_declarant", actor=other, comment="À préciser")
    [group] = changes_since(referent, timezone.now() - timedelta(hours=1)).groups
    assert group.title == stay.team.name
    assert [(line.state_label, line.actor) for line in group.lines] == [("À compléter", "l’association")]


def test_treasurer_is_told_of_runs_and_not_of_every_team(world: World, other: User) -> None:
    accompanied(other)
    run = "Paiement mensuel : juillet 2026"
    assert told(world.office.president)["Paiements mensuels"] == [f"{run} : Exporté"]
    assert "Paiements mensuels" not in told(world.office.treasurer), "they moved it on since"
    assert set(told(world.office.president)) == {"Paiements mensuels"}


@pytest.mark.parametrize("role", ["ars", "referent", "admin"])
def test_others_are_told_of_no_run(role: str, world: World) -> None:
    assert "Paiements mensuels" not in told(world.users[role])


@pytest.mark.parametrize("role", ["staff", "treasurer", "auditor", "admin", "ars", "referent"])
def test_home_tells_each_role_in_a_page_that_opens(role: str, world: World, signed_in: SignedIn) -> None:
    team = Team.objects.get(pk=world.office.team.pk)
    someone = UserFactory(staff=True, full_name="Zoé Personne")
    fire(team, "suspend", actor=someone, comment="Vacance")
    page = signed_in(role).get("/accueil/changements/")
    text = plain(page)
    assert "Depuis l'ouverture de votre compte" in text
    assert ("Zoé Personne" in text) == (role in ("staff", "auditor", "admin"))
    links = [group.url for group in page.context["changes"].groups]
    links += [line.url for group in page.context["changes"].groups for line in group.lines if line.url]
    client = signed_in(role)
    assert {url: client.get(url).status_code for url in links if url} == {url: 200 for url in links if url}


@pytest.mark.parametrize("role", ["staff", "treasurer", "auditor", "admin", "ars", "referent"])
def test_home_asks_as_much_for_many_changes_as_for_few(
    role: str, office: Office, other: User, signed_in: SignedIn
) -> None:
    client = signed_in(role)

    def change(count: int) -> None:
        for _ in range(count):
            team = TeamFactory(under_convention=True, officer=office.staff)
            save_changes(team, values={"name": f"Autre {team.pk}"}, version=None, actor=other)
            for one in (team, office.team):
                fire(ActionFactory(declared=True, team=one), "return_to_declarant", actor=other, comment="À préciser")
            fire(team, "suspend", actor=other, comment="Vacance")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    change(1)
    few = queries()
    change(8)
    assert queries() == few
