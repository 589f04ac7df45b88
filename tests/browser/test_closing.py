"""Closing a month in the browser: the clicks it takes, two people at once, and whoever cannot be paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from association.jobs import run_job
from association.models import Job, User
from config.demo.clock import living_on
from payments.models import Allocation, DueLine, Payment, Run, RunExport
from payments.services.accounts import archive_account, suspend_account
from payments.services.banking import set_bank_details
from payments.services.preparing import prepare_last_month_if_absent
from tests.browser.conftest import Visit
from tests.browser.test_month import work
from tests.payments.answers import credit, debit, statement
from tests.payments.office import Office
from tests.payments.test_bank_file import DETAILS

pytestmark = pytest.mark.browser
CLOSE, SUBMITTED = "Donner le bon à payer et exporter", "Paiement mensuel qui attend le bon à payer"


@pytest.fixture(autouse=True)
def _bank(office: Office, settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)


def count_clicks(page: Page) -> list[str]:
    """Return a list that grows by what each press of the mouse falls on; a key that presses a button is none."""
    clicks: list[str] = []
    page.expose_function("heardClick", lambda words: clicks.append(words))
    page.add_init_script(
        "addEventListener('click', (e) => { if (e.detail) heardClick(e.target.textContent.trim()) }, true)"
    )
    return clicks


def test_normal_month_takes_five_clicks_and_two_people(
    visit: Visit, office: Office, people: Callable[[str], User], tmp_path: Path
) -> None:
    """Prepared by the schedule as every month; from the home page of each to the file on the disk."""
    office.rcp(date(2026, 7, 6))
    job = prepare_last_month_if_absent()
    assert job is not None
    run_job(job.pk)
    page = visit.page
    clicks = count_clicks(page)

    visit.sign_in(people("staff"))
    visit.settle()  # what the page fetches moves what one aims at
    page.get_by_role("link", name="Paiement mensuel à soumettre").click()
    page.get_by_role("button", name="Soumettre").click()
    page.get_by_text("Le paiement mensuel est soumis").wait_for()

    visit.sign_in(people("treasurer"))
    visit.settle()
    page.get_by_role("link", name=SUBMITTED).click()
    assert "3 virements, 150,00 €" in " ".join(page.locator("#cloture").inner_text().replace("\u202f", " ").split())
    assert page.get_by_label("Date d’exécution demandée à la banque").input_value()
    page.get_by_role("button", name=CLOSE).click()
    page.get_by_text("Le fichier se fait.").wait_for()
    work(visit)
    with page.expect_download() as download:
        page.get_by_role("link", name="Fichier de virements").click()
    copy = tmp_path / "copy.xml"
    download.value.save_as(copy)

    export = RunExport.objects.get()
    assert export.bank_file is not None
    assert copy.read_bytes() == export.bank_file.path.read_bytes()
    run = Run.objects.get()
    assert (run.state, run.submitted_by, run.approved_by) == ("exported", office.staff, office.treasurer)
    assert len(clicks) <= 5, clicks
    visit.forgive("ERR_INTERNET_DISCONNECTED", "htmx:")


def test_two_treasurers_press_at_once_one_approves_and_the_other_is_told(
    visit: Visit, office: Office, browser: Browser, live_server: Any
) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    with browser.new_context() as context:
        second = Visit(context.new_page(), live_server.url)
        for who, user in ((visit, office.treasurer), (second, office.president)):
            who.enter(user)
            who.open(f"/paiements/{run.pk}/")
        for who in (visit, second):
            who.page.get_by_role("button", name=CLOSE).click(no_wait_after=True)
        said = []
        for who in (visit, second):
            answer = who.page.get_by_text("Le bon à payer est donné").or_(who.page.get_by_text("est à l’état"))
            answer.first.wait_for()
            said.append("Le bon à payer est donné" in who.page.content())
        assert sorted(said) == [False, True]
        visit.forgive("409")
    run.refresh_from_db(fields=["approved_at"])
    assert Run.objects.get().state == "approved"
    assert DueLine.objects.count() == Payment.objects.count() == Allocation.objects.count() == 3
    assert Job.objects.filter(kind="payments.export_run").count() == 1


def test_payee_without_account_waits_while_the_others_are_paid(
    visit: Visit, office: Office, people: Callable[[str], User]
) -> None:
    office.rcp(date(2026, 7, 6))
    suspend_account(account=office.account_of(office.people[0]), actor=office.staff, reason="RIB à revoir")
    run = office.submitted()
    visit.sign_in(people("treasurer"))
    visit.open(f"/paiements/{run.pk}/")
    page = visit.page
    page.get_by_role("button", name=CLOSE).click()
    page.get_by_text("Le fichier se fait.").wait_for()
    work(visit)
    page.get_by_role("link", name="Fichier de virements").wait_for()
    assert RunExport.objects.get().transfers_count == 2
    page.get_by_role("link", name="Virements", exact=True).last.click()
    visit.settle()
    waits = page.locator("section", has_text="En attente de RIB").last
    assert "Évrard Loïc" in waits.inner_text()
    assert "50,00" in waits.inner_text()
    visit.forgive("ERR_INTERNET_DISCONNECTED", "htmx:")


def test_account_archived_between_approval_and_file_is_named_and_the_others_go(
    visit: Visit, office: Office, people: Callable[[str], User]
) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    archive_account(account=office.account_of(office.people[0]), actor=office.president, reason="Compte fermé")
    visit.sign_in(people("treasurer"))
    visit.open(f"/paiements/{run.pk}/")
    page = visit.page
    page.get_by_role("button", name="Exporter…").click()
    page.get_by_role("dialog").get_by_role("button", name="Exporter").click()
    page.get_by_text("En attente d’une place.").wait_for()
    work(visit)
    page.get_by_text("le compte n’est plus vérifié").wait_for()
    assert "Loïc Évrard" in page.locator("section", has_text="Fichiers").last.inner_text()
    assert sorted(run.payments.values_list("state", flat=True)) == ["sent", "sent", "void"]
    visit.forgive("ERR_INTERNET_DISCONNECTED", "htmx:")


def test_answer_of_the_bank_is_imported_looked_at_and_confirmed(
    visit: Visit, office: Office, people: Callable[[str], User], tmp_path: Path
) -> None:
    office.rcp(date(2026, 7, 6))
    visit.sign_in(people("treasurer"))
    from payments.services.exporting import export_run

    with living_on(date(2026, 8, 4)):
        run = export_run(run=office.approved(), actor=office.treasurer).export.run
    first, second, third = run.payments.order_by("reference").values_list("reference", flat=True)
    file = tmp_path / "releve.xml"
    entries = [debit(first, 50_00), debit(second, 50_00), credit(second, 50_00, reason="AC04"), debit(third, 49_00)]
    file.write_bytes(statement(entries))
    page = visit.page
    page.get_by_role("link", name="Retours de la banque").click()
    page.get_by_role("link", name="Importer un fichier").click()
    page.get_by_label("Fichier de la banque").set_input_files(file)
    page.get_by_role("button", name="Importer", exact=True).click()
    page.get_by_text("La banque dit 49,00").wait_for()
    assert page.get_by_text("Compte clos").first.is_visible()
    assert run.payments.filter(state="sent").count() == 3
    page.get_by_role("button", name="Confirmer 3 propositions…").click()
    page.get_by_role("button", name="Confirmer").last.click()
    page.wait_for_url("**/lots/**")
    run_job(Job.objects.filter(kind="association.bulk").get().pk)
    assert dict(run.payments.values_list("reference", "state")) == {first: "paid", second: "returned", third: "sent"}
