"""The pictures of the guide that need a whole region: the home page, a team, a month, a workbook (`make guide`).

`make test` does not collect this file: what these pages do is asserted elsewhere, on regions of a few teams.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from association.jobs import run_job
from association.models import BulkOperation, Job, Team, User
from config.demo import DEMO_PASSWORD, DOMAIN, Span, seed_region
from config.import_jobs import CHECK_JOB
from payments.models import Grant, Payment, Run
from payments.services.exporting import request_export
from payments.services.runs import approve_run, prepare_run, submit_run
from payments.services.slips import make_slips
from reports.periods import parse
from reports.services.building import build_report, start_report, usual_template
from tests.browser.conftest import Visit
from tests.browser.journeys import gestures as do
from tests.demo.conftest import make_territory
from tests.importing.making import sound_sheets, write

pytestmark = pytest.mark.browser
MONTH, TODAY = date(2026, 10, 1), date(2026, 11, 3)
TEAMS, MONTHS = 104, 6


def account(name: str) -> User:
    return User.objects.get(email=f"{name}@{DOMAIN}")


@pytest.fixture
def region(transactional_db: None, calendar: Callable[[date], None]) -> None:
    """Make a region on a day of November, its October exported."""
    calendar(TODAY)
    make_territory()
    seed_region(teams=TEAMS, span=Span(MONTH, MONTHS), seed=1)
    run = submit_run(run=prepare_run(month=MONTH, actor=account("gestion")), actor=account("gestion"))
    run = approve_run(run=run, actor=account("tresorier"))
    run_job(request_export(run=run, actor=account("tresorier")).pk)


def test_pictures_of_a_region(visit: Visit, region: None, tmp_path: Path) -> None:
    page = visit.page
    visit.sign_in(account("gestion"), DEMO_PASSWORD)
    do.shoot(visit, "accueil")
    team = Team.objects.filter(state=Team.State.UNDER_CONVENTION, kind="esp_clap").order_by("name").first()
    assert team is not None
    do.open_team(visit, team)
    do.shoot(visit, "equipe", height=1100)

    many_rows(visit)

    visit.sign_in(account("tresorier"), DEMO_PASSWORD)
    do.shoot(visit, "accueil-tresorier")
    page.get_by_role("link", name="Paiements", exact=True).click()
    page.get_by_role("link", name="Octobre 2026").first.click()
    page.get_by_role("heading", name="Paiement d’octobre 2026").wait_for()
    do.shoot(visit, "paiement-mensuel", height=1120)

    treasury(visit)
    activity(visit)
    reports(visit)

    visit.sign_in(account("admin"), DEMO_PASSWORD)
    visit.open("/import/")
    page.locator("input[type=file]").set_input_files(faulty(tmp_path / "region.xlsx"))
    page.get_by_role("button", name="Contrôler").click()
    page.wait_for_url("**/import/*/")
    run_job(Job.objects.get(state=Job.State.WAITING, kind=CHECK_JOB).pk)
    visit.open(page.url.removeprefix(visit.address))
    page.get_by_text("Amicale").first.wait_for()
    do.shoot(visit, "import")


def treasury(visit: Visit) -> None:
    """Show the treasurer's month after the export, and the papers of the year."""
    run = Run.objects.get(month=MONTH)
    make_slips(run=run, actor=account("tresorier"))
    visit.open(f"/paiements/{run.pk}/releves/")
    do.shoot(visit, "releves-du-mois")
    visit.open("/retours-de-la-banque/")
    do.shoot(visit, "retours-de-la-banque", height=760)
    visit.open("/baremes/")
    do.shoot(visit, "bareme")
    visit.open("/annee/")
    do.shoot(visit, "annee")
    visit.open(f"/annee/{TODAY.year}/rapprochement/")
    do.shoot(visit, "rapprochement")
    visit.open(f"/dotations/{Grant.objects.filter(state='signed').latest('starts_on').pk}/")
    do.shoot(visit, "dotation", height=1100)
    paid = Payment.objects.filter(run=run, beneficiary__professional__isnull=False).order_by("reference").first()
    assert paid is not None
    visit.open(f"/professionnels/{paid.beneficiary.professional_id}/ou-en-est/")
    do.shoot(visit, "ou-en-est-un-paiement")
    visit.open("/pilotage/")
    do.shoot(visit, "pilotage", height=1100)


def activity(visit: Visit) -> None:
    """Show how a month of actions is typed and validated, and the reviews of the year before."""
    visit.sign_in(account("gestion"), DEMO_PASSWORD)
    team = Team.objects.filter(state=Team.State.UNDER_CONVENTION, kind="esp_clap").order_by("name").first()
    assert team is not None
    visit.open(f"/actions/saisie-rapide/?equipe={team.pk}&mois={MONTH.isoformat()}")
    do.shoot(visit, "saisie-rapide")
    visit.open("/actions/a-valider/")
    do.shoot(visit, "actions-a-valider")
    visit.open("/bilans/")
    do.shoot(visit, "bilans-annuels")


def reports(visit: Visit) -> None:
    """Show a report as its page has it, and the space of the ARS."""
    report = start_report(period=parse("2026-T3"), department=None, template=usual_template(), actor=account("gestion"))
    build_report(report=report, actor=account("gestion"))
    visit.open(f"/rapports/{report.pk}/")
    do.shoot(visit, "rapport")
    visit.open(f"/rapports/{report.pk}/versions/1/")
    do.shoot(visit, "rapport-page", height=1100)
    visit.sign_in(account("ars"), DEMO_PASSWORD)
    do.shoot(visit, "espace-ars", height=1100)


def many_rows(visit: Visit) -> None:
    """Give teams to somebody: selected in the list, confirmed once, followed to what became of each."""
    page = visit.page
    visit.open("/equipes/?state=registered&state=accompanied")
    page.get_by_label("Sélectionner la page").check()
    page.locator("#list-results [name=id]").nth(1).uncheck()
    step = page.locator("#selection-steps").get_by_role("button", name=re.compile("^Attribuer"))
    step.wait_for()
    do.shoot(visit, "lignes-choisies", height=820)
    step.click()
    page.get_by_label("Chargé·e de mission").select_option(label="Camille Gestion")
    do.shoot(visit, "lignes-confirmer", height=560)
    page.locator("form.form-narrow").get_by_role("button").click()
    page.wait_for_url("**/lots/*/")
    run_job(BulkOperation.objects.get().job_id)
    page.get_by_role("link", name=re.compile("^Faites · [1-9]")).wait_for()
    visit.open(page.url.removeprefix(visit.address))
    do.shoot(visit, "lignes-faites", height=820)


def faulty(path: Path) -> Path:
    """Write a workbook with the faults that people make."""
    sheets = sound_sheets()
    first, second = sheets["Équipes"]
    first |= {"Nature": "Amicale", "Communes": "44003;44096", "Chargé de mission": account("gestion").email}
    second |= {"Communes": "72181"}
    sheets["Professionnels"][0]["Commune"] = 44003
    sheets["Professionnels"][0]["RPPS"] = "1000000001"
    sheets["Bénéficiaires"][0]["IBAN"] = "FR7630006000011234567890188"
    return write(path, sheets)
