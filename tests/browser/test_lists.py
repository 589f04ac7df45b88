"""Lists in the browser: by keyboard alone, while one types, a selection across pages, and back as it was left."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from association.lists import TeamList
from association.models import SavedView, User
from tests.browser.conftest import Visit
from tests.factories import TeamFactory

pytestmark = pytest.mark.browser

TEAMS = 30


@pytest.fixture
def teams(office: Any, people: Callable[[str], User], visit: Visit) -> list[str]:
    """Thirty teams more than the office's own, and somebody of the office who is signed in."""
    names = [f"Équipe {number:02} d’Évron" for number in range(TEAMS)]
    for name in names:
        TeamFactory(name=name, submitted=True)
    visit.sign_in(people("staff"))
    return names


@pytest.fixture
def selectable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something may be done with many teams at once."""
    step = SimpleNamespace(permission="association.manage_team")
    monkeypatch.setattr(TeamList, "bulk", (step,))


def asks_of(request: Any) -> int:
    """Return for how many rows a request asks what may be done with them."""
    return len(re.findall(r"(?:^|&)id=\d+", request.post_data or "")) if request.url.endswith("/lot/") else 0


def focused(visit: Visit) -> str:
    return str(visit.page.evaluate("document.activeElement.innerText")).split("\n")[0].strip()


def test_list_is_searched_walked_and_opened_by_keyboard_and_comes_back(visit: Visit, teams: list[str]) -> None:
    visit.open("/equipes/")
    keyboard = visit.page.keyboard
    keyboard.press("/")
    keyboard.type("evron")
    visit.page.wait_for_url("**/equipes/?q=evron")
    expect(visit.page.locator(".list-count")).to_have_text(re.compile(rf"^{TEAMS}\s"))
    assert visit.page.evaluate("document.activeElement.id") == "list-search"
    for _ in range(3):
        keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    visit.page.wait_for_timeout(600)  # leaving the line, and rows that come late, take nobody away from a row
    assert focused(visit).startswith(teams[1])
    keyboard.press("Enter")
    expect(visit.page.locator("h1")).to_contain_text(teams[1])
    visit.page.locator(".breadcrumb a").first.click()
    visit.page.wait_for_url("**/equipes/?q=evron")
    assert focused(visit).startswith(teams[1])
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("h1")).to_contain_text(teams[1])
    visit.page.go_back()
    visit.page.wait_for_url("**/equipes/?q=evron")
    expect(visit.page.locator("tr[data-row]:focus")).to_contain_text(teams[1])


def test_keys_are_told_and_panels_close_by_keyboard(visit: Visit, teams: list[str]) -> None:
    visit.open("/equipes/")
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog", name="Raccourcis du clavier")).to_be_visible()
    visit.page.keyboard.press("Escape")
    visit.page.locator("#filter-state summary").focus()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Space")
    visit.page.wait_for_url("**/equipes/?state=registered")
    expect(visit.page.locator("#filter-state .list-pick-count")).to_have_text("1")
    visit.page.keyboard.press("Escape")
    assert focused(visit).startswith("État")
    expect(visit.page.locator("#filter-state .list-panel")).to_be_hidden()


def test_filter_in_force_is_taken_away_where_it_was_set(visit: Visit, teams: list[str]) -> None:
    visit.open("/equipes/?state=registered&state=submitted")
    visit.page.locator(".list-chip", has_text="Inscrite").click()
    visit.page.wait_for_url("**/equipes/?state=submitted")
    expect(visit.page.locator("#filter-state input[value=registered]")).not_to_be_checked()
    expect(visit.page.locator(".list-chip")).to_have_count(1)
    visit.page.locator("#list-search").fill("evron")
    visit.page.locator(".list-chip", has_text="evron").click()
    visit.page.wait_for_url("**/equipes/?state=submitted")
    expect(visit.page.locator("#list-search")).to_have_value("")


def test_rows_that_come_late_leave_one_on_the_row_one_had_walked_to(visit: Visit, teams: list[str]) -> None:
    visit.open("/equipes/?q=evro")
    visit.page.keyboard.press("/")
    visit.page.keyboard.press("End")
    with visit.page.expect_response(lambda answer: "q=evron" in answer.url):
        visit.page.keyboard.type("n")
        visit.page.keyboard.press("ArrowDown")
        visit.page.keyboard.press("ArrowDown")
    visit.page.wait_for_url("**/equipes/?q=evron")
    expect(visit.page.locator("tr[data-row]:focus")).to_contain_text(teams[1])


def test_selection_goes_from_page_to_page_and_to_all_that_answer(
    visit: Visit, selectable: None, teams: list[str]
) -> None:
    visit.page.route("**/equipes/lot/", lambda route: route.fulfill(body="<b>posé</b>", content_type="text/html"))
    visit.open("/equipes/?q=evron&par=25")
    bar = visit.page.locator("#selection")
    expect(bar).to_be_hidden()
    with visit.page.expect_request(lambda request: asks_of(request) == 1):
        visit.page.keyboard.press("ArrowDown")
        visit.page.keyboard.press("Space")
    expect(bar).to_contain_text("1 sélectionnée")
    expect(visit.page.locator("#selection-steps")).to_have_text("posé")
    visit.page.get_by_role("link", name="Page 2").click()
    visit.page.wait_for_url("**page=2**")
    expect(bar).to_contain_text("1 sélectionnée, dont 1 hors de cette page")
    with visit.page.expect_request(lambda request: asks_of(request) == 6):
        visit.page.locator("#select-page").check()
    with visit.page.expect_request(lambda request: "all=1" in (request.post_data or "")) as sent:
        bar.get_by_role("button", name=re.compile("tout ce qui répond")).click()
    assert "query=q%3Devron" in (sent.value.post_data or "")
    expect(bar).to_contain_text(f"{TEAMS} sélectionnées")
    assert visit.barriers() == []
    bar.get_by_role("button", name="Tout désélectionner").click()
    expect(bar).to_be_hidden()


def test_columns_are_chosen_and_change_places_then_are_kept_as_a_model(visit: Visit, teams: list[str]) -> None:
    visit.open("/equipes/?q=evron")
    visit.page.locator("#list-view > summary").click()
    visit.page.locator("#list-view").get_by_label("Code", exact=True).uncheck()
    visit.page.wait_for_url("**col=**")
    visit.page.get_by_role("button", name="Descendre la colonne État").click()
    heads = visit.page.locator("#list-results thead th").filter(has_not_text="Sélectionner")
    expect(heads).to_have_text(["Équipe", "Nature", "État", "Membres", "Suivie par"])
    visit.page.keyboard.press("Escape")
    visit.page.locator("#list-saved > summary").click()
    visit.page.get_by_label("Enregistrer ce qui est affiché").fill("Courte")
    visit.page.get_by_label("Les colonnes seulement").check()
    visit.page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(visit.page.get_by_text("« Courte » est enregistré.")).to_be_visible()
    assert SavedView.objects.get().columns_only
    visit.open("/equipes/?state=submitted")
    visit.page.locator("#list-saved > summary").click()
    visit.page.get_by_role("link", name="Courte").click()
    visit.page.wait_for_url("**/equipes/?state=submitted&col=name**")
    expect(heads).to_have_text(["Équipe", "Nature", "État", "Membres", "Suivie par"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_list_has_no_barrier_and_fits(
    visit: Visit, selectable: None, teams: list[str], width: int, scheme: str
) -> None:  # fmt: skip
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open("/equipes/?state=submitted&couleur=bleu")
    for panel in ("#filter-state", "#list-view", "#list-saved"):
        visit.page.locator(f"{panel} > summary").click()
        assert (visit.barriers(), visit.overflow()) == ([], 0), panel
        visit.page.keyboard.press("Escape")
