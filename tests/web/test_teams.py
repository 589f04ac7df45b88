"""The list of teams and a team's page, with what the floors above show in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from association.models import Team
from tests.factories import (
    ActionFactory,
    AdhesionFactory,
    CommuneFactory,
    CompanyFactory,
    ConventionFactory,
    DepartmentFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    ParticipationFactory,
    ProfessionalFactory,
    TeamFactory,
    TeamStructureFactory,
    UserFactory,
)
from tests.web.conftest import World, plain

LIST = "/equipes/"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(staff=True, full_name="Camille Gestion"))
    return client


def names(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [team.name for team in response.context["asked"].page]


def queries(client: Client, url: str) -> int:
    assert client.get(url).status_code == 200  # what is remembered for good (content types) is known from here on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- the list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["evron", "ÉVRON", "coeur evron", "EQ-ST 001", "saint etienne", "st-etienne"])
def test_search_minds_neither_case_nor_accents(staff: Client, typed: str) -> None:
    wanted = TeamFactory(name="Équipe du Cœur d'Évron", code="EQ-ST-001")
    wanted.communes.add(CommuneFactory(name="Saint-Étienne-de-Mer-Morte"))
    TeamFactory(name="Équipe de Laval", code="EQ-LV-002")
    assert names(staff.get(LIST, {"q": typed})) == [wanted.name]


def test_search_asks_for_every_word(staff: Client) -> None:
    TeamFactory(name="Équipe d'Évron")
    assert names(staff.get(LIST, {"q": "evron laval"})) == []


def test_filters_combine(staff: Client) -> None:
    mayenne = DepartmentFactory(code="53")
    officer = UserFactory(staff=True)
    wanted = TeamFactory(submitted=True, department=mayenne, officer=officer, kind="ess")
    TeamFactory(submitted=True, department=mayenne, officer=officer)
    TeamFactory(submitted=True, department=mayenne, kind="ess")
    TeamFactory(submitted=True, officer=officer, kind="ess")
    TeamFactory(department=mayenne, officer=officer, kind="ess")
    asked = {"state": "submitted", "department": "53", "officer": officer.pk, "kind": "ess"}
    assert names(staff.get(LIST, asked)) == [wanted.name]


def test_filter_typed_by_hand_that_makes_no_sense_is_explained(staff: Client) -> None:
    TeamFactory()
    page = staff.get(LIST, {"state": "parti", "department": "zz", "page": "-3", "tri": "nothing"})
    assert page.status_code == 200
    said = plain(page)
    assert "État : « parti » n'existe pas" in said
    assert "Département : « zz » n'existe pas" in said
    assert "On ne peut pas trier par « nothing »" in said
    assert "La page « -3 » n'existe pas : la liste a une page" in said


def test_sorting_follows_the_address(staff: Client) -> None:
    TeamFactory(name="B", code="1")
    TeamFactory(name="A", code="2")
    assert names(staff.get(LIST)) == ["A", "B"]
    assert names(staff.get(LIST, {"tri": "-name"})) == ["B", "A"]
    assert names(staff.get(LIST, {"tri": "code"})) == ["B", "A"]


def test_list_of_teams_asks_as_much_for_fifty_as_for_five(staff: Client) -> None:
    department = DepartmentFactory()

    def more(count: int) -> None:
        for _ in range(count):
            team = TeamFactory(department=department, officer=UserFactory())
            team.communes.add(CommuneFactory(department=department), CommuneFactory(department=department))
            MembershipFactory(team=team)

    more(5)
    few = queries(staff, LIST)
    more(45)
    assert queries(staff, LIST) == few
    assert few <= 10


def test_members_of_today_are_counted(staff: Client) -> None:
    team = TeamFactory()
    MembershipFactory(team=team)
    MembershipFactory(team=team, left_on=date(2026, 2, 1))
    page = staff.get(LIST)
    assert page.context["asked"].page[0].members_count == 1


# --- the page ------------------------------------------------------------------------------------------------


def full_team(people: int) -> Team:
    team = TeamFactory(under_convention=True, officer=UserFactory())
    team.communes.add(CommuneFactory())
    TeamStructureFactory(team=team, rna="W441234567")
    convention = ConventionFactory(signed=True, team=team)
    for _ in range(people):
        membership = MembershipFactory(team=team, period__company=CompanyFactory())
        AdhesionFactory(signed=True, convention=convention, membership=membership)
        ParticipationFactory(action=ActionFactory(validated=True, team=team), professional=membership.professional)
    return team


@pytest.mark.parametrize(
    "name",
    [
        "association:team",
        "association:team_members",
        "association:team_journal",
        "conventions:of_team",
        "actions:of_team",
        "payments:of_team",
    ],
)
def test_page_of_a_team_asks_as_much_for_fifty_members_as_for_five(staff: Client, name: str) -> None:
    few, many = full_team(5), full_team(50)
    assert queries(staff, reverse(name, args=[few.pk])) == queries(staff, reverse(name, args=[many.pk]))


def test_list_of_actions_asks_as_much_for_fifty_as_for_five(staff: Client) -> None:
    full_team(5)
    few = queries(staff, "/actions/")
    full_team(45)
    assert queries(staff, "/actions/") == few


def test_members_are_shown_with_their_dated_facts(staff: Client) -> None:
    team = TeamFactory(under_convention=True)
    member = MembershipFactory(
        team=team,
        professional=ProfessionalFactory(general_practitioner=True, last_name="Évrard"),
        period=None,
        is_referent=True,
    )
    MembershipPeriodFactory(membership=member, expected=True, ends_on=date(2026, 3, 31))
    MembershipPeriodFactory(membership=member, starts_on=date(2026, 4, 1), company=CompanyFactory(name="SELARL Ouest"))
    MembershipFactory(team=team, professional__last_name="Parti", left_on=date(2026, 2, 1))
    page = plain(staff.get(reverse("association:team_members", args=[team.pk])))
    for said in (
        "Évrard",
        "généraliste",
        "Confirmé",
        "Pressenti, libéral jusqu'au 31/03/2026",
        "SELARL Ouest",
        "Référent",
        "Sorti",
    ):
        assert said in page
    assert "1 médecin généraliste" in page


def test_ars_sees_professions_and_no_name(world: World, signed_in: Callable[[str], Client]) -> None:
    team, client = world.office.team, signed_in("ars")
    names = ("association:team", "association:team_members", "conventions:of_team")
    pages = [client.get(reverse(name, args=[team.pk])) for name in names]
    text = " ".join(map(plain, pages))
    assert "composition par profession" in text
    assert "Infirmier" not in text  # of three people no profession is told
    for person in world.office.people:
        assert person.last_name not in text
        assert person.rpps not in text
    assert "€" not in text
    assert "Plafond" not in text


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"60": 6, "70": 5}, [("Infirmier", 6), ("Masseur-kinésithérapeute", 5)]),
        # One small group would follow from the total: the next smallest is counted with it.
        ({"60": 9, "70": 6, "21": 2}, [("Infirmier", 9), ("Autres professions", 8)]),
        ({"60": 7, "70": 3, "21": 2, "50": 1}, [("Infirmier", 7), ("Autres professions", 6)]),
        ({"60": 5, "70": 4}, [("Autres professions", 9)]),
        ({"60": 3, "70": 1}, []),
        ({}, []),
    ],
)
def test_ars_reads_no_profession_of_fewer_than_five(db: None, counts: dict[str, int], told: list[Any]) -> None:
    team = TeamFactory(submitted=True)
    for code, number in counts.items():
        for _ in range(number):
            MembershipFactory(team=team, professional=ProfessionalFactory(profession=code))
    client = Client()
    client.force_login(UserFactory(ars=True))
    answer = client.get(reverse("association:team_members", args=[team.pk]))
    assert answer.context["professions"] == told


def test_ars_does_not_see_a_team_before_its_submission(world: World, signed_in: Callable[[str], Client]) -> None:
    early = TeamFactory(drafting=True)
    assert signed_in("ars").get(reverse("association:team", args=[early.pk])).status_code == 404


def test_referent_sees_the_ceiling_and_no_run(world: World, signed_in: Callable[[str], Client]) -> None:
    page = plain(signed_in("referent").get(reverse("payments:of_team", args=[world.office.team.pk])))
    assert "150,00 €" in page
    assert "/paiements/" not in page


def test_missing_signatures_are_named(staff: Client) -> None:
    convention = ConventionFactory(signed=True)
    AdhesionFactory(signed=True, convention=convention)
    MembershipFactory(team=convention.team, professional__last_name="Retard")
    page = plain(staff.get(reverse("conventions:of_team", args=[convention.team.pk])))
    assert "1 signature" in page
    assert "1 manque" in page
    assert "Retard" in page


def test_last_twenty_actions_and_the_way_to_all(staff: Client) -> None:
    team = TeamFactory(under_convention=True)
    ActionFactory.create_batch(21, validated=True, team=team)
    page = staff.get(reverse("actions:of_team", args=[team.pk]))
    assert len(page.context["rows"]) == 20
    assert f"/actions/?team={team.pk}" in page.content.decode()
    assert staff.get("/actions/", {"team": team.pk}).context["asked"].count == 21


# --- its steps -----------------------------------------------------------------------------------------------


def step(client: Client, team: Team, name: str, comment: str = ""):  # type: ignore[no-untyped-def]
    return client.post(reverse("association:team_step", args=[team.pk]), {"step": name, "comment": comment})


def test_step_moves_the_team_and_enters_its_history(staff: Client) -> None:
    team = TeamFactory(registered=True)
    assert step(staff, team, "accompany").status_code == 302
    page = plain(staff.get(reverse("association:team_journal", args=[team.pk])))
    assert "Accompagner" in page
    assert "Camille Gestion" in page
    assert Team.objects.get(pk=team.pk).state == "accompanied"


def test_refused_step_gives_back_what_was_typed(staff: Client) -> None:
    team = TeamFactory(registered=True)
    page = step(staff, team, "suspend", "Un long motif déjà écrit")
    assert page.status_code == 409
    assert "Un long motif déjà écrit" in plain(page)
    assert "Rien n'a été enregistré" in plain(page)


def test_reason_is_asked_for_in_the_dialog(staff: Client) -> None:
    team = TeamFactory(recognised=True)
    dated = {"step": "suspend", "suspend-suspended_on": "2026-03-02"}
    page = staff.post(reverse("association:team_step", args=[team.pk]), {**dated, "comment": "  "})
    assert page.status_code == 409
    assert "data-dialog-open" in page.content.decode()
    assert "Un motif est demandé" in plain(page)
    assert staff.post(reverse("association:team_step", args=[team.pk]), {**dated, "comment": "Oui"}).status_code == 302


def test_endless_reason_is_refused_in_the_dialog_and_kept(staff: Client) -> None:
    team = TeamFactory(recognised=True)
    typed = "Plus de médecin. " * 118
    dated = {"step": "suspend", "suspend-suspended_on": "2026-03-02"}
    page = staff.post(reverse("association:team_step", args=[team.pk]), {**dated, "comment": typed})
    assert page.status_code == 409
    assert "data-dialog-open" in page.content.decode()
    assert "Le motif compte 2 005 caractères, la limite est de 2 000" in plain(page)
    assert typed.strip() in plain(page)
    assert Team.objects.get(pk=team.pk).state == "recognised"
    longest = {**dated, "comment": "a" * 2_000}
    assert staff.post(reverse("association:team_step", args=[team.pk]), longest).status_code == 302


def test_step_without_permission_is_refused(world: World, signed_in: Callable[[str], Client]) -> None:
    page = step(signed_in("auditor"), world.office.team, "suspend", "motif")
    assert page.status_code == 409
    assert Team.objects.get(pk=world.office.team.pk).state == "under_convention"


# --- words of its kind ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        ("esp_clap", "recognised", "Enregistrée"),
        ("esp_clap", "withdrawn", "Enregistrement retiré"),
        ("esp", "recognised", "Reconnue"),
        ("ess", "withdrawn", "Reconnaissance retirée"),
    ],
)
def test_state_is_said_in_the_words_of_the_kind_wherever_it_is_shown(
    staff: Client, kind: str, state: str, said: str
) -> None:
    team = TeamFactory(kind=kind, **{state: True})
    assert (team.get_state_label(), team.get_state_display()) == (said, said)
    for name in ("team", "team_journal"):
        assert said in plain(staff.get(reverse(f"association:{name}", args=[team.pk])))
    assert f">{said}<" in plain(staff.get(reverse("association:team_list"), {"tout": "1"}, follow=True))


def test_next_step_is_offered_once(staff: Client) -> None:
    page = staff.get(reverse("association:team", args=[TeamFactory(registered=True).pk]))
    assert page.content.decode().count('value="accompany"') == 1


@pytest.mark.parametrize(("role", "sees"), [("staff", True), ("treasurer", True), ("auditor", True), ("ars", False)])
def test_contact_of_a_team_is_not_for_the_ars(db: None, role: str, sees: bool) -> None:
    team = TeamFactory(under_convention=True, contact_name="Anaïs Le Goff", contact_email="anais@equipe.example")
    client = Client()
    client.force_login(UserFactory(**{role: True}))
    page = plain(client.get(reverse("association:team", args=[team.pk])))
    assert ("Anaïs Le Goff" in page) is ("anais@equipe.example" in page) is sees
