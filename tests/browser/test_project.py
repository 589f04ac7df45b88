"""A health project in the browser: saved as one types, two windows on one section, nothing lost on the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from association.models import HealthProject, User
from tests.browser.conftest import Visit
from tests.factories.dossier import HealthProjectFactory

pytestmark = pytest.mark.browser
MEANS = "#id_means"
SAVED, CONFLICT = "#dit-means [data-saved]", "#dit-means .conflict"


@pytest.fixture
def project(office: Any) -> HealthProject:
    return HealthProjectFactory(complete=True)


@pytest.fixture
def writing(visit: Visit, project: HealthProject, people: Callable[[str], User]) -> Visit:
    visit.sign_in(people("staff"))
    visit.open(f"/projets/{project.pk}/")
    return visit


def test_text_is_saved_while_one_types_and_the_cursor_stays(writing: Visit, project: HealthProject) -> None:
    writing.page.locator(MEANS).fill("")
    writing.page.locator(MEANS).press_sequentially("Une réunion par semaine", delay=20)
    writing.page.wait_for_selector(SAVED)
    assert writing.page.evaluate("document.activeElement.id") == "id_means"
    writing.page.keyboard.type(" et un protocole.")
    writing.page.locator("form[data-unsaved]").wait_for(state="detached")
    project.refresh_from_db()
    assert project.means == "Une réunion par semaine et un protocole."


def test_two_windows_on_one_section_choose_and_lose_nothing(writing: Visit, project: HealthProject) -> None:
    other = writing.page.context.new_page()
    other.goto(writing.page.url)
    other.locator(MEANS).fill("L’autre texte.")
    other.wait_for_selector(SAVED)
    writing.page.locator(MEANS).fill("Le mien.")
    writing.page.wait_for_selector(CONFLICT)
    assert "L’autre texte." in writing.page.locator(CONFLICT).inner_text()
    assert writing.page.locator(MEANS).input_value() == "Le mien."
    assert writing.barriers() == []
    writing.page.get_by_role("button", name="Garder la mienne").click()
    writing.page.wait_for_selector(SAVED)
    other.locator(MEANS).fill("Encore l’autre.")
    other.wait_for_selector(CONFLICT)
    other.get_by_role("link", name="Prendre l’autre").click()
    other.wait_for_selector(CONFLICT, state="detached")
    assert other.locator(MEANS).input_value() == "Le mien."
    project.refresh_from_db()
    assert project.means == "Le mien."


def test_silent_server_is_told_and_the_text_is_sent_once_it_answers(writing: Visit, project: HealthProject) -> None:
    writing.page.context.set_offline(True)
    writing.page.locator(MEANS).fill("Écrit dans le train.")
    writing.page.wait_for_selector("#dit-means .field-error")
    writing.page.context.set_offline(False)
    writing.page.wait_for_selector(SAVED, timeout=20_000)
    project.refresh_from_db()
    assert project.means == "Écrit dans le train."
    writing.forgive("htmx:", "ERR_INTERNET_DISCONNECTED")


def test_dialog_of_the_submission_stays_open_while_the_panel_is_read_again(
    writing: Visit, project: HealthProject
) -> None:
    panel = writing.page.locator("#depot")
    panel.evaluate("panel => panel.append(document.createElement('dialog'))")
    writing.page.locator(MEANS).fill("Encore une phrase.")
    with writing.page.expect_response(f"**/projets/{project.pk}/depot/"):
        panel.evaluate("panel => panel.querySelector('dialog:last-child').showModal()")
    writing.page.wait_for_timeout(300)
    assert panel.locator("dialog:last-child").is_visible()
    with writing.page.expect_response(f"**/projets/{project.pk}/depot/"):
        panel.evaluate("panel => panel.querySelector('dialog:last-child').close()")
    panel.locator("dialog:last-child").wait_for(state="detached")


def test_leaving_with_unsaved_text_asks_once_more(writing: Visit) -> None:
    asked: list[str] = []
    writing.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writing.page.locator(MEANS).fill("Pas encore parti.")
    writing.page.goto(f"{writing.address}/equipes/")
    assert asked == ["beforeunload"]
