"""An ESP CLAP: themes and actions, the ARS registers it, a convention signed on paper and on screen, an amendment."""

from __future__ import annotations

import pytest

from association.models import Team
from conventions.models import Amendment, Convention
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.conventions.making import SIGNATORY
from tests.factories import ProfessionalFactory

pytestmark = pytest.mark.browser


def test_esp_clap_goes_from_its_registration_to_an_amendment(visit: Visit, cast: Cast) -> None:
    page = visit.page
    do.sign_in(visit, cast.staff)
    team = do.register(
        visit, name="Équipe du pays d’Ancenis", kind="esp_clap", commune="Ancenis-Saint-Géréon", ars=cast.ars
    )
    referent = do.account_of(do.add_member(visit, team, cast.doctor, referent=True))
    for person in (cast.nurse, cast.pharmacist):
        do.add_member(visit, team, person)
    project = do.start_project(visit, team)
    do.have_answered(project)
    visit.open(f"/projets/{project.pk}/")
    do.write(visit, "themes", {"Diabète": "x"})
    do.write(visit, "actions", {"Réunion de concertation sans le patient": "x", "Protocole pluriprofessionnel": "x"})
    do.submit_project(visit, project)

    do.sign_in(visit, cast.ars)
    visit.open("/reconnaissances/")
    do.shoot(visit, "dossiers-ars")
    do.decide(visit, team, reference="ARS-44-2026-118")
    page.get_by_text("ARS-44-2026-118").first.wait_for()

    do.sign_in(visit, cast.staff)
    convention = drafted(visit, team)
    signed_by_paper_and_screen(visit, cast, convention, referent)
    assert page.locator("h1").inner_text().endswith("Signée")

    amended_for_somebody_new(visit, team, convention)
    do.open_team(visit, team)
    do.shoot(visit, "equipe-sous-convention")
    assert page.get_by_text("Sous convention").first.is_visible()
    team.refresh_from_db()
    convention.refresh_from_db()
    assert (team.state, convention.state) == (Team.State.UNDER_CONVENTION, Convention.State.SIGNED)
    assert convention.adhesions.filter(state="signed").count() == 4


def drafted(visit: Visit, team: Team) -> Convention:
    """Draft the convention, read its text before it is issued, and put it in signing."""
    page = visit.page
    do.open_team(visit, team)
    page.get_by_role("link", name="Préparer une convention").click()
    do.fill_today(page.get_by_label("Premier jour"))
    page.get_by_role("button", name="Préparer le brouillon").click()
    page.wait_for_url("**/conventions/*/**")
    convention = Convention.objects.get(team=team)
    visit.open(f"/conventions/{convention.pk}/modifier/")
    page.get_by_label("Plafond annuel").fill("10 000")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Aperçu du texte").click()
    page.get_by_text("Tel qu’il serait émis aujourd’hui").wait_for()
    do.shoot(visit, "convention-apercu")
    visit.open(f"/conventions/{convention.pk}/")
    do.step(visit, "Émettre")
    do.step(visit, "Mettre en signature")
    convention.refresh_from_db()
    return convention


def signed_by_paper_and_screen(visit: Visit, cast: Cast, convention: Convention, referent: object) -> None:
    """Two members sign on paper, with the scan; the referent on screen; then the association."""
    page = visit.page
    visit.open(f"/conventions/{convention.pk}/signatures/")
    do.fill_today(page.get_by_label("Date de signature"))
    for person in (cast.nurse, cast.pharmacist):
        page.get_by_label(f"{person} a signé").check()
    page.get_by_label("Page signée, numérisée").set_input_files(do.pdf("signatures.pdf", "Page signée"))
    do.shoot(visit, "convention-signatures")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="Page signée").first.wait_for()

    do.sign_in(visit, referent)  # type: ignore[arg-type]
    visit.open(f"/conventions/{convention.pk}/")
    page.get_by_role("link", name="Signer à l’écran").first.click()
    page.get_by_label("J’ai lu la convention et je la signe.").check()
    do.shoot(visit, "convention-signer", top="form.form-narrow")
    page.get_by_role("button", name="Signer aujourd’hui").click()
    page.wait_for_url(f"**/conventions/{convention.pk}/**")

    do.sign_in(visit, cast.staff)
    visit.open(f"/conventions/{convention.pk}/signatures/")
    do.fill_today(page.get_by_label("Signée par l’association le"))
    page.get_by_label("Signataire").fill(SIGNATORY)
    page.get_by_role("button", name="Enregistrer la signature de l’association").click()
    page.get_by_text(SIGNATORY).first.wait_for()
    visit.open(f"/conventions/{convention.pk}/")
    do.step(visit, "Constater la signature")
    do.shoot(visit, "convention-signee")


def amended_for_somebody_new(visit: Visit, team: Team, convention: Convention) -> None:
    """A nurse joins: the amendment is there, drafted; it is issued and signed by those concerned."""
    page = visit.page
    newcomer = ProfessionalFactory(
        last_name="Zimmer", first_name="Léa", email="zimmer@test.example", mssante="zimmer@mssante.example"
    )
    do.add_member(visit, team, newcomer)
    amendment = Amendment.objects.get(convention=convention, kind="entree")
    visit.open(f"/conventions/{convention.pk}/")
    page.locator("#avenants").get_by_role("link", name=f"N° {amendment.number}").click()
    if amendment.state == "draft":
        do.step(visit, "Émettre")
    do.shoot(visit, "avenant")
    page.get_by_role("link", name="Enregistrer des signatures").click()
    do.fill_today(page.get_by_label("Date de signature"))
    page.get_by_label(f"{newcomer} a signé").check()
    association = page.get_by_label("L’association a signé")
    if association.count():
        association.check()
        page.get_by_label("Signataire de l’association").fill(SIGNATORY)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("L’avenant est signé et appliqué.").wait_for()
