"""An informal team: registered, accompanied, followed with a note, a visit and a relance; then dissolved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from association.models import Exchange, Team
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast

pytestmark = pytest.mark.browser


def test_informal_team_is_followed_without_recognition_and_closed(visit: Visit, cast: Cast) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    team = do.register(visit, name="Les soignants du port", kind="informelle", commune="Ancenis-Saint-Géréon")
    do.add_member(visit, team, cast.nurse)
    do.open_team(visit, team)
    do.shoot(visit, "equipe-premier-contact")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    exchange(visit, team, kind="note", text="Elles veulent d’abord se connaître.", follow_up_on=tomorrow)
    exchange(visit, team, kind="visite", text="Réunion au cabinet.", minutes="90")
    do.open_team(visit, team)
    do.shoot(visit, "equipe-echanges", top="#echanges")
    assert page.locator("#echanges").get_by_text("Réunion au cabinet.").is_visible()
    assert page.get_by_text("elle n’est pas reconnue").is_visible()
    for offered in ("Commencer le projet de santé", "Déposer à l’ARS", "Préparer une convention"):
        assert page.get_by_role("button", name=offered).and_(page.locator(":not([aria-disabled])")).count() == 0
        assert page.get_by_role("link", name=offered).count() == 0

    page.get_by_role("button", name="Clore…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("Deux départs, personne pour reprendre.")
    dialog.get_by_label("Devenir de l’équipe").select_option("dissoute")
    dialog.get_by_role("button", name="Clore").click()
    page.get_by_text("Le dossier est clos").first.wait_for()
    team.refresh_from_db()
    assert (team.state, team.outcome) == (Team.State.CLOSED, Team.Outcome.DISSOLVED)
    assert {one.kind: one.minutes for one in Exchange.objects.filter(team=team)} == {"note": None, "visite": 90}


def exchange(visit: Visit, team: Team, *, kind: str, text: str, minutes: str = "", follow_up_on: str = "") -> None:
    """Write down a note or a visit, with a dated relance if there is one."""
    page = visit.page
    visit.open(f"/equipes/{team.pk}/echanges/noter/")
    page.get_by_label("Nature").select_option(kind)
    page.get_by_label("Temps passé, en minutes").fill(minutes)
    page.get_by_label("Texte").fill(text)
    page.get_by_label("Relance le").fill(follow_up_on)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text(text).first.wait_for()
