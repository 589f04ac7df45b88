"""An ESP: its project written section by section, a complement, a second version, the ARS's letter; no convention."""

from __future__ import annotations

import pytest

from association.models import HealthProject, RecognitionRequest, Team
from conventions.models import Convention
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast

pytestmark = pytest.mark.browser


def test_esp_answers_a_complement_and_is_recognised_by_letter(visit: Visit, cast: Cast) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    team = do.register(visit, name="ESP de la Loire", kind="esp", commune="Ancenis-Saint-Géréon", ars=cast.ars)
    for person in (cast.doctor, cast.nurse):
        do.add_member(visit, team, person)
    project = do.start_project(visit, team)
    do.write_all(visit, do.NINE_QUESTIONS)
    do.shoot(visit, "projet-rubriques")
    project.refresh_from_db()
    assert project.means == "Une réunion par mois et un protocole commun."
    do.submit_project(visit, project)

    visit.sign_in(cast.ars)
    do.ask_complement(visit, team, "Précisez la fréquence des réunions.")

    visit.sign_in(cast.staff)
    answered_with_a_second_version(visit, team)

    visit.sign_in(cast.ars)
    do.open_team(visit, team)
    page.get_by_role("link", name="Donner l’avis").click()
    page.get_by_label("Favorable", exact=True).check()
    do.fill_today(page.get_by_label("Rendu le"))
    page.locator("form.panel-body button.btn-primary").click()
    page.get_by_text("Favorable, le").first.wait_for()

    visit.sign_in(cast.staff)
    letter = do.pdf("courrier.pdf", "L’équipe est reconnue.")
    do.decide(visit, team, reference="ARS-44-2026-097", letter=letter)
    do.open_team(visit, team)
    do.shoot(visit, "reconnaissance", top="#reconnaissance")
    assert page.get_by_text("Une ESP ne passe pas de convention").is_visible()
    assert page.get_by_role("link", name="Ouvrir le courrier").is_visible()
    assert page.get_by_role("link", name="Préparer une convention").count() == 0
    team.refresh_from_db()
    assert team.state == Team.State.RECOGNISED
    assert RecognitionRequest.objects.filter(team=team, decision="reconnue", letter__isnull=False).count() == 1
    assert not Convention.objects.filter(team=team).exists()


def answered_with_a_second_version(visit: Visit, team: Team) -> None:
    """The point gets its answer, the second version its correction; both versions are read side by side."""
    do.answer_complement(visit, team, "La réunion a lieu le premier jeudi du mois.")
    second = do.start_project(visit, team)
    assert second.number == 2
    do.write(visit, "means", {"Moyens d’action envisagés": "Une réunion le premier jeudi du mois, un protocole."})
    do.submit_project(visit, second)
    first = HealthProject.objects.get(team=team, number=1)
    visit.open(f"/projets/{first.pk}/comparer/{second.pk}/")
    assert visit.page.get_by_text("le premier jeudi du").first.is_visible()
    do.shoot(visit, "projet-comparer")
