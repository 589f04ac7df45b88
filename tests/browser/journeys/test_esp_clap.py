"""An ESP CLAP, from its first contact to the end of its convention, with all that happens to it on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from association.models import Membership, RecognitionRequest, Team, User
from conventions.models import Amendment, Convention
from conventions.services.ending import end_conventions
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.browser.journeys.conftest import Cast
from tests.conventions.making import SIGNATORY
from tests.factories import ProfessionalFactory

pytestmark = pytest.mark.browser
SECOND_DAY, DECIDED, ISSUED, JOINED = date(2026, 3, 23), date(2026, 5, 11), date(2026, 5, 18), date(2026, 9, 1)
LEFT, ENDED = date(2026, 11, 30), date(2028, 5, 18)


def test_esp_clap_goes_from_its_first_contact_to_the_end_of_its_convention(
    visit: Visit, cast: Cast, calendar: Callable[[date], None]
) -> None:
    page = visit.page
    visit.sign_in(cast.staff)
    team = do.register(
        visit, name="Soins du pays d’Ancenis", kind="esp_clap", commune="Ancenis-Saint-Géréon", ars=cast.ars
    )
    doctor = do.add_member(visit, team, cast.doctor, referent=True)
    pharmacist, _ = (do.add_member(visit, team, person) for person in (cast.pharmacist, cast.nurse))
    referent = do.account_of(doctor)
    written_with_the_team(visit, cast, team, referent)
    completed_for_the_ars(visit, cast, team, calendar)

    calendar(DECIDED)
    visit.sign_in(cast.ars)
    do.decide(visit, team, reference="ARS-44-2026-118")
    page.get_by_text("ARS-44-2026-118").first.wait_for()
    decision = RecognitionRequest.objects.get(team=team, decision="reconnue")
    assert (decision.decided_by, decision.decided_on) == (cast.ars, DECIDED)

    calendar(ISSUED)
    visit.sign_in(cast.staff)
    convention = drafted(visit, team)
    signed_by_the_least(visit, cast, convention, referent)
    joined_by_the_pharmacist(visit, cast, convention)

    calendar(JOINED)
    visit.sign_in(cast.staff)
    amended_for_somebody_new(visit, team, convention)
    calendar(LEFT)
    visit.sign_in(cast.staff)
    amended_for_who_left(visit, pharmacist, convention)
    do.open_team(visit, team)
    do.shoot(visit, "equipe-sous-convention")
    team.refresh_from_db()
    assert team.state == Team.State.UNDER_CONVENTION

    calendar(ENDED)
    visit.sign_in(cast.staff)
    ended_by_its_date(visit, team, convention)


def written_with_the_team(visit: Visit, cast: Cast, team: Team, referent: User) -> None:
    """The referent chooses themes and actions, and cannot submit; the staff submits."""
    project = do.start_project(visit, team)
    do.have_answered(project)
    visit.sign_in(referent)
    visit.open(f"/projets/{project.pk}/")
    do.write(visit, "themes", {"Diabète": "x"})
    do.write(visit, "actions", {"Réunion de concertation sans le patient": "x", "Protocole pluriprofessionnel": "x"})
    assert visit.page.locator("#depot").get_by_role("button", name="Déposer à l’ARS…").count() == 0
    visit.sign_in(cast.staff)
    do.submit_project(visit, project)


def completed_for_the_ars(visit: Visit, cast: Cast, team: Team, calendar: Callable[[date], None]) -> None:
    """The ARS asks for a complement and cannot decide meanwhile; the team answers it and submits again."""
    page = visit.page
    visit.sign_in(cast.ars)
    do.ask_complement(visit, team, "Précisez qui anime les réunions.")
    do.open_team(visit, team)
    assert page.get_by_role("link", name="Enregistrer la décision").count() == 0

    calendar(SECOND_DAY)
    visit.sign_in(cast.staff)
    do.answer_complement(visit, team, "Anaïs Riou, infirmière, les anime et en écrit le compte rendu.")
    second = do.start_project(visit, team)
    do.write(visit, "means", {"Moyens d’action envisagés": "Une réunion par mois, animée par Anaïs Riou."})
    do.submit_project(visit, second)
    visit.sign_in(cast.ars)
    page.get_by_role("link", name="Dossiers à l’ARS").click()
    page.get_by_role("link", name=team.name).first.wait_for()
    do.shoot(visit, "dossiers-ars")


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


def signed_by_the_least(visit: Visit, cast: Cast, convention: Convention, referent: User) -> None:
    """The nurse signs on paper, with the scan; the GP on screen; then the association: that is enough."""
    page = visit.page
    visit.open(f"/conventions/{convention.pk}/signatures/")
    do.fill_today(page.get_by_label("Date de signature"))
    page.get_by_label(f"{cast.nurse} a signé").check()
    page.get_by_label("Page signée, numérisée").set_input_files(do.pdf("signatures.pdf", "Page signée"))
    do.shoot(visit, "convention-signatures")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="Page signée").first.wait_for()

    visit.sign_in(referent)
    visit.open(f"/conventions/{convention.pk}/")
    page.get_by_role("link", name="Signer à l’écran").first.click()
    page.get_by_label("J’ai lu la convention et je la signe.").check()
    do.shoot(visit, "convention-signer", top="form.form-narrow")
    page.get_by_role("button", name="Signer aujourd’hui").click()
    page.wait_for_url(f"**/conventions/{convention.pk}/**")

    visit.sign_in(cast.staff)
    visit.open(f"/conventions/{convention.pk}/signatures/")
    do.fill_today(page.get_by_label("Signée par l’association le"))
    page.get_by_label("Signataire").fill(SIGNATORY)
    page.get_by_role("button", name="Enregistrer la signature de l’association").click()
    page.get_by_text(SIGNATORY).first.wait_for()
    visit.open(f"/conventions/{convention.pk}/")
    do.step(visit, "Mettre en vigueur")
    page.get_by_text("l’équipe est sous convention").wait_for()
    do.shoot(visit, "convention-signee")
    convention.refresh_from_db()
    assert convention.state == Convention.State.SIGNED
    assert convention.adhesions.filter(state="signed").count() == 2


def joined_by_the_pharmacist(visit: Visit, cast: Cast, convention: Convention) -> None:
    """Who had not signed yet adheres afterwards, at a date of their own."""
    page = visit.page
    visit.open(f"/conventions/{convention.pk}/signatures/")
    do.fill_today(page.get_by_label("Date de signature"))
    page.get_by_label(f"{cast.pharmacist} a signé").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_url(f"**/conventions/{convention.pk}/**")
    assert convention.adhesions.filter(state="signed", effective_on=ISSUED).count() == 3


def amended_for_somebody_new(visit: Visit, team: Team, convention: Convention) -> None:
    """A nurse joins: the amendment is there, drafted; she and the association sign it."""
    newcomer = ProfessionalFactory(
        last_name="Zimmer", first_name="Léa", email="zimmer@test.example", mssante="zimmer@mssante.example"
    )
    membership = do.add_member(visit, team, newcomer)
    amendment = issued(visit, convention, "entree")
    do.shoot(visit, "avenant")
    signed_amendment(visit, f"{newcomer} a signé", "L’association a signé")
    adhesion = convention.adhesions.get(membership=membership)
    amendment.refresh_from_db()
    assert (amendment.state, adhesion.state, adhesion.effective_on) == (Amendment.State.SIGNED, "signed", JOINED)


def amended_for_who_left(visit: Visit, pharmacist: Membership, convention: Convention) -> None:
    """The pharmacist leaves: the adhesion ends that day, and the association alone signs what states it."""
    do.leave(visit, pharmacist, LEFT)
    amendment = issued(visit, convention, "sortie")
    signed_amendment(visit, "L’association a signé")
    adhesion = convention.adhesions.get(membership=pharmacist)
    amendment.refresh_from_db()
    assert (amendment.state, adhesion.state, adhesion.ended_on) == (Amendment.State.SIGNED, "ended", LEFT)


def issued(visit: Visit, convention: Convention, kind: str) -> Amendment:
    """Find on the convention's page the amendment that the house has drafted, and issue it."""
    amendment = Amendment.objects.get(convention=convention, kind=kind)
    assert amendment.state == Amendment.State.DRAFT
    visit.open(f"/conventions/{convention.pk}/")
    visit.page.locator("#avenants").get_by_role("link", name=f"N° {amendment.number}").click()
    do.step(visit, "Émettre et mettre en signature")
    return amendment


def signed_amendment(visit: Visit, *ticked: str) -> None:
    page = visit.page
    page.get_by_role("link", name="Enregistrer des signatures").click()
    do.fill_today(page.get_by_label("Date de signature"))
    for label in ticked:
        page.get_by_label(label).check()
    page.get_by_label("Signataire de l’association").fill(SIGNATORY)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("L’avenant est signé et appliqué.").wait_for()


def ended_by_its_date(visit: Visit, team: Team, convention: Convention) -> None:
    """Its last day has passed: the daily task ends it, the team is recognised again, and may have another one."""
    assert end_conventions() == 2  # this one, and that of the office's own team
    visit.open(f"/conventions/{convention.pk}/")
    page = visit.page
    assert page.get_by_text("Arrivée à terme le 17/05/2028.").is_visible()
    do.shoot(visit, "convention-terminee", top="#vie")
    do.open_team(visit, team)
    assert page.get_by_role("link", name="Préparer une convention").is_visible()
    team.refresh_from_db()
    convention.refresh_from_db()
    assert (team.state, convention.state) == (Team.State.RECOGNISED, Convention.State.ENDED)
