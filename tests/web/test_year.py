"""The pages of the year: what they say, what they refuse, and that no account number leaves by them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from association.models import LookLog
from payments.models import AccountingExport, AccountingSettings, Das2Threshold, StatementMail, TaxIdentity
from payments.services.steps import move_payment
from tests.payments.office import IBANS
from tests.payments.test_year import CHOSEN
from tests.web.conftest import World, plain

SignedIn = Callable[[str], Client]


def paid_world(world: World) -> int:
    """Have the bank pay what was sent, today; return the year."""
    for payment in world.run.payments.filter(state="sent"):
        move_payment(payment=payment, step="pay", actor=world.office.treasurer)
    return timezone.localdate().year


def test_papers_of_a_year_from_its_page_to_the_files(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    said = plain(client.get(reverse("payments:year")))
    assert f"L'année {year}" in said
    assert "comptes à choisir" in said
    figures = plain(client.get(reverse("payments:year_figures", args=[year])))
    assert '<span class="figure-value">juste</span>' in figures
    for name in ("statement_list", "das2_list", "accounting", "year_closing", "dedicated", "reconciliation"):
        assert client.get(reverse(f"payments:{name}", args=[year])).status_code == 200, name
    sheet = client.get(reverse("payments:reconciliation_file", args=[year]))
    book = load_workbook(BytesIO(sheet.content))
    assert {cell.data_type for rows in book["Bénéficiaires"].iter_rows() for cell in rows} <= {"s", "n"}
    payee = world.run.payments.filter(state="paid").first().beneficiary
    paper = client.get(reverse("payments:statement", args=[year, payee.pk]))
    assert paper.content.startswith(b"%PDF")
    assert LookLog.objects.filter(object_id=payee.pk, what=f"relevé {year}").exists()


def test_accounts_are_chosen_before_anything_is_exported(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    accounting = reverse("payments:accounting", args=[year])
    assert "Aucun export sans comptes." in plain(client.get(accounting))
    page = reverse("payments:accounting_settings")
    refused = client.post(page, {**CHOSEN, "bank_account": "banque", "version": 0})
    assert refused.status_code == 422
    assert "commence par trois chiffres" in plain(refused)
    assert 'value="6571"' in plain(refused)  # nothing typed is lost
    client.post(page, {**CHOSEN, "charge_account": " 6571 ", "general_journal": "od", "version": 0})
    chosen = AccountingSettings.current()
    assert (chosen.missing, chosen.charge_account, chosen.general_journal) == ([], "6571", "OD")
    assert client.post(page, {**CHOSEN, "bank_account": "5121", "version": 0}).status_code == 409
    assert "Aucun export sans comptes." not in plain(client.get(accounting))
    # This month is not over: there is no period to close.
    assert client.post(reverse("payments:accounting_export", args=[year]), {"ends_on": "2026-01-31"}).status_code == 422
    assert AccountingExport.objects.count() == 0


def test_identity_and_threshold_of_the_das2_are_typed_and_kept(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    settings = reverse("payments:das2_settings")
    assert "1 200,00 €" in plain(client.get(settings))
    client.post(settings, {"from_year": year, "euros": "10,50"})
    assert Das2Threshold.objects.get().amount_cents == 10_50
    listed = plain(client.get(reverse("payments:das2_list", args=[year])))
    assert "Qui a reçu plus de 10,50 €" in listed
    assert "SIRET, adresse, code postal, commune" in listed
    payee = world.run.payments.filter(state="paid").first().beneficiary
    page = reverse("payments:tax_identity", args=[year, payee.pk])
    typed = {"siret": "732 829 320 00074", "address": "1 rue des Lilas", "postcode": "44150", "town": "Ancenis"}
    assert client.post(page, {**typed, "postcode": "44", "version": 0}).status_code == 422
    client.post(page, {**typed, "version": 0})
    assert TaxIdentity.objects.get().siret == "73282932000074"


def test_workbook_of_the_das2_has_all_that_the_declaration_asks_and_is_inert(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    client.post(reverse("payments:das2_settings"), {"from_year": year, "euros": "1"})
    content = client.get(reverse("payments:das2_file", args=[year])).content
    sheet = load_workbook(BytesIO(content))["À déclarer"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(i for i, row in enumerate(rows) if row[0] == "Nom ou raison sociale")
    assert rows[head][:9] == [
        "Nom ou raison sociale", "Prénom", "Profession", "SIRET", "Adresse", "Code postal", "Commune", "Nature",
        "Montant à déclarer",
    ]  # fmt: skip
    declared, total = rows[head + 1 : -1], rows[-1]
    assert total[0] == "Total"
    assert round(sum(row[8] for row in declared) * 100) == round(total[8] * 100) > 0
    assert {row[7] for row in declared} == {"H, honoraires et vacations"}
    assert all("SIRET" in row[11] for row in declared)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert not [iban for iban in IBANS if iban in str(rows) or iban[-7:] in str(rows)]


def test_statements_are_searched_and_one_tells_what_became_of_it(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    listed = reverse("payments:statement_list", args=[year])
    payee = world.run.payments.filter(state="paid").order_by("pk").first().beneficiary
    assert str(payee) in plain(client.get(listed, {"q": payee.professional.rpps}))
    assert str(payee) not in plain(client.get(listed, {"q": "personne-de-ce-nom"}))
    page = reverse("payments:statement_page", args=[year, payee.pk])
    assert "Pas encore envoyé." in plain(client.get(page))
    refused = client.post(reverse("payments:statement_send", args=[year, payee.pk]))
    assert refused.status_code == 409
    assert f"L'année {year} n'est pas terminée" in plain(refused)
    assert StatementMail.objects.count() == 0


def test_year_that_lasts_is_not_closed(world: World, signed_in: SignedIn) -> None:
    year, client = paid_world(world), signed_in("treasurer")
    refused = client.post(reverse("payments:year_closing_step", args=[year]))
    assert refused.status_code == 409
    assert f"L'exercice {year} n'est pas terminé" in plain(refused)
    assert client.get(reverse("payments:reconciliation", args=[year + 1])).status_code == 404


def test_whereabouts_answer_the_telephone_without_an_account_number(world: World, signed_in: SignedIn) -> None:
    paid_world(world)
    person, client = world.office.people[0], signed_in("staff")
    fragment = plain(client.get(reverse("payments:of_professional", args=[person.pk])))
    assert "Où en sont ses paiements ?" in fragment
    found = client.get(reverse("payments:whereabouts_search"), {"professional": person.rpps})
    assert found.url == reverse("payments:whereabouts", args=[person.pk])
    said = plain(client.get(found.url))
    assert "par le virement CLAP-202607" in said
    assert "Non indemnisée : réunion non pluriprofessionnelle" in said
    assert not [iban for iban in IBANS if iban in said or iban[-7:] in said]


def test_one_number_for_two_accounts_is_refused_beside_its_field(world: World, signed_in: SignedIn) -> None:
    url = reverse("payments:accounting_settings")
    typed = CHOSEN | {"bank_account": "467", "bank_journal": "OD", "version": "0"}
    said = plain(signed_in("treasurer").post(url, typed))
    assert "Ce compte sert déjà plus haut" in said
    assert "Ce code est celui de l'autre journal" in said
    assert AccountingSettings.current().missing
