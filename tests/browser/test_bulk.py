"""Many rows at once, in the browser: selected beyond the page, confirmed once, followed, the refused taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from association.jobs import run_job
from association.models import BulkItem, BulkOperation, Team, User
from association.workflow import fire
from tests.browser.conftest import Visit
from tests.factories import TeamFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEAMS = 60


@pytest.fixture
def staff(people: Callable[[str], User]) -> User:
    TeamFactory.create_batch(TEAMS, registered=True)
    return people("staff")


def select_all(visit: Visit) -> Any:
    """Select what is on all pages, and return the steps that fit."""
    page = visit.page
    page.get_by_label("Sélectionner la page").check()
    page.get_by_role("button", name=re.compile("tout ce qui répond")).click()
    steps = page.locator("#selection-steps")
    expect(steps.get_by_role("button", name=f"Accompagner · {TEAMS} sur {TEAMS + 1}")).to_be_visible()
    return steps


def test_rows_of_all_pages_take_a_step_and_the_refused_ones_are_taken_up_again(
    visit: Visit, staff: User, office: Any
) -> None:
    page = visit.page
    visit.sign_in(staff)
    visit.open("/equipes/")
    select_all(visit)
    expect(page.get_by_text(f"{TEAMS + 1} sélectionnées, dont {TEAMS - 49} hors de cette page")).to_be_visible()
    assert visit.barriers() == []
    page.get_by_role("button", name=re.compile("^Accompagner")).click()

    expect(page.get_by_role("heading", name="Accompagner")).to_be_visible()
    expect(page.get_by_text("1 : à l’état « Sous convention »")).to_be_visible()
    assert visit.barriers() == []
    assert Team.objects.filter(state="accompanied").count() == 0
    page.get_by_role("button", name=f"Accompagner : {TEAMS} équipes").dblclick()

    expect(page.get_by_role("button", name="Arrêter")).to_be_visible()
    operation = BulkOperation.objects.get()
    quicker = Team.objects.filter(state="registered").latest("pk")
    fire(quicker, "accompany", actor=office.staff)
    run_job(operation.job_id)
    expect(page.get_by_role("link", name=f"Faites · {TEAMS - 1}")).to_be_visible(timeout=10_000)
    page.get_by_role("link", name="Refusées · 1").click()
    expect(page.get_by_role("link", name=quicker.name, exact=True)).to_be_visible()
    assert visit.barriers() == []
    assert BulkItem.objects.filter(outcome="done").count() == TEAMS - 1

    page.get_by_role("link", name="Sélectionner les refusées dans la liste").click()
    expect(page.locator("#list-results tbody tr")).to_have_count(1)
    expect(page.get_by_text("1 sélectionnée", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Attribuer à un·e chargé·e de mission · 1")).to_be_visible()
    visit.open("/equipes/?tout=1")
    expect(page.locator("#selection-steps button")).to_have_count(0)


def test_all_but_one_row_is_kept_from_page_to_page_and_done(visit: Visit, staff: User) -> None:
    page = visit.page
    visit.sign_in(staff)
    visit.open("/equipes/?state=registered")
    page.get_by_label("Sélectionner la page").check()
    everything = page.get_by_role("button", name=re.compile("tout ce qui répond"))
    everything.click()
    expect(everything).to_be_hidden()
    boxes = page.locator("#list-results [name=id]")
    out = Team.objects.get(pk=boxes.nth(3).get_attribute("value"))
    boxes.nth(3).uncheck()
    expect(page.get_by_text(f"{TEAMS - 1} sélectionnées, dont {TEAMS - 50} hors de cette page")).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.locator("#list-results [name=id]:checked")).to_have_count(TEAMS - 50)
    page.locator("#selection-steps").get_by_role("button", name=f"Accompagner · {TEAMS - 1}").click()
    page.get_by_role("button", name=f"Accompagner : {TEAMS - 1} équipes").click()
    expect(page.get_by_role("button", name="Arrêter")).to_be_visible()
    run_job(BulkOperation.objects.get().job_id)
    assert list(Team.objects.filter(state="registered")) == [out]


def test_list_is_exported_as_it_is_shown(visit: Visit, staff: User, tmp_path: Path) -> None:
    page = visit.page
    visit.sign_in(staff)
    visit.open("/equipes/?state=registered&tri=-name&col=name&col=state")
    page.get_by_role("button", name="Exporter", exact=True).click()
    assert visit.barriers() == []
    with page.expect_download() as download:
        page.locator("#list-export").get_by_role("button", name="Exporter").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    rows = list(load_workbook(path).active.iter_rows(min_row=3, values_only=True))
    assert len(rows) == TEAMS
    assert rows[0][1] == "Inscrite"
    expect(page.locator("#list-export")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_confirmation_and_result_fit_a_telephone(visit: Visit, staff: User, scheme: Any) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    visit.sign_in(staff)
    visit.open("/equipes/")
    page.locator("#list-results [name=id]").first.check()
    page.get_by_role("button", name=re.compile("^Attribuer")).click()
    page.get_by_label("Chargé·e de mission").select_option(index=1)
    assert (visit.overflow(), visit.barriers()) == (0, [])
    page.locator("form.form-narrow").get_by_role("button").click()
    run_job(BulkOperation.objects.get().job_id)
    expect(page.get_by_role("link", name="Faites · 1")).to_be_visible(timeout=10_000)
    assert (visit.overflow(), visit.barriers()) == (0, [])
