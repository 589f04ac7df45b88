"""Somebody searches everywhere with a letter missing, and comes to the team."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.factories import (
    CommuneFactory,
    ConventionFactory,
    ExternalStructureFactory,
    ProfessionalFactory,
    TeamFactory,
)

pytestmark = pytest.mark.browser


def test_a_team_is_found_in_spite_of_a_fault(visit: Visit, cast: Cast) -> None:
    page = visit.page
    commune = CommuneFactory(name="Ancenis-Saint-Géréon")
    team = TeamFactory(name="Soins coordonnés d’Ancenis", code="EQ-44-013", under_convention=True)
    team.communes.add(commune)
    ConventionFactory(team=team, number="CV-44-013-1", signed=True)
    ProfessionalFactory(last_name="Le Goff", first_name="Anaïs", profession="60", commune=commune)
    ExternalStructureFactory(name="CPTS du Pays d’Ancenis", kind="cpts", commune=commune)
    visit.sign_in(cast.staff)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Rechercher partout").press_sequentially("ancnis")
    expect(page.get_by_role("option", name=team.name)).not_to_have_count(0)
    do.shoot(visit, "recherche-partout", height=760)
    page.get_by_role("option", name=team.code).first.click()
    page.wait_for_url(re.compile(rf"/equipes/{team.pk}/"))
