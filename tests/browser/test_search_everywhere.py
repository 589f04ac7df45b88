"""The search everywhere by keyboard: opened, typed with a fault, chosen, closed; heard by a screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from association.models import User
from tests.browser.conftest import Visit
from tests.factories import TeamFactory
from tests.payments.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def at_home(visit: Visit, office: Office, people: Callable[[str], User]) -> Visit:
    TeamFactory(name="Équipe d’Ancenis sud")
    visit.page.emulate_media(reduced_motion="reduce")
    visit.enter(people("staff"))
    visit.open("/")
    return visit


def test_what_is_searched_with_a_fault_is_opened_by_keyboard(at_home: Visit, office: Office) -> None:
    page = at_home.page
    page.keyboard.press("Control+k")
    line = page.get_by_role("combobox", name="Rechercher partout")
    expect(line).to_be_focused()
    page.keyboard.type("ancnis")
    options = page.get_by_role("option")
    expect(options).to_have_count(3)  # two teams and the convention of one
    expect(page.get_by_role("group", name="Équipes").get_by_role("option")).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="3 résultats, les plus proches")).to_be_visible()
    expect(line).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(line).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # from the first to the last
    expect(chosen).to_contain_text("C-1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/conventions/{office.convention.pk}/"))


def test_escape_gives_the_focus_back(at_home: Visit) -> None:
    page = at_home.page
    opener = page.get_by_role("link", name="Rechercher", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Rechercher partout")).to_be_visible()
    page.keyboard.type("ancenis")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_enter_before_anything_is_chosen_leads_to_the_page(at_home: Visit) -> None:
    page = at_home.page
    page.keyboard.press("Control+k")
    page.keyboard.type("wxyzwxyz")
    expect(page.get_by_role("status").filter(has_text="Aucun résultat")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=wxyzwxyz")
    expect(page.get_by_text("Rien ne correspond")).to_be_visible()


def test_a_late_answer_does_not_open_what_was_typed_before(at_home: Visit) -> None:
    page = at_home.page
    page.keyboard.press("Control+k")
    page.keyboard.type("ancenis")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.route("**/recherche/?q=ancenis+sud", lambda route: None)  # this answer never comes
    page.keyboard.type(" sud")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_the_dialog_has_no_barrier(at_home: Visit, width: int, theme: str) -> None:
    page = at_home.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.get_by_role("link", name="Rechercher", exact=True).click()
    assert at_home.barriers() == []
    page.keyboard.type("ancenis")
    expect(page.get_by_role("option").first).to_be_visible()
    assert at_home.barriers() == []
    assert at_home.overflow() <= 0


def test_without_script_the_button_leads_to_the_page(
    browser: object, live_server: object, visit: Visit, office: Office, people: Callable[[str], User]
) -> None:
    visit.enter(people("staff"))
    cookies = visit.page.context.cookies()
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{visit.address}/")
    page.get_by_role("link", name="Rechercher", exact=True).click()
    page.get_by_label("Nom, code, RPPS").fill("ancnis")
    page.get_by_role("button", name="Rechercher", exact=True).click()
    page.get_by_role("link", name="Équipe d'Ancenis").first.click()
    page.wait_for_url(f"**/equipes/{office.team.pk}/")
    context.close()
