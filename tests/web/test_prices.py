"""The price list as people read it, write in it and publish from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from payments.models import Price
from tests.payments.office import AUGUST, Office, payments_by_person
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
GRID, EDIT, FILE = "/baremes/", "/baremes/modifier/", "/baremes/classeur/"
CELL, CAP = "montant-RCP-participant-toutes", "nombre-RCP-participant-toutes"
NURSE = "montant-RCP-participant-60"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


def publish(client: Client, au: str, given: dict[str, str]) -> Any:
    """Read, then publish what the page that was read sends."""
    read = client.post(EDIT, {"nature": "esp_clap", "au": au, "step": "read", **given})
    assert read.status_code == 200, plain(read)
    return client.post(EDIT, {"nature": "esp_clap", "au": au, "step": "publish", "seen": read.context["seen"], **given})


def test_grid_shows_price_from_when_and_from_when_it_changes(office: Office, signed_in: SignedIn) -> None:
    Price.objects.create(
        action_type="RCP", role="participant", amount_cents=60_00, starts_on=date(2027, 1, 1), published_by=office.admin
    )
    for role in ("staff", "treasurer", "auditor", "admin"):
        page = plain(signed_in(role).get(GRID, {"nature": "esp_clap", "au": "2026-07-01"}))
        assert "50,00 €" in page
        assert "depuis le 01/01/2026" in page
        assert "change le 01/01/2027" in page
        assert ("Publier des tarifs" in page) is (role == "admin")
    assert signed_in("referent").get(GRID).status_code == 403


def test_new_version_of_the_same_day_says_how_many_lines_and_the_next_run_corrects_them(
    office: Office, signed_in: SignedIn
) -> None:
    office.rcp(date(2026, 7, 2))
    office.approved()
    client = signed_in("admin")
    read = client.post(EDIT, {"nature": "esp_clap", "au": "2026-01-01", "step": "read", CELL: "55,00"})
    assert "3 indemnités seront régularisées." in plain(read)
    assert "Nouvelle version à la même date : 3 indemnités régularisées" in plain(read)
    assert Price.objects.count() == 1
    assert publish(client, "2026-01-01", {CELL: "55,00"}).status_code == 302
    assert list(Price.objects.values_list("version", "amount_cents")) == [(1, 50_00), (2, 55_00)]
    assert payments_by_person(office.approved(AUGUST)) == {"Évrard": 5_00, "Le Goff": 5_00, "=Duval": 5_00}


def test_price_from_a_later_day_leaves_what_was_computed_and_says_so(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 2))
    office.rcp(date(2026, 7, 20))
    office.approved()
    client = signed_in("admin")
    read = plain(client.post(EDIT, {"nature": "esp_clap", "au": "2026-07-15", "step": "read", CELL: "60"}))
    assert "3 indemnités déjà calculées restent à l'ancien montant." in read
    assert "Remplace l'ancien tarif à partir du 15/07/2026" in read
    assert publish(client, "2026-07-15", {CELL: "60"}).status_code == 302
    office.rcp(date(2026, 8, 3))
    run = office.approved(AUGUST)
    assert sorted(run.lines.values_list("kind", "amount_cents")) == [("initial", 60_00)] * 3


def test_price_of_a_profession_names_the_lines_of_that_profession_only(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 20))
    office.approved()
    read = plain(signed_in("admin").post(EDIT, {"nature": "esp_clap", "au": "2026-07-15", "step": "read", NURSE: "45"}))
    assert "Nouveau tarif à partir du 15/07/2026 ; 1 indemnité déjà calculée reste comme avant." in read


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({CELL: ""}, "Un tarif publié ne se retire pas : écrivez un autre montant."),
        ({CELL: "cinquante"}, "Écrivez un montant en euros, comme 10 000 ou 10 000,50."),
        ({CELL: "0"}, "Un tarif va de 0,01 € à 100 000,00 €."),
        ({CAP: "0"}, "Le nombre par an est un nombre entier de 1 à 999, ou rien."),
        ({"nombre-PPS-redacteur-10": "3"}, "Écrivez d'abord le montant de ce tarif."),
        ({}, "Aucun montant n'a changé."),
    ],
)
def test_what_is_wrong_is_said_at_its_cell_and_nothing_typed_is_lost(
    given: dict[str, str], sentence: str, office: Office, signed_in: SignedIn
) -> None:
    kept = {NURSE: "47,50"} if given else {}
    page = signed_in("admin").post(EDIT, {"nature": "esp_clap", "au": "2026-09-01", "step": "read", **given, **kept})
    assert page.status_code == 422
    assert sentence in plain(page)
    assert not kept or 'value="47,50"' in page.content.decode()
    assert Price.objects.count() == 1


def test_number_cap_is_published_with_the_same_amount(office: Office, signed_in: SignedIn) -> None:
    assert publish(signed_in("admin"), "2026-01-01", {CAP: "1"}).status_code == 302
    office.rcp(date(2026, 7, 2))
    office.rcp(date(2026, 7, 3))
    run = office.approved()
    assert run.lines.count() == 3
    assert set(run.exclusions.values_list("reason", flat=True)) == {"CAP_COUNT"}


def test_who_publishes_second_is_told_and_reads_again(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    read = client.post(EDIT, {"nature": "esp_clap", "au": "2026-09-01", "step": "read", CELL: "51"})
    publish(client, "2026-09-01", {CELL: "52"})
    late = client.post(
        EDIT,
        {"nature": "esp_clap", "au": "2026-09-01", "step": "publish", "seen": read.context["seen"], CELL: "51"},
    )
    assert late.status_code == 409
    assert "Quelqu'un d'autre vient de publier des tarifs" in plain(late)
    assert 'value="51"' in late.content.decode()
    assert Price.objects.latest("pk").amount_cents == 52_00


def test_submitted_run_is_named_before_publishing(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.submitted()
    read = signed_in("admin").post(EDIT, {"nature": "esp_clap", "au": "2026-01-01", "step": "read", CELL: "55"})
    assert f"Le paiement mensuel {run.name} est soumis." in plain(read)


def test_history_says_who_when_from_what_to_what(office: Office, signed_in: SignedIn) -> None:
    publish(signed_in("admin"), "2026-09-01", {CELL: "55,50", CAP: "12"})
    page = plain(signed_in("auditor").get(reverse("payments:price_history")))
    for said in ("50,00 €", "55,50 €", "01/09/2026", "Admin", "12"):
        assert said in page


def test_workbook_can_be_taken_back_by_the_import(office: Office, signed_in: SignedIn) -> None:
    publish(signed_in("admin"), "2026-01-01", {CELL: "55"})
    response = signed_in("treasurer").get(FILE)
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == ["Barème", "Historique", "Grille ESP CLAP"]
    head, *rows = book["Barème"].iter_rows(values_only=True)
    assert head[:7] == (
        "Type d'action", "Rôle", "Profession", "Montant", "En vigueur le", "Nombre maximal par an", "Nature"
    )  # fmt: skip
    assert [row[:4] for row in rows] == [("RCP", "participant", None, 55)]
    assert len(list(book["Historique"].iter_rows())) == 3


def test_publishing_is_for_administrators(office: Office, signed_in: SignedIn) -> None:
    for role in ("staff", "treasurer", "auditor"):
        given = {"nature": "esp_clap", "au": "2026-09-01", "step": "publish", "seen": "0", CELL: "1"}
        assert signed_in(role).post(EDIT, given).status_code == 403
    assert Price.objects.count() == 1
