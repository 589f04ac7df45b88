"""An ESS: specialists, a carrying structure, core missions and a diagnosis; recognised, without a price list."""

from __future__ import annotations

import pytest

from association.models import Team, TeamFinding
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.factories import ProfessionalFactory

pytestmark = pytest.mark.browser


def test_ess_is_recognised_and_told_that_it_has_no_price_list(visit: Visit, cast: Cast) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    team = do.register(visit, name="ESS Cardio-Loire", kind="ess", commune="Ancenis-Saint-Géréon", ars=cast.ars)
    for name, specialty in (("Besnard", "Cardiologie"), ("Caradec", "Néphrologie")):
        do.add_member(
            visit, team, ProfessionalFactory(last_name=name, profession="10", specialty=specialty, first_name="Paul")
        )
    visit.open(f"/equipes/{team.pk}/structures/porteuse/")
    page.get_by_label("Structure juridique").select_option("association")
    page.get_by_label("RNA").fill("W442001234")
    do.save(visit)
    project = do.start_project(visit, team)
    do.have_answered(project)
    visit.open(f"/projets/{project.pk}/")
    do.write(visit, "missions_socle", {"Missions socle": "Avis sous cinq jours et consultations avancées."})
    do.write(visit, "diagnostic", {"Diagnostic territorial": "Un cardiologue pour 30 000 habitants."})
    do.submit_project(visit, project)

    visit.sign_in(cast.ars)
    do.decide(visit, team, reference="ARS-44-2026-131")

    visit.sign_in(cast.staff)
    do.open_team(visit, team)
    assert page.locator("#constats").get_by_text("tarif").first.is_visible()
    do.shoot(visit, "equipe-ess", top="#constats")
    team.refresh_from_db()
    assert team.state == Team.State.RECOGNISED
    assert TeamFinding.objects.filter(team=team, code="NO_PRICE_LIST").exists()
