"""Structures around a team: it belongs to a CPTS, a PTA supports it, an MSP pays it too, and it becomes that MSP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from association.models import Company, ExternalStructure, Membership, StructureLink, Team, User
from conventions.models import Convention
from conventions.services.signing import sign_convention, sign_for_association
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.conventions.making import SIGNATORY, in_signing, sign_members
from tests.factories import ActionFactory, CompanyFactory, ParticipationFactory
from tests.payments.office import Office

pytestmark = pytest.mark.browser
DECIDED, SIGNED, PAID, LEFT, CLOSED = (
    date(2026, 5, 4),
    date(2026, 5, 18),
    date(2026, 8, 3),
    date(2026, 8, 14),
    date(2026, 8, 31),
)


def test_team_is_supported_attested_and_becomes_an_msp(
    visit: Visit, cast: Cast, office: Office, people: Callable[[str], User], calendar: Callable[[date], None]
) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    team = do.register(visit, name="Soins du Vignoble", kind="esp_clap", commune="Ancenis-Saint-Géréon", ars=cast.ars)
    for person in (cast.doctor, cast.nurse):
        do.add_member(visit, team, person)
    pharmacist = do.add_member(
        visit,
        team,
        cast.pharmacist,
        company=officine().code,
        before_saving=lambda: do.shoot(visit, "membre-ajouter"),
    )
    link(visit, team, "membre", structure(visit, "cpts", "du Vignoble"), starts_on="2026-02-01")
    link(visit, team, "appui", structure(visit, "pta", "de Loire-Atlantique"), starts_on="2026-03-02")
    recognised(visit, cast, team, calendar)

    calendar(SIGNED)
    convention = under_convention(team, cast)
    calendar(PAID)
    paid(team, office)
    visit.sign_in(cast.staff)
    msp = structure(visit, "msp", "des Rives")
    link(visit, team, "aci", msp, starts_on="2026-07-01")
    do.open_team(visit, team)
    assert page.locator("#constats").get_by_text("financement").first.is_visible()
    do.shoot(visit, "equipe-constats", top="#constats")
    number = attested(visit, pharmacist)
    assert verdict(visit, number) == "Valable"
    assert page.get_by_text("Pharmacie du Vignoble").is_visible()
    do.shoot(visit, "attestation-verifier", height=1000)

    calendar(CLOSED)
    visit.sign_in(cast.staff)
    do.leave(visit, pharmacist, LEFT)
    assert verdict(visit, number) == "Terminée par un départ"
    visit.sign_in(cast.staff)
    closed_as_msp(visit, team, convention, msp)
    do.shoot(visit, "equipe-close")
    still_readable(visit, team, convention)
    visit.sign_in(people("treasurer"))
    do.open_team(visit, team)
    page.locator("#indemnites").get_by_role("link", name="Juillet 2026").click()
    assert page.get_by_role("cell", name="Martin Hélène").first.is_visible()


def officine() -> Company:
    """The pharmacy of the pharmacist, who is paid through it."""
    company: Company = CompanyFactory(
        name="Pharmacie du Vignoble", code="PHA-001", siret="73282932000074", finess="440012345"
    )
    return company


def recognised(visit: Visit, cast: Cast, team: Team, calendar: Callable[[date], None]) -> None:
    """Its project is submitted, and somebody of the ARS decides."""
    project = do.start_project(visit, team)
    do.have_answered(project)
    visit.open(f"/projets/{project.pk}/")
    do.write(visit, "themes", {"Diabète": "x"})
    do.write(visit, "actions", {"Réunion de concertation sans le patient": "x"})
    do.submit_project(visit, project)
    calendar(DECIDED)
    visit.sign_in(cast.ars)
    do.decide(visit, team, reference="ARS-44-2026-107")


def under_convention(team: Team, cast: Cast) -> Convention:
    """Sign its convention without the pages of `test_esp_clap`."""
    team.refresh_from_db()
    convention = in_signing(team, cast.staff, starts_on=SIGNED, issued_on=SIGNED)
    convention = sign_for_association(convention=convention, signed_on=SIGNED, signatory=SIGNATORY, actor=cast.staff)
    sign_members(convention, cast.staff, "Martin", "Riou", "Tanguy", on=SIGNED)
    return sign_convention(convention=convention, signed_on=SIGNED, actor=cast.staff)


def paid(team: Team, office: Office) -> None:
    """A concertation meeting of July, paid with the month."""
    action = ActionFactory(validated=True, team=team, held_on=date(2026, 7, 6))
    for membership in team.memberships.all():
        ParticipationFactory(action=action, professional=membership.professional)
    assert office.approved().lines_count == 3


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


def closed_as_msp(visit: Visit, team: Team, convention: Convention, msp: ExternalStructure) -> None:
    """Its convention is terminated first; then it is closed, with what it has become."""
    page = visit.page
    visit.open(f"/conventions/{convention.pk}/")
    do.gesture(
        visit,
        "Résilier",
        {"Résiliée à compter du": CLOSED.isoformat(), "Motif": "L’équipe devient une maison de santé."},
    )
    do.open_team(visit, team)
    page.get_by_role("button", name="Clore…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("L’équipe est devenue une maison de santé.")
    dialog.get_by_label("Devenir de l’équipe").select_option("msp")
    dialog.get_by_label("MSP ou centre de santé qu’elle devient").select_option(str(msp.pk))
    dialog.get_by_role("button", name="Clore").click()
    page.get_by_text("Le dossier est clos").first.wait_for()
    do.open_team(visit, team)
    team.refresh_from_db()
    assert (team.state, team.outcome, team.closed_on) == (Team.State.CLOSED, Team.Outcome.MSP, CLOSED)
    assert StructureLink.objects.filter(team=team, relation="devenue", structure=msp).exists()


def still_readable(visit: Visit, team: Team, convention: Convention) -> None:
    """The whole dossier of a team that has closed is there, and nothing can be done to it."""
    page = visit.page
    assert page.get_by_text("Devenue MSP").first.is_visible()
    assert page.locator("#structures").get_by_text("MSP des Rives").first.is_visible()
    assert page.locator("#membres").get_by_role("link", name="Martin Hélène", exact=True).is_visible()
    assert page.locator("#conventions").get_by_text(convention.number).first.is_visible()
    assert page.locator("#indemnites").get_by_text("150,00").first.is_visible()
    assert page.get_by_role("link", name="Modifier le dossier").count() == 0
    assert page.get_by_role("link", name="Ajouter un membre").count() == 0
