"""Board, map and calendar in a browser: no barrier in four looks, by keyboard, on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from association.models import CalendarKey, User
from tests.browser.conftest import Visit
from tests.factories import CommuneFactory, RecognitionRequestFactory, TeamFactory
from tests.factories.correspondence import ExchangeFactory

pytestmark = pytest.mark.browser
LOOKS = [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)]
PATHS = ("/tableau/", "/carte/", "/calendrier/", "/calendrier/abonnement/")


@pytest.fixture
def region(transactional_db: None) -> None:
    """Some teams where they are, late and not; something that falls due today, and something that is late."""
    today = timezone.localdate()
    nantes = CommuneFactory(code="44109", name="Nantes", population=320_000)
    ancenis = CommuneFactory(code="44003", name="Ancenis-Saint-Géréon", population=11_000)
    TeamFactory(accompanied=True, name="Équipe de Nantes").communes.add(nantes)
    TeamFactory(recognised=True, name="Équipe d’Ancenis", recognised_on=today - timedelta(days=200)).communes.add(
        ancenis
    )
    submitted = TeamFactory(submitted=True, name="Équipe de la Loire")
    submitted.communes.add(nantes, ancenis)
    RecognitionRequestFactory(team=submitted, of_paper=True, opinion_due_on=today)
    ExchangeFactory(team=submitted, follow_up_on=today - timedelta(days=3))


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_page_has_a_barrier(
    visit: Visit, people: Callable[[str], User], region: None, theme: Any, width: int
) -> None:
    visit.page.emulate_media(color_scheme=theme)
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.sign_in(people("staff"))
    found = {}
    for path in PATHS:
        visit.open(path)
        found[path] = visit.barriers() + ([f"{visit.overflow()} px too wide"] if visit.overflow() > 0 else [])
    assert {path: said for path, said in found.items() if said} == {}


def test_columns_are_sections_to_open_on_a_telephone(visit: Visit, people: Callable[[str], User], region: None) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.sign_in(people("staff"))
    visit.open("/tableau/")
    team = visit.page.get_by_role("link", name="Équipe d’Ancenis")
    expect(team).to_be_hidden()
    visit.page.locator(".state-column-recognised summary").focus()
    visit.page.keyboard.press("Enter")
    expect(team).to_be_visible()


def test_points_of_the_map_are_reached_and_followed_by_keyboard(
    visit: Visit, people: Callable[[str], User], region: None
) -> None:
    visit.sign_in(people("staff"))
    visit.open("/carte/")
    point = visit.page.get_by_role("link", name="Ancenis-Saint-Géréon : Équipe d’Ancenis")
    visit.page.locator(".map-points a").first.focus()
    for _ in range(3):
        if point.evaluate("node => node === document.activeElement"):
            break
        visit.page.keyboard.press("Tab")
    expect(point).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Équipe d’Ancenis")


def test_a_device_subscribes_and_is_revoked(visit: Visit, people: Callable[[str], User], region: None) -> None:
    visit.sign_in(people("staff"))
    visit.open("/calendrier/")
    visit.page.get_by_role("link", name="S’abonner").click()
    visit.page.get_by_label("Appareil ou logiciel").fill("Téléphone")
    visit.page.get_by_role("button", name="Créer l’adresse").click()
    address = visit.page.locator("#flux").input_value()
    assert address.endswith(".ics")
    assert visit.barriers() == []
    visit.page.get_by_role("button", name="Révoquer « Téléphone »").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Révoquer").click()
    expect(visit.page.get_by_text("ne lit plus votre calendrier")).to_be_visible()
    assert CalendarKey.objects.get().revoked_at is not None
