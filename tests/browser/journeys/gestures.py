"""What people do in the browser on the way from a registration to a signed convention, one function per gesture."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image
from playwright.sync_api import FilePayload, Locator

from association.models import HealthProject, Membership, Professional, Role, Team, User
from tests.browser.conftest import Visit
from tests.conventions.making import scan
from tests.factories import UserFactory
from tests.factories.dossier import ANSWERS

SHOTS = "GUIDE_SHOTS"  # the folder of the guide's pictures; none are taken without it
WIDTH, HEIGHT, COLOURS = 1280, 900, 128

# The nine questions, by section, as a team would answer them.
NINE_QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "people": {"Précisions sur les personnes": "Le projet est né d’une réunion de quartier, au printemps."},
    "problem": {
        "Problématique identifiée": "Les patients diabétiques sont suivis par plusieurs soignants qui se parlent peu.",
        "Indicateurs de l’existant": "Un patient sur trois n’a pas eu de bilan annuel.",
    },
    "present_ways": {"Modalités de travail actuelles": "Téléphone, messagerie sécurisée, un cahier au cabinet."},
    "means": {"Moyens d’action envisagés": "Une réunion par mois et un protocole commun."},
    "goals": {
        "Pour les patients du territoire": "Un bilan annuel pour tous.",
        "Pour les professionnels impliqués": "Un temps d’échange régulier.",
    },
    "shared_patients": {"Nombre de patients communs": "120"},
    "scope": {"Oui, toute la patientèle commune": "x"},
    "territory": {"Cantons": "Ancenis et Nort-sur-Erdre"},
    "calendar": {
        "Construction à partir du": "2026-10-01",
        "Dépôt du projet prévu le": "2026-11-23",
        "Mise en œuvre à partir du": "2027-01-04",
    },
}


def shoot(visit: Visit, name: str, *, top: str = "", height: int = HEIGHT) -> None:
    """Keep a picture of the window for the guide, in few colours; ``top``: what is scrolled to first."""
    folder = os.environ.get(SHOTS)
    if not folder:
        return
    visit.page.set_viewport_size({"width": WIDTH, "height": height})
    visit.settle()
    if top:
        visit.page.locator(top).first.evaluate("node => node.scrollIntoView({block: 'start', behavior: 'instant'})")
    else:
        visit.page.evaluate("scrollTo(0, 0)")
    shot = Image.open(BytesIO(visit.page.screenshot(animations="disabled")))
    Path(folder).mkdir(parents=True, exist_ok=True)
    shot.convert("RGB").quantize(COLOURS).save(Path(folder) / f"{name}.png", optimize=True)


def pdf(name: str, text: str) -> FilePayload:
    """Return a true PDF of one page, as an upload."""
    made: ContentFile[bytes] = scan(text, name)  # type: ignore[assignment]
    return {"name": name, "mimeType": "application/pdf", "buffer": made.read()}


def sign_out(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/compte/logout/")
    visit.page.locator("form.actions").get_by_role("button", name="Se déconnecter").click()
    visit.page.get_by_label("Courriel").wait_for()


def register(visit: Visit, *, name: str, kind: str, commune: str, ars: User | None = None) -> Team:
    """Register a team at its first contact and start to accompany it."""
    page = visit.page
    visit.open("/equipes/")
    page.get_by_role("link", name="Inscrire une équipe").click()
    page.get_by_label("Nom de l’équipe").fill(name)
    page.get_by_label("Nature").select_option(kind)
    page.get_by_label("Commune 1").fill(commune)
    page.get_by_label("Patients communs").fill("120")
    page.get_by_label("Contact dans l’équipe").fill("Anaïs Le Goff")
    page.get_by_label("Téléphone du contact").fill("02 40 00 00 00")
    if ars is not None:
        page.get_by_label("Correspondant·e à l’ARS").select_option(str(ars.pk))
    page.get_by_role("button", name="Inscrire l’équipe").click()
    page.get_by_text("Prendre contact avec l’équipe").wait_for()
    page.get_by_role("button", name="Accompagner l’équipe").click()
    page.get_by_role("button", name="Accompagner l’équipe").wait_for(state="detached")
    return Team.objects.get(name=name)


def open_team(visit: Visit, team: Team) -> None:
    visit.open(f"/equipes/{team.pk}/")


def add_member(
    visit: Visit,
    team: Team,
    person: Professional,
    *,
    referent: bool = False,
    before_saving: Callable[[], None] | None = None,
    **more: str,
) -> Membership:
    """Add a confirmed member who has a record; ``joined_on``: a day (ISO), today otherwise; ``status``: its label."""
    page = visit.page
    visit.open(f"/equipes/{team.pk}/membres/ajouter/")
    page.get_by_label("Professionnel déjà enregistré").fill(person.rpps)
    if day := more.get("joined_on"):
        page.get_by_label("Entrée le").fill(day)
    page.get_by_label(more.get("status", "Confirmé"), exact=True).check()
    if company := more.get("company"):
        page.get_by_label("Société ou employeur payé à sa place").fill(company)
    if referent:
        page.get_by_label("Référent·e de l’équipe").check()
    if before_saving:
        before_saving()
    page.get_by_role("button", name="Ajouter à l’équipe").click()
    page.wait_for_url("**#membres")
    return Membership.objects.get(team=team, professional=person)


def account_of(membership: Membership) -> User:
    """Give a referent an account; accounts are made outside the dossier."""
    return UserFactory(
        role=Role.REFERENT,
        professional=membership.professional,
        full_name=f"{membership.professional.first_name} {membership.professional.last_name}",
    )


def start_project(visit: Visit, team: Team) -> HealthProject:
    """Start the first version of a project, or the next one, from the dossier."""
    open_team(visit, team)
    visit.page.locator("#projet").get_by_role("button", name="Commencer").click()
    visit.page.wait_for_url("**/projets/*/")
    return HealthProject.objects.filter(team=team).latest("number")


def write(visit: Visit, code: str, answers: Mapping[str, str]) -> None:
    """Answer a section without pressing anything: it saves itself, and says so. An answer « x » ticks a choice."""
    section = visit.page.locator(f"#rubrique-{code}")
    for label, text in answers.items():
        field = section.get_by_label(label, exact=True)
        if text == "x":
            field.check()
        else:
            field.fill(text)
        field.blur()
    said(section).wait_for()
    section.locator("form[data-unsaved]").wait_for(state="detached")


def said(section: Locator) -> Locator:
    return section.locator("[data-saved]")


def write_all(visit: Visit, sections: Mapping[str, Mapping[str, str]]) -> None:
    for code, answers in sections.items():
        write(visit, code, answers)


def have_answered(project: HealthProject) -> None:
    """Give the nine questions their answers where writing them is not what the journey is about."""
    said = {name: value for name, value in ANSWERS.items() if name != "action_types"}
    HealthProject.objects.filter(pk=project.pk).update(**said)


def submit_project(visit: Visit, project: HealthProject) -> None:
    """Submit a draft to the ARS from its own page."""
    page = visit.page
    visit.open(f"/projets/{project.pk}/")
    page.get_by_role("button", name="Déposer à l’ARS…").click()
    page.get_by_role("dialog").get_by_role("button", name="Déposer").click()
    page.get_by_role("button", name="Déposer à l’ARS…").wait_for(state="detached")


def ask_complement(visit: Visit, team: Team, text: str) -> None:
    """Ask the team for one point, as the ARS does when a section of the project says too little."""
    page = visit.page
    open_team(visit, team)
    page.get_by_role("link", name="Demander des compléments").click()
    page.get_by_label("Nature").first.select_option("rubrique")
    page.get_by_label("Ce qui manque").first.fill(text)
    shoot(visit, "reconnaissance-complements")
    page.get_by_role("button", name="Demander ces compléments").click()
    page.get_by_text(text).first.wait_for()


def answer_complement(visit: Visit, team: Team, answer: str) -> None:
    """Answer the one point that was asked for."""
    page = visit.page
    open_team(visit, team)
    page.get_by_role("link", name="Répondre aux compléments").click()
    page.get_by_label("Réponse").first.fill(answer)
    page.get_by_role("button", name="Enregistrer la réponse 1").click()
    page.get_by_text("Chaque point a sa réponse").wait_for()


def decide(visit: Visit, team: Team, *, reference: str, letter: Any = None) -> None:
    """Record that a team is recognised, by the letter of today."""
    page = visit.page
    open_team(visit, team)
    page.get_by_role("link", name="Enregistrer la décision").click()
    page.get_by_label(re.compile("L’équipe est (reconnue|enregistrée)")).check()
    fill_today(page.get_by_label("Date du courrier"))
    page.get_by_label("Référence du courrier").fill(reference)
    if letter is not None:
        page.get_by_label("Scan du courrier").set_input_files(letter)
    page.locator("form.panel-body button.btn-primary").click()
    page.wait_for_url(f"**/equipes/{team.pk}/**")
    visit.settle()


def fill_today(field: Locator) -> None:
    """Type the day of the machine in a field that is still empty."""
    from django.utils import timezone

    if not field.input_value():
        field.fill(timezone.localdate().isoformat())


def step(visit: Visit, name: str) -> None:
    """Press a step of the page and say yes in its dialog, if it has one."""
    page = visit.page
    button = page.locator(".offers").get_by_role("button", name=name).first
    asks = button.get_attribute("data-dialog") is not None
    if asks:
        button.click()
        dialog = page.get_by_role("dialog")
        for day in dialog.locator("input[type=date][required]").all():
            fill_today(day)
        button = dialog.get_by_role("button", name=name)
    with page.expect_navigation():
        button.click()
    visit.settle()


def gesture(visit: Visit, name: str, answers: Mapping[str, str]) -> None:
    """Do in its dialog something that needs answers (label -> text), such as a termination."""
    visit.page.get_by_role("button", name=f"{name}…").click()
    dialog = visit.page.get_by_role("dialog")
    for label, text in answers.items():
        dialog.get_by_label(label).fill(text)
    with visit.page.expect_navigation():
        dialog.get_by_role("button", name=name).click()
    visit.settle()


def leave(visit: Visit, membership: Membership, last_day: date) -> None:
    """Write down the last day of a member in the team."""
    page = visit.page
    visit.open(f"/membres/{membership.pk}/")
    page.get_by_label("Dernier jour dans l’équipe").fill(last_day.isoformat())
    page.get_by_role("button", name="Enregistrer le départ…").click()
    page.get_by_role("button", name="Confirmer le départ").wait_for()
    shoot(visit, "membre-depart")
    page.get_by_role("button", name="Confirmer le départ").click()
    page.wait_for_url("**/equipes/**")


def save(visit: Visit) -> None:
    """Press « Enregistrer » and wait for the page that follows."""
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Enregistrer", exact=True).click()
    visit.settle()
