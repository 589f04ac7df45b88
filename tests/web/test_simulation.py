"""The simulator as people meet it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from association.jobs import run_job
from association.models import Job
from payments.models import Price, PriceScenario
from tests.payments.office import Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
NEW = "/baremes/simulations/nouvelle/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


def typed(**changed: str) -> dict[str, str]:
    given = {"name": "=Hausse de 20 %", "first_month": "2026-07", "last_month": "2026-08", "personal_rule": "present"}
    return {**given, **changed}


def test_scenario_is_created_its_grid_changed_computed_compared_and_exported(
    office: Office, signed_in: SignedIn
) -> None:
    office.rcp(date(2026, 7, 2))
    client = signed_in("treasurer")
    made = client.post(NEW, typed(ceiling_cents="170"))
    found = PriceScenario.objects.get()
    assert made.url == reverse("payments:scenario", args=[found.pk])
    grid = reverse("payments:scenario_grid", args=[found.pk, "esp_clap"])
    assert 'value="50,00"' in client.get(grid).content.decode()
    assert client.post(grid, {"version": "0", "montant-RCP-participant-toutes": "60"}).status_code == 302
    assert Price.objects.count() == 1
    client.post(reverse("payments:scenario_step", args=[found.pk]), {"step": "compute"})
    waiting = plain(client.get(made.url))
    assert "Simulation « =Hausse de 20 % »" in waiting
    run_job(Job.objects.get().pk)
    page = plain(client.get(made.url))
    for said in ("150,00 €", "170,00 €", "+20,00 €", "Infirmier", "Équipe d'Ancenis", "Indemnités écrêtées"):
        assert said in page, said
    book = load_workbook(
        BytesIO(b"".join(client.get(reverse("payments:scenario_export", args=[found.pk])).streaming_content))
    )
    assert book.sheetnames == ["Simulation", "Total", "Équipes", "Professions", "Motifs"]
    assert list(book["Total"].iter_rows(min_row=2, values_only=True)) == [("Total", None, 3, 150, 3, 170, 20)]
    assert book["Simulation"]["B2"].data_type == "s"
    assert client.post(reverse("payments:scenario_step", args=[found.pk]), {"step": "delete"}).status_code == 302
    assert not PriceScenario.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"last_month": "2026-06"}, "Le dernier mois précède le premier."),
        ({"first_month": "2020-01"}, "La période compte 3 ans au plus"),
        ({"personal_rule": "other"}, "Indiquez ce montant."),
        ({"name": ""}, "Donnez un nom à cette simulation."),
        ({"ceiling_cents": "beaucoup"}, "Écrivez un montant en euros"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    given: dict[str, str], sentence: str, office: Office, signed_in: SignedIn
) -> None:
    refused = signed_in("admin").post(NEW, typed(**{"personal_ceiling_cents": "", **given}))
    assert refused.status_code == 422
    assert sentence in plain(refused)
    assert 'value="2026-07"' in refused.content.decode() or "first_month" in given
    assert not PriceScenario.objects.exists()


def test_name_is_taken_once_and_who_is_second_is_told(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    client.post(NEW, typed())
    taken = client.post(NEW, typed())
    assert taken.status_code == 422
    assert "Une simulation porte déjà ce nom." in plain(taken)
    edit = reverse("payments:scenario_edit", args=[PriceScenario.objects.get().pk])
    assert client.post(edit, typed(version="0", ceiling_cents="500")).status_code == 302
    late = client.post(edit, typed(version="0", ceiling_cents="600"))
    assert late.status_code == 409
    assert "Quelqu'un d'autre a modifié cette simulation" in plain(late)
