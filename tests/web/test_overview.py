"""The board by state and the map of the region, as each role sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.models import Team, TeamFinding, TransitionLog
from association.registries import watched_findings
from association.selectors import board as board_of
from association.selectors.region_map import SHADES, Area
from association.services.teams import take_step
from tests.factories import (
    CommuneFactory,
    ConventionFactory,
    DepartmentFactory,
    MembershipFactory,
    RecognitionRequestFactory,
    TeamFactory,
    UserFactory,
)
from tests.web.conftest import plain

BOARD, MAP = "/tableau/", "/carte/"
TODAY = timezone.localdate()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    def of(**traits: Any) -> Client:
        client = Client()
        client.force_login(UserFactory(**traits))
        return client

    return of


@pytest.fixture
def staff(signed_in: Callable[..., Client]) -> Client:
    return signed_in(staff=True)


def said(response: Any) -> str:
    """Return the words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", "", plain(response)).split())


def column(response: Any, state: str) -> Any:
    return next(one for one in response.context["board"].columns if one.state == state)


def cards(response: Any, state: str) -> list[str]:
    return [card.team.name for card in column(response, state).cards]


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- the board -----------------------------------------------------------------------------------------------


def test_columns_follow_the_path_and_those_beside_it_show_when_somebody_is_there(staff: Client) -> None:
    TeamFactory(drafting=True)
    page = staff.get(BOARD)
    assert [one.state for one in page.context["board"].columns] == [str(state) for state in board_of.WAY]
    TeamFactory(refused=True)
    assert [one.state for one in staff.get(BOARD).context["board"].columns][-1] == "refused"


def test_oldest_come_first_by_the_dates_of_their_file(staff: Client) -> None:
    TeamFactory(recognised=True, name="B", recognised_on=ago(10))
    TeamFactory(recognised=True, name="A", recognised_on=ago(40))
    page = staff.get(BOARD)
    assert cards(page, "recognised") == ["A", "B"]
    assert "depuis 40 jours" in said(page)


def test_of_a_team_taken_over_under_convention_the_convention_tells(staff: Client) -> None:
    team = TeamFactory(under_convention=True)
    ConventionFactory(signed=True, team=team, effective_on=ago(70))
    (card,) = column(staff.get(BOARD), "under_convention").cards
    assert (card.since, card.days, card.at_least) == (ago(70), 70, False)


def test_of_a_team_taken_over_at_the_ars_its_submission_tells(staff: Client) -> None:
    team = TeamFactory(submitted=True)
    RecognitionRequestFactory(team=team, of_paper=True, submitted_on=ago(20), opinion_due_on=ago(-25))
    (card,) = column(staff.get(BOARD), "submitted").cards
    assert card.days == 20


def test_a_team_taken_over_on_no_known_day_says_so(staff: Client) -> None:
    TeamFactory(accompanied=True)
    assert f"depuis le {TODAY:%d/%m/%Y} ou avant" in said(staff.get(BOARD))


def test_a_step_of_today_counts_from_today(staff: Client) -> None:
    officer = UserFactory(staff=True)
    take_step(team=TeamFactory(registered=True), step="accompany", actor=officer)
    (card,) = column(staff.get(BOARD), "accompanied").cards
    assert (card.days, card.at_least) == (0, False)
    assert "depuis aujourd'hui" in said(staff.get(BOARD))


def test_the_last_entry_into_a_state_counts(db: None) -> None:
    team = TeamFactory(recognised=True, recognised_on=ago(300))
    old = TransitionLog.objects.get(object_id=team.pk, to_state="recognised")
    TransitionLog.objects.create(
        content_type=old.content_type, object_id=team.pk, transition="leave_convention", from_state="under_convention",
        to_state="recognised", actor=old.actor,
    )  # fmt: skip
    assert board_of.with_age(Team.objects.all()).get().since == TODAY


def test_late_is_said_in_words_from_the_day_after_the_bound(staff: Client) -> None:
    bound = settings.TEAM_LATE_DAYS["recognised"]
    TeamFactory(recognised=True, name="Juste à temps", recognised_on=ago(bound))
    TeamFactory(recognised=True, name="En retard", recognised_on=ago(bound + 3))
    page = staff.get(BOARD)
    late, in_time = column(page, "recognised").cards
    assert (late.over, in_time.over) == (3, 0)
    assert column(page, "recognised").late == 1
    assert "3 jours de trop" in plain(page)
    assert f"1 depuis plus de {bound} jours" in plain(page)


def test_a_state_without_bound_is_never_late(staff: Client) -> None:
    team = TeamFactory(under_convention=True)
    ConventionFactory(signed=True, team=team, effective_on=ago(700), starts_on=ago(700))
    assert column(staff.get(BOARD), "under_convention").cards[0].over == 0


def test_filters_narrow_the_board_and_stay_in_the_way_to_the_list(staff: Client) -> None:
    mayenne, officer = DepartmentFactory(code="53"), UserFactory(staff=True)
    for _ in range(board_of.CARDS + 2):
        TeamFactory(accompanied=True, department=mayenne, officer=officer, kind="ess")
    TeamFactory(accompanied=True, officer=officer, kind="ess")
    page = staff.get(BOARD, {"department": "53", "officer": officer.pk, "kind": "ess"})
    found = column(page, "accompanied")
    assert (found.count, len(found.cards), found.more) == (board_of.CARDS + 2, board_of.CARDS, 2)
    assert "Voir les 2 autres" in plain(page)
    link = f"/equipes/?department=53&amp;kind=ess&amp;officer={officer.pk}&amp;state=accompanied"
    assert link in page.content.decode()
    listed = staff.get(link.replace("&amp;", "&"))
    assert listed.context["asked"].count == found.count


def test_filter_typed_by_hand_that_makes_no_sense_is_explained(staff: Client) -> None:
    page = staff.get(BOARD, {"department": "zz", "kind": "club", "officer": "x"})
    assert page.status_code == 200
    assert "« club » n'existe pas, c'est ignoré" in plain(page)


def test_the_ars_sees_the_teams_of_its_department_from_the_submission_on(signed_in: Callable[..., Client]) -> None:
    mayenne = DepartmentFactory(code="53")
    TeamFactory(submitted=True, name="Laval", department=mayenne)
    TeamFactory(submitted=True, name="Nantes")
    TeamFactory(drafting=True, department=mayenne)
    page = signed_in(ars=True, department=mayenne).get(BOARD)
    assert page.context["board"].columns[0].state == "submitted"
    assert cards(page, "submitted") == ["Laval"]


def test_findings_show_to_those_who_may_see_them(signed_in: Callable[..., Client], staff: Client) -> None:
    code = next(iter(watched_findings.names()))
    TeamFinding.objects.create(team=TeamFactory(submitted=True), code=code, level="blocking", sentence="Il manque.")
    assert "1 constat bloquant" in plain(staff.get(BOARD))
    assert "constat" not in plain(signed_in(ars=True).get(BOARD))


def test_board_asks_as_much_for_many_teams_as_for_few(staff: Client) -> None:
    def more(count: int) -> None:
        for state in ("registered", "submitted", "under_convention"):
            for _ in range(count):
                team = TeamFactory(**{state: True}, officer=UserFactory())
                team.communes.add(CommuneFactory(), CommuneFactory())

    more(2)
    few = queries(staff, BOARD)
    more(board_of.CARDS + 5)
    assert queries(staff, BOARD) == few
    assert few <= 12


# --- the map -------------------------------------------------------------------------------------------------


@pytest.fixture
def nantes(db: None) -> Any:
    return CommuneFactory(code="44109", name="Nantes", population=300_000)


@pytest.fixture
def ancenis(db: None) -> Any:
    return CommuneFactory(code="44003", name="Ancenis-Saint-Géréon", population=10_000)


def test_a_team_stands_at_its_largest_commune_and_covers_all(staff: Client, nantes: Any, ancenis: Any) -> None:
    team = TeamFactory(accompanied=True, name="Équipe de la Loire")
    team.communes.add(nantes, ancenis)
    MembershipFactory(team=team)
    page = staff.get(MAP)
    (point,) = page.context["drawing"].points
    assert (point.spot.name, point.count) == ("Nantes", 1)
    assert f'href="/equipes/{team.pk}/"' in page.content.decode()
    assert 'aria-label="Nantes : Équipe de la Loire"' in plain(page)
    assert [spot.name for spot in page.context["region"].spots] == ["Ancenis-Saint-Géréon", "Nantes"]


def test_several_teams_at_one_commune_make_a_larger_point_that_leads_to_their_list(
    staff: Client, nantes: Any, ancenis: Any
) -> None:
    for place in (nantes, nantes, nantes, ancenis):
        TeamFactory(accompanied=True).communes.add(place)
    large, small = staff.get(MAP).context["drawing"].points
    assert (large.count, small.count) == (3, 1)
    assert large.radius > small.radius
    assert staff.get(large.spot.seated_url).context["asked"].count == 3


def test_points_may_count_members(staff: Client, nantes: Any) -> None:
    team = TeamFactory(accompanied=True)
    team.communes.add(nantes)
    for _ in range(4):
        MembershipFactory(team=team)
    MembershipFactory(team=team, left_on=date(2026, 2, 1))
    (point,) = staff.get(MAP, {"points": "membres"}).context["drawing"].points
    assert point.count == 4


def test_coverage_counts_people_once(staff: Client, nantes: Any, ancenis: Any) -> None:
    for _ in range(2):
        TeamFactory(accompanied=True).communes.add(nantes)
    page = staff.get(MAP)
    whole = page.context["region"].whole
    assert (whole.covered, whole.communes, whole.covered_population, whole.population) == (1, 2, 300_000, 310_000)
    assert whole.share == 97
    assert "300 000 habitants sur 310 000" in plain(page)


@pytest.mark.parametrize(("covered", "share"), [(0, 0), (1, 1), (499, 50), (999, 99), (1000, 100)])
def test_a_share_is_neither_nothing_of_something_nor_all_of_not_all(covered: int, share: int) -> None:
    area = Area("1", "A", population=1000, covered_population=covered)
    assert area.share == share
    assert SHADES[area.shade] >= share


def test_a_former_commune_counts_for_the_one_it_is_part_of(staff: Client, nantes: Any) -> None:
    former = CommuneFactory(code="44990", name="Chantenay", is_current=False, merged_into=nantes)
    TeamFactory(accompanied=True).communes.add(former)
    assert [spot.name for spot in staff.get(MAP).context["region"].spots] == ["Nantes"]


def test_ended_teams_are_not_on_the_map(staff: Client, nantes: Any) -> None:
    for state in ("closed", "refused", "withdrawn"):
        TeamFactory(**{state: True}).communes.add(nantes)
    assert staff.get(MAP).context["drawing"].points == ()


def test_stage_narrows_the_teams(staff: Client, nantes: Any) -> None:
    for state in ("accompanied", "recognised", "under_convention"):
        TeamFactory(**{state: True}, name=state).communes.add(nantes)
    shown = {
        stage: sorted(team.name for team in staff.get(MAP, {"stage": stage}).context["region"].teams)
        for stage in ("", "reconnues", "convention")
    }
    assert shown == {
        "": ["accompanied", "recognised", "under_convention"],
        "reconnues": ["recognised", "under_convention"],
        "convention": ["under_convention"],
    }


def test_a_delegation_sees_its_department_alone(signed_in: Callable[..., Client], nantes: Any) -> None:
    mayenne = DepartmentFactory(code="53", name="Mayenne")
    laval = CommuneFactory(code="53130", name="Laval", department=mayenne)
    TeamFactory(submitted=True, department=mayenne).communes.add(laval)
    TeamFactory(submitted=True).communes.add(nantes)
    page = signed_in(ars=True, department=mayenne).get(MAP)
    assert [area.name for area in page.context["region"].departments] == ["Mayenne"]
    assert [spot.name for spot in page.context["region"].spots] == ["Laval"]
    assert "Nantes" not in plain(page)


def test_without_outlines_the_tables_say_it(staff: Client, nantes: Any, settings: Any) -> None:
    settings.REGION = "975"
    TeamFactory(accompanied=True).communes.add(nantes)
    page = staff.get(MAP)
    assert page.context["drawing"] is None
    assert "n'a pas de fond de carte" in plain(page)


def test_map_has_no_inline_style(staff: Client, nantes: Any) -> None:
    TeamFactory(accompanied=True).communes.add(nantes)
    assert "style=" not in staff.get(MAP).content.decode()


def test_map_asks_as_much_for_many_teams_as_for_few(staff: Client) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            TeamFactory(accompanied=True).communes.add(CommuneFactory(), CommuneFactory())

    addresses = (MAP, f"{MAP}tableaux/")
    more(2)
    few = [queries(staff, address) for address in addresses]
    more(30)
    assert [queries(staff, address) for address in addresses] == few
    assert max(few) <= 14


def test_ways_to_look_at_teams_lead_to_each_other(staff: Client, signed_in: Callable[..., Client]) -> None:
    for url in ("/equipes/", BOARD, MAP):
        page = staff.get(url).content.decode()
        assert all(f'href="{other}"' in page for other in ("/equipes/", BOARD, MAP))
    assert BOARD not in signed_in(referent=True).get("/equipes/").content.decode()
