"""Findings where people meet them: on the dossier, on the home page, above the list of teams."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.findings import refresh_findings
from association.inbox import watched_teams
from association.models import Role, Team, TeamFinding, User
from association.nomenclature import TeamKind
from association.registries import InboxItem
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.web.conftest import plain


@pytest.fixture
def officer(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def section(client: Client, team: Team) -> str:
    return plain(client.get(reverse("association:team_findings", args=[team.pk])))


def noted(team: Team, code: str, *, since: date = date(2026, 3, 1), level: str = "blocking") -> TeamFinding:
    return TeamFinding.objects.create(team=team, code=code, level=level, sentence="…", since=since)


def told(user: User) -> dict[str, InboxItem]:
    return {item.title: item for item in watched_teams(user)}


# --- the section of the dossier ------------------------------------------------------------------------------------


def test_dossier_shows_what_blocks_first_with_what_to_do_and_the_source(officer: User) -> None:
    team = TeamFactory(recognised=True)
    MembershipFactory(
        team=team, professional=ProfessionalFactory(first_name="Zoé", last_name="Ruel", mssante="z@test.example")
    )
    page = section(signed(officer), team)
    assert "2 bloquants" in page
    assert "Ajoutez un médecin généraliste." in page
    assert "Article L. 1411-11-1 du code de la santé publique" in page
    assert page.index("il en faut au moins deux") < page.index("Le projet de santé n'est pas commencé")


def test_dossier_says_since_when_a_finding_stands(officer: User) -> None:
    team = TeamFactory(recognised=True)
    noted(team, "NO_GP", since=date(2026, 3, 1))
    assert "depuis le 1er mars 2026" in section(signed(officer), team)


def test_dossier_says_what_a_warning_will_prevent(officer: User) -> None:
    team = TeamFactory(drafting=True)
    team.projects.create(number=1, created_by=officer, action_types=["PREVENTION"])
    assert "Empêchera la convention." in section(signed(officer), team)


@pytest.mark.parametrize(
    ("state", "head", "badge"),
    [("registered", "à faire avant le dépôt", "À faire"), ("submitted", "bloquants", "Bloquant")],
)
def test_what_is_not_due_yet_is_said_calmly(officer: User, state: str, head: str, badge: str) -> None:
    page = signed(officer).get(reverse("association:team_findings", args=[TeamFactory(**{state: True}).pk]))
    shown = plain(page)
    assert head in shown
    assert f">{badge}<" in shown
    assert ("state-bad" in page.content.decode()) is (state == "submitted")


def test_missing_address_leads_to_the_person_to_complete(officer: User) -> None:
    team = TeamFactory(drafting=True)
    stay = MembershipFactory(team=team, professional=ProfessionalFactory(first_name="Zoé", last_name="Ruel"))
    edit = reverse("association:professional_edit", args=[stay.professional_id])
    project = team.projects.create(number=1, created_by=officer)
    for name, pk in (("team_findings", team.pk), ("project_gate", project.pk)):
        assert edit in signed(officer).get(reverse(f"association:{name}", args=[pk])).content.decode()
    # Of two members of one name neither is chosen.
    MembershipFactory(team=team, professional=ProfessionalFactory(first_name="Zoé", last_name="Ruel"))
    assert edit not in signed(officer).get(reverse("association:team_findings", args=[team.pk])).content.decode()


def test_dossier_without_a_finding_says_that_all_is_well(officer: User) -> None:
    team = TeamFactory(kind=TeamKind.INFORMAL, accompanied=True)
    assert "Rien à signaler." in section(signed(officer), team)


def test_closed_dossier_says_that_nothing_is_checked(officer: User) -> None:
    assert "rien n'y est plus vérifié" in section(signed(officer), TeamFactory(closed=True))


def test_referent_reads_the_findings_of_the_own_team_only(db: None) -> None:
    stay = MembershipFactory(is_referent=True)
    client = signed(UserFactory(role=Role.REFERENT, professional=stay.professional))
    assert "médecin généraliste" in section(client, stay.team)
    other = reverse("association:team_findings", args=[TeamFactory(under_convention=True).pk])
    assert client.get(other).status_code == 404


# --- the inbox -------------------------------------------------------------------------------------------------------


def test_inbox_groups_the_findings_of_one_s_teams_by_code_with_the_oldest(officer: User) -> None:
    for since in (date(2026, 5, 4), date(2026, 2, 1)):
        noted(TeamFactory(under_convention=True, officer=officer), "NO_GP", since=since)
    item = told(officer)["Équipes sans médecin généraliste"]
    days = (timezone.localdate() - date(2026, 2, 1)).days
    assert (item.count, item.detail) == (2, f"le plus ancien relevé il y a {days} jours")
    assert item.url == f"/equipes/?constat=NO_GP&officer={officer.pk}"


def test_inbox_leads_to_the_dossier_when_there_is_one_only(officer: User) -> None:
    team = TeamFactory(under_convention=True, officer=officer)
    noted(team, "NO_GP")
    assert told(officer)["Équipes sans médecin généraliste"].url == f"/equipes/{team.pk}/#constats"


def test_inbox_holds_the_teams_of_nobody_and_not_those_of_others(officer: User) -> None:
    noted(TeamFactory(under_convention=True, officer=UserFactory(staff=True)), "NO_GP")
    assert told(officer) == {}
    team = TeamFactory(under_convention=True)
    noted(team, "NO_GP", since=timezone.localdate() - timedelta(days=1))
    item = told(officer)["Équipes sans médecin généraliste"]
    assert (item.count, item.detail) == (1, f"{team.name}, personne n’en est chargé, relevé hier")


def test_inbox_tells_no_age_on_the_day_on_which_a_finding_is_noted(officer: User) -> None:
    for _ in range(2):
        noted(TeamFactory(under_convention=True, officer=officer), "NO_GP", since=timezone.localdate())
    assert told(officer)["Équipes sans médecin généraliste"].detail == ""


@pytest.mark.parametrize(
    ("state", "code", "is_told"),
    [
        ("drafting", "NO_GP", False),  # still to be done, not lost
        ("submitted", "NO_GP", True),
        ("suspended", "MSSANTE", True),
        ("withdrawn", "NO_GP", False),
        ("withdrawn", "CONVENTION_ENDS", True),
        ("drafting", "STRUCTURE_ENDS", True),
        ("recognised", "PROJECT_INCOMPLETE", False),
        ("under_convention", "DOUBLE_FUNDING", True),
    ],
)
def test_inbox_tells_what_was_lost_and_not_what_is_in_hand(officer: User, state: str, code: str, is_told: bool) -> None:
    noted(TeamFactory(**{state: True}, officer=officer), code)
    assert bool(told(officer)) is is_told


def test_gp_who_leaves_is_told_on_the_home_page(officer: User) -> None:
    team = TeamFactory(under_convention=True, officer=officer)
    MembershipFactory(team=team, professional=ProfessionalFactory(general_practitioner=True), left_on=date(2026, 6, 30))
    refresh_findings(teams=[team])
    assert "Équipes sans médecin généraliste" in plain(signed(officer).get("/"))


@pytest.mark.parametrize("role", ["ars", "auditor", "admin"])
def test_inbox_of_those_who_accompany_nobody_stays_empty(db: None, role: str) -> None:
    noted(TeamFactory(under_convention=True), "NO_GP")
    assert told(UserFactory(**{role: True})) == {}


def test_inbox_asks_once_whatever_there_is_to_tell(officer: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(watched_teams(officer))
        return len(captured)

    for code in ("NO_GP", "MSSANTE", "CONVENTION_ENDS"):
        noted(TeamFactory(under_convention=True, officer=officer), code)
    assert queries() == 1


# --- the list of teams -----------------------------------------------------------------------------------------------


def shown(client: Client, query: str) -> set[Any]:
    return set(client.get(f"/equipes/?{query}").context["asked"].page)


def test_list_shows_exactly_the_teams_that_the_inbox_counted(officer: User) -> None:
    mine = [TeamFactory(under_convention=True, officer=officer) for _ in range(2)]
    nobody_s = [TeamFactory(under_convention=True) for _ in range(2)]
    drafting = TeamFactory(drafting=True, officer=officer)
    for team in (*mine, *nobody_s, drafting):
        noted(team, "NO_GP")
    TeamFactory(under_convention=True, officer=officer)
    urls = [item.url for item in watched_teams(officer)]
    client = signed(officer)
    assert [shown(client, url.partition("?")[2]) for url in urls] == [set(mine), set(nobody_s)]


def test_figure_of_blocked_teams_leads_to_these_teams(officer: User) -> None:
    blocked, warned = TeamFactory(recognised=True), TeamFactory(recognised=True)
    noted(blocked, "NO_GP")
    noted(warned, "EXPECTED_TOO_LONG", level="warning")
    client = signed(officer)
    assert "Équipes avec un constat bloquant" in plain(client.get("/accueil/chiffres/"))
    assert shown(client, "constat=bloquants") == {blocked}


def test_ars_does_not_search_by_finding(db: None) -> None:
    team = TeamFactory(under_convention=True)
    noted(TeamFactory(under_convention=True), "NO_GP")
    client = signed(UserFactory(ars=True))
    assert team in shown(client, "constat=NO_GP")
    assert 'name="constat"' not in client.get("/equipes/").content.decode()
