"""A dossier in the browser: a team is registered, gets its members, is followed and closed, with the keyboard too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from association.models import Membership, Team, User
from tests.browser.conftest import Visit
from tests.factories import CommuneFactory, ProfessionalFactory, TeamFactory

pytestmark = pytest.mark.browser


def test_team_is_registered_with_suggestions_and_gets_its_members(visit: Visit, people: Callable[[str], User]) -> None:
    CommuneFactory(code="44003", name="Ancenis-Saint-Géréon")
    CommuneFactory(code="44183", name="Vair-sur-Loire")
    ProfessionalFactory(last_name="Évrard", first_name="Anne", general_practitioner=True, rpps="10100000017")
    visit.sign_in(people("staff"))
    page = visit.page
    page.goto(f"{visit.address}/equipes/")
    page.get_by_role("link", name="Inscrire une équipe").click()
    page.get_by_label("Nom de l’équipe").fill("Équipe du pays d'Ancenis")
    page.get_by_label("Nature").select_option("esp_clap")
    page.get_by_label("Commune 1").press_sequentially("ancenis")
    suggested = page.locator("#id_communes_list option")
    suggested.first.wait_for(state="attached")
    assert suggested.first.get_attribute("value") == "Ancenis-Saint-Géréon (44003)"
    page.get_by_label("Commune 2").fill("Vair-sur-Loire")
    page.get_by_label("Commune 3").wait_for()  # a new line comes when the last one is used
    page.get_by_role("button", name="Inscrire l’équipe").click()
    page.get_by_text("Prendre contact avec l’équipe").wait_for()
    team = Team.objects.get(name="Équipe du pays d'Ancenis")
    assert {commune.code for commune in team.communes.all()} == {"44003", "44183"}

    page.get_by_role("button", name="Accompagner l’équipe").click()
    page.get_by_text("Commencer le projet de santé").first.wait_for()
    page.get_by_role("link", name="Ajouter un membre").click()
    page.get_by_label("Professionnel déjà enregistré").fill("Évrard Anne")
    page.get_by_label("Confirmé").check()
    page.get_by_role("button", name="Ajouter à l’équipe").click()
    page.get_by_role("link", name="Évrard Anne", exact=True).wait_for()
    assert page.url.endswith("#membres")
    assert Membership.objects.get(team=team).professional.last_name == "Évrard"


def test_closing_asks_for_what_became_of_the_team(visit: Visit, people: Callable[[str], User]) -> None:
    team = TeamFactory(accompanied=True, name="Équipe d'Évron")
    visit.sign_in(people("staff"))
    visit.open(f"/equipes/{team.pk}/")
    page = visit.page
    page.get_by_role("button", name="Clore…").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("Deux départs, personne pour reprendre")
    dialog.get_by_role("button", name="Clore").click()
    dialog.wait_for()
    dialog.get_by_label("Devenir de l’équipe").select_option("dissoute")
    dialog.get_by_role("button", name="Clore").click()
    page.get_by_text("Le dossier est clos").first.wait_for()
    assert Team.objects.get(pk=team.pk).outcome == "dissoute"
    visit.forgive("409")


def test_way_to_the_sections_leads_there_by_keyboard(visit: Visit, people: Callable[[str], User]) -> None:
    team = TeamFactory(recognised=True)
    visit.sign_in(people("staff"))
    visit.open(f"/equipes/{team.pk}/")
    way = visit.page.get_by_label("Rubriques du dossier").get_by_role("link", name="Historique")
    way.press("Enter")
    expect(visit.page.locator("#historique")).to_be_in_viewport()
    visit.page.set_viewport_size({"width": 390, "height": 800})
    assert visit.overflow() <= 0
