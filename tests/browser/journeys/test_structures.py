"""Structures around a team: a CPTS, an ACI that overlaps an action, an attestation, and the team becomes an MSP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from association.models import ExternalStructure, Membership, StructureLink, Team
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.conventions.making import recognised_team
from tests.factories import ActionFactory, ParticipationFactory

pytestmark = pytest.mark.browser


def test_team_is_linked_funded_attested_and_becomes_an_msp(visit: Visit, cast: Cast) -> None:
    page = visit.page
    team = recognised_team(officer=cast.staff)
    pharmacist = team.memberships.get(professional__last_name="Duval")
    action = ActionFactory(validated=True, team=team, held_on=date(2026, 9, 15))
    ParticipationFactory(action=action, professional=pharmacist.professional)
    do.sign_in(visit, cast.staff)
    cpts, msp = structure(visit, "cpts", "du Vignoble"), structure(visit, "msp", "des Rives")
    link(visit, team, "membre", cpts, starts_on="2026-02-01", ends_on="2026-12-31")
    link(visit, team, "aci", msp, starts_on="2026-09-01")
    do.open_team(visit, team)
    assert page.locator("#constats").get_by_text("financement").first.is_visible()
    do.shoot(visit, "equipe-constats", top="#constats")

    number = attested(visit, pharmacist)
    assert verdict(visit, number).startswith("Valable")
    do.shoot(visit, "attestation-verifier")
    visit.sign_in(cast.staff)
    visit.open(f"/membres/{pharmacist.pk}/")
    page.get_by_label("Dernier jour dans l’équipe").fill((timezone.localdate() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Enregistrer le départ").click()
    page.wait_for_url("**/equipes/**")
    assert not verdict(visit, number).startswith("Valable")

    visit.sign_in(cast.staff)
    closed_as_msp(visit, team, msp)
    do.shoot(visit, "equipe-close")
    assert page.get_by_text("Devenue MSP").first.is_visible()
    assert page.locator("#structures").get_by_text("MSP des Rives").first.is_visible()
    assert page.locator("#actions").is_visible()
    team.refresh_from_db()
    assert (team.state, team.outcome) == (Team.State.CLOSED, Team.Outcome.MSP)
    assert StructureLink.objects.filter(team=team, relation="devenue", structure=msp).exists()


def structure(visit: Visit, kind: str, name: str) -> ExternalStructure:
    page = visit.page
    visit.open("/structures/nouvelle/")
    page.get_by_label("Nature").select_option(kind)
    page.get_by_label("Nom").fill(name)
    page.locator("main button[type=submit].btn-primary").click()
    page.get_by_role("heading", name=name).first.wait_for()
    return ExternalStructure.objects.get(kind=kind, name=name)


def link(
    visit: Visit, team: Team, relation: str, other: ExternalStructure, *, starts_on: str, ends_on: str = ""
) -> None:
    page = visit.page
    visit.open(f"/equipes/{team.pk}/structures/lien/")
    page.get_by_label("Lien", exact=True).select_option(relation)
    page.get_by_label("Structure", exact=True).select_option(str(other.pk))
    page.locator("[name=starts_on]").fill(starts_on)
    page.locator("[name=ends_on]").fill(ends_on)
    do.save(visit)


def attested(visit: Visit, membership: Membership) -> str:
    """Issue the attestation of the year and return its number."""
    page = visit.page
    visit.open(f"/membres/{membership.pk}/attestations/")
    page.get_by_role("button", name=f"Attestation {timezone.localdate().year}").click()
    page.get_by_role("link", name="PDF").first.wait_for()
    return str(membership.attestations.get().number)


def verdict(visit: Visit, number: str) -> str:
    """Return what the public page says of a number to somebody who is not signed in."""
    do.sign_out(visit)
    visit.page.goto(f"{visit.address}/attestations/verifier/")
    visit.page.get_by_label("Numéro de l’attestation").fill(number)
    visit.page.get_by_role("button", name="Vérifier").click()
    said: str = visit.page.locator("p.h5").inner_text()
    return said


def closed_as_msp(visit: Visit, team: Team, msp: ExternalStructure) -> None:
    page = visit.page
    do.open_team(visit, team)
    page.get_by_role("button", name="Clore…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("L’équipe est devenue une maison de santé.")
    dialog.get_by_label("Devenir de l’équipe").select_option("msp")
    dialog.get_by_label("MSP ou centre de santé qu’elle devient").select_option(str(msp.pk))
    dialog.get_by_role("button", name="Clore").click()
    page.get_by_text("Le dossier est clos").first.wait_for()
    do.open_team(visit, team)
