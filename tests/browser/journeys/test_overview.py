"""A look at the whole region: the board, the map, the calendar, and a telephone that subscribes to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from association.models import Commune, Team
from association.territory import load_edition
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.factories import ConventionFactory, MembershipFactory, RecognitionRequestFactory, TeamFactory
from tests.factories.correspondence import ExchangeFactory

pytestmark = pytest.mark.browser
STATES = ("accompanied", "drafting", "submitted", "to_complete", "recognised", "under_convention", "under_convention")
EVERY = 9  # one commune of so many, in the order of the codes, has a team


@pytest.fixture
def region(cast: Cast) -> list[Team]:
    """The communes of the region as they are, and a team at one of so many of the larger ones."""
    load_edition()
    today = timezone.localdate()
    larger = Commune.objects.filter(department__region="52", kind="commune", population__gte=2_500).order_by("code")
    teams = []
    for number, commune in enumerate(list(larger)[::EVERY]):
        state = STATES[number % len(STATES)]
        dates = {"recognised_on": today - timedelta(days=17 * number)} if state in STATES[4:] else {}
        team = TeamFactory(
            state=state, name=f"Équipe de {commune.name}", department=commune.department, officer=cast.staff, **dates
        )
        team.communes.add(commune, *Commune.objects.filter(epci=commune.epci, kind="commune")[: number % 5])
        MembershipFactory(team=team)
        if state == "submitted":
            due = today + timedelta(days=number - 20)
            RecognitionRequestFactory(
                team=team, of_paper=True, submitted_on=due - timedelta(days=45), opinion_due_on=due
            )
        elif state == "under_convention":
            effect = today - timedelta(days=11 * number)
            ConventionFactory(
                signed=True, team=team, starts_on=effect, effective_on=effect, ends_on=today + timedelta(days=number)
            )
        elif state == "drafting":
            ExchangeFactory(team=team, author=cast.staff, follow_up_on=today + timedelta(days=number - 15))
        teams.append(team)
    return teams


def test_the_region_at_a_glance(visit: Visit, cast: Cast, region: list[Team]) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    visit.open("/tableau/")
    expect(page.locator(".board-column")).to_have_count(7)
    do.shoot(visit, "tableau-equipes")
    page.get_by_role("navigation", name="Façons de voir les équipes").get_by_role("link", name="Carte").click()
    expect(page.locator(".map-points a")).not_to_have_count(0)
    do.shoot(visit, "carte-region", top=".map-panel")
    page.get_by_role("link", name="Calendrier").click()
    expect(page.get_by_role("heading", name="En retard", exact=True)).to_be_visible()
    do.shoot(visit, "calendrier-mois", top=".month-head")
    page.get_by_role("link", name="S’abonner").click()
    page.get_by_label("Appareil ou logiciel").fill("Téléphone")
    page.get_by_role("button", name="Créer l’adresse").click()
    assert page.locator("#flux").input_value().endswith(".ics")
    # A picture shows nobody's key.
    page.locator("#flux").evaluate("input => { input.value = input.value.replace(/flux.*/, 'flux/….ics') }")
    do.shoot(visit, "calendrier-abonnement")
