"""The variant of the second professional: a setting blocks the submission until a nurse joins."""

from __future__ import annotations

import pytest

from association.models import Team
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast

pytestmark = pytest.mark.browser


def test_blocking_setting_refuses_the_submission_until_a_nurse_joins(visit: Visit, cast: Cast) -> None:
    page = visit.page
    visit.sign_in(cast.admin)
    visit.open("/reglages/regles/")
    page.locator("[name=esp-PARAMEDICAL]").select_option(label="Bloquant")
    do.shoot(visit, "reglages-regles")
    page.get_by_role("button", name="Enregistrer les réglages").click()
    page.locator("ol.timeline").wait_for()

    visit.sign_in(cast.staff)
    team = do.register(visit, name="ESP du Marais", kind="esp", commune="Ancenis-Saint-Géréon")
    for person in (cast.doctor, cast.pharmacist):
        do.add_member(visit, team, person)
    project = do.start_project(visit, team)
    do.have_answered(project)
    visit.open(f"/projets/{project.pk}/")
    gate = page.locator("#depot")
    assert gate.get_by_text("Aucun auxiliaire médical").first.is_visible()
    assert gate.get_by_role("button", name="Déposer à l’ARS…").get_attribute("aria-disabled") == "true"
    do.shoot(visit, "projet-depot-refuse", top="#depot")
    team.refresh_from_db()
    assert team.state == Team.State.DRAFTING

    do.add_member(visit, team, cast.nurse)
    do.submit_project(visit, project)
    do.open_team(visit, team)
    assert page.get_by_text("Déposée à l’ARS").first.is_visible()
    team.refresh_from_db()
    assert team.state == Team.State.SUBMITTED
