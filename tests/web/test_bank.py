"""The association's bank details and the file for the bank, as people meet them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from association.identifiers import grouped_iban
from association.jobs import run_job
from association.models import Job
from payments.models import BankDetails, RunExport
from tests.payments.office import IBANS, Office
from tests.payments.test_bank_file import DEBTOR, DETAILS
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
BANK = "/banque/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


def cells(response: Any) -> list[str]:
    """Return every cell of every sheet of a workbook that was handed out."""
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]


def typed(client: Client, **changed: str) -> dict[str, str]:
    version = client.get(BANK).context["form"]["version"].value()
    given = {name: str(value) for name, value in DETAILS.items() if value is not True}
    return {**given, "batch_booking": "on", "version": version, **changed}


def test_details_are_kept_and_their_iban_is_not_shown_again(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    assert "Pas encore de fichier de virements." in plain(client.get(BANK))
    assert client.post(BANK, typed(client, iban=grouped_iban(DEBTOR).lower())).url == BANK
    page = client.get(BANK).content.decode()
    assert DEBTOR not in page
    assert grouped_iban(DEBTOR) not in page
    assert "•••• 0189" in page
    assert client.post(BANK, typed(client, iban="", name="Autre nom")).status_code == 302
    assert (BankDetails.current().iban, BankDetails.current().name) == (DEBTOR, "Autre nom")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("iban", "FR7630006000011234567890180", "faute de frappe"),
        ("bic", "AGRI", "Un BIC compte 8 ou 11 caractères"),
        ("message", "Du {moi}", "Entre accolades"),
        ("name", "", "Indiquez le nom de l'association"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    field: str, value: str, sentence: str, office: Office, signed_in: SignedIn
) -> None:
    client = signed_in("treasurer")
    refused = client.post(BANK, typed(client, **{field: value, "organisation_id": "EMETTEUR-12"}))
    assert refused.status_code == 422
    assert sentence in plain(refused)
    assert 'value="EMETTEUR-12"' in refused.content.decode()
    assert BankDetails.current().missing


def test_who_is_second_is_told_what_changed(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    late = typed(client, name="Association, autre")
    client.post(BANK, typed(client))
    refused = client.post(BANK, late)
    assert refused.status_code == 409
    assert "Association régionale des ESP" in plain(refused)


def test_run_is_exported_for_a_day_and_its_bank_file_is_for_treasurers(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    client.post(BANK, typed(client))
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    url, step = reverse("payments:run", args=[run.pk]), reverse("payments:run_step", args=[run.pk])
    refused = client.post(step, {"step": "export", "execution_on": "2020-01-02"})
    assert refused.status_code == 422
    assert "Le 02/01/2020 est passé" in plain(refused)
    assert 'value="2020-01-02"' in refused.content.decode()
    assert client.post(step, {"step": "export", "execution_on": str(timezone.localdate())}).status_code == 302
    run_job(Job.objects.get().pk)
    export = RunExport.objects.get()
    page = plain(client.get(url))
    for said in ("virements-2026-07.xml", "3 virements, 150,00 €, à exécuter le", export.bank_file.sha256):
        assert said in page
    address = reverse("association:document", args=[export.bank_file_id])
    content = b"".join(client.get(address).streaming_content).decode()
    assert all(iban in content for iban in IBANS)
    for role in ("staff", "auditor", "admin", "ars"):
        assert signed_in(role).get(address).status_code in (403, 404)
    for role in ("staff", "auditor"):
        assert address not in signed_in(role).get(url).content.decode()
    workbook = reverse("association:document", args=[export.document_id])
    assert workbook in signed_in("auditor").get(url).content.decode()
    written = cells(signed_in("auditor").get(workbook))
    assert f"•••• {IBANS[0][-4:]}" in written
    assert not any(iban in "".join(written).replace(" ", "") for iban in IBANS)


def test_run_without_bank_details_says_on_its_page_what_is_missing(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    client = signed_in("treasurer")
    asked = {"step": "export", "execution_on": str(timezone.localdate())}
    client.post(reverse("payments:run_step", args=[run.pk]), asked)
    run_job(Job.objects.get().pk)
    page = plain(client.get(reverse("payments:run", args=[run.pk])))
    assert "il manque le nom de l'association et l'IBAN du compte débiteur" in page
    assert "Fichier de virements" not in page
    workbook = reverse("association:document", args=[RunExport.objects.get().document_id])
    assert IBANS[0] in cells(client.get(workbook))
    assert workbook not in signed_in("auditor").get(reverse("payments:run", args=[run.pk])).content.decode()
    assert signed_in("auditor").get(workbook).status_code == 404


# --- the checks before a submission --------------------------------------------------------------------------


def test_run_page_lists_what_stands_out_and_leads_to_the_cases(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    url = reverse("payments:run", args=[run.pk])
    cases = reverse("payments:run_check", args=[run.pk, "new_account"])
    for role, sees in (("staff", False), ("treasurer", True)):
        page = signed_in(role).get(url)
        assert "3 comptes nouveaux ou changés" in plain(page)
        assert f'href="{cases}"' in page.content.decode()
        table = plain(signed_in(role).get(cases))
        assert "Évrard Loïc" in table
        assert "50,00 €" in table
        assert (f"•••• {IBANS[0][-4:]}" in table) is sees
        assert not any(iban in table for iban in IBANS)
    assert signed_in("staff").get(reverse("payments:run_check", args=[run.pk, "autre"])).status_code == 404


def test_blocking_check_is_set_by_the_administrator_and_said_beside_the_button(
    office: Office, signed_in: SignedIn
) -> None:
    admin, settings_url = signed_in("admin"), reverse("payments:preflight_settings")
    form = admin.get(settings_url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    refused = admin.post(settings_url, {**given, "unusual_factor": "1"})
    assert refused.status_code == 422
    assert "Écrivez un nombre entier entre 2 et 50." in plain(refused)
    assert admin.post(settings_url, {**given, "new_account": "blocking"}).status_code == 302
    late = admin.post(settings_url, {**given, "new_account": "off"})
    assert late.status_code == 409
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    client = signed_in("staff")
    said = "Les contrôles empêchent de soumettre : 3 comptes nouveaux ou changés."
    assert said in plain(client.get(reverse("payments:run", args=[run.pk])))
    pressed = client.post(reverse("payments:run_step", args=[run.pk]), {"step": "submit"})
    assert pressed.status_code == 409
    assert said in plain(pressed)
