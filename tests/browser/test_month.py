"""A month in the browser: prepared and submitted by one person, approved, exported and settled by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from association.jobs import run_job
from association.models import Job, User
from payments.models import Run, RunExport
from payments.sepa.calendar import next_business_day
from payments.services.runs import send_back_run
from tests.browser.conftest import Visit
from tests.payments.office import Office

pytestmark = pytest.mark.browser


def work(visit: Visit) -> None:
    """Do the waiting job while the browser hears nothing from the server, then let it ask again.

    What the browser says of the silence is for the test to forgive, at its end: it may be said late.
    """
    context = visit.page.context
    context.set_offline(True)
    visit.page.get_by_text("Le serveur ne répond pas pour le moment.").wait_for()
    run_job(Job.objects.get(state="waiting").pk)
    context.set_offline(False)


def test_month_from_preparation_to_settlement(
    visit: Visit, office: Office, people: Callable[[str], User], tmp_path: Path
) -> None:
    office.rcp(date(2026, 7, 6))
    page = visit.page

    visit.sign_in(people("staff"))
    page.get_by_role("link", name="Paiements").click()
    page.get_by_role("link", name="Préparer un mois").click()
    page.get_by_label("Mois").select_option(label="Juillet 2026")
    page.get_by_role("button", name="Préparer").click()
    page.get_by_text("En attente d’une place.").wait_for()
    work(visit)
    page.get_by_role("heading", name="Paiement de juillet 2026").wait_for()
    assert page.get_by_role("link", name="150,00 €").first.is_visible()
    page.get_by_role("button", name="Soumettre").click()
    page.get_by_text("Le paiement mensuel est soumis").wait_for()
    assert page.get_by_role("button", name="Donner le bon à payer").count() == 0

    visit.sign_in(people("treasurer"))
    page.get_by_role("link", name="Paiement mensuel qui attend le bon à payer").click()
    button = page.get_by_role("button", name="Donner le bon à payer…")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Donner le bon à payer")
    assert "3 virements, 150,00 €" in " ".join(dialog.inner_text().replace("\u202f", " ").split())
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Donner le bon à payer").press("Enter")
    page.get_by_text("Le bon à payer est donné.").wait_for()
    page.get_by_role("button", name="Exporter…").click()
    dialog = page.get_by_role("dialog")
    asked = dialog.get_by_label("Date d’exécution demandée à la banque")
    assert asked.input_value() == next_business_day(timezone.localdate()).isoformat()
    asked.fill(timezone.localdate().isoformat())
    dialog.get_by_role("button", name="Exporter").click()
    page.get_by_text("En attente d’une place.").wait_for()
    work(visit)
    with page.expect_download() as download:
        page.get_by_role("link", name="Classeur").click()
    copy = tmp_path / "copy.xlsx"
    download.value.save_as(copy)
    assert download.value.suggested_filename == "paiement-2026-07.xlsx"
    assert copy.read_bytes() == RunExport.objects.get().document.path.read_bytes()

    page.get_by_role("button", name="Solder…").click()
    page.get_by_role("dialog").get_by_role("button", name="Solder").click()
    page.get_by_text("Le paiement mensuel est soldé.").wait_for()
    assert Run.objects.get().state == "settled"
    visit.forgive("ERR_INTERNET_DISCONNECTED", "htmx:")


def test_refusal_opens_the_dialog_again_with_what_was_typed(
    visit: Visit, office: Office, people: Callable[[str], User]
) -> None:
    """Somebody else was faster: the reason is said, and the motive typed is still on the page."""
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    visit.sign_in(people("treasurer"))
    visit.open(f"/paiements/{run.pk}/")
    page = visit.page
    page.get_by_role("button", name="Renvoyer…").click()
    page.get_by_label("Motif").fill("Il manque l’équipe de Laval.")
    send_back_run(run=run, actor=office.president, reason="Plus rapide")
    page.get_by_role("dialog").get_by_role("button", name="Renvoyer").click()
    page.get_by_text("Rien n’a été enregistré.").wait_for()
    assert page.get_by_text("Il manque l’équipe de Laval.").is_visible()
    visit.forgive("409")


def test_menu_and_content_are_reached_by_keyboard(visit: Visit, office: Office, people: Callable[[str], User]) -> None:
    visit.sign_in(people("staff"))
    visit.open("/equipes/")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Inscrire une équipe"
    for view in ("Liste", "Tableau", "Carte"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == view
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("ancenis")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=ancenis**")
    assert page.get_by_role("link", name="Équipe d'Ancenis").is_visible()
