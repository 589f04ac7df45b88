"""The page of the import: choose a workbook, read what was found, load it once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from association.jobs import run_job
from association.models import Document, Job, Team
from tests.factories import CommuneFactory
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
HEADERS = ("Code équipe", "Nom", "Nature", "Communes")


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    CommuneFactory(code="44003", name="Ancenis")
    return signed_in("admin")


def workbook(*rows: tuple[Any, ...], name: str = "reprise.xlsx") -> SimpleUploadedFile:
    book = Workbook()
    sheet = book.active
    sheet.title = "Équipes"
    for row in (HEADERS, *rows):
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue())


def upload(client: Client, file: SimpleUploadedFile):  # type: ignore[no-untyped-def]
    return client.post(reverse("import_workbook"), {"file": file})


def checked(client: Client, file: SimpleUploadedFile) -> Job:
    """Upload, let the worker check, and return the job."""
    upload(client, file)
    job = Job.objects.latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_sound_workbook_is_loaded_after_a_confirmation(admin: Client) -> None:
    job = checked(admin, workbook(("EQ-1", "Équipe d'Ancenis", "ESP CLAP", "44003")))
    page = plain(admin.get(reverse("import_report", args=[job.pk])))
    assert "Aucune faute." in page
    assert "Charger ce classeur" in page
    assert not Team.objects.filter(code="EQ-1").exists()
    answer = admin.post(reverse("import_load", args=[job.pk]))
    loading = Job.objects.latest("pk")
    assert answer.url == reverse("import_report", args=[loading.pk])
    run_job(loading.pk)
    assert "Classeur chargé." in plain(admin.get(answer.url))
    assert Team.objects.filter(code="EQ-1").exists()


def test_same_workbook_again_says_that_nothing_changes(admin: Client) -> None:
    row = ("EQ-1", "Équipe d'Ancenis", "ESP CLAP", "44003")
    admin.post(reverse("import_load", args=[checked(admin, workbook(row)).pk]))
    run_job(Job.objects.latest("pk").pk)
    page = plain(admin.get(reverse("import_report", args=[checked(admin, workbook(row)).pk])))
    assert "Ce classeur est déjà chargé." in page
    assert "Charger ce classeur" not in page


def test_faults_are_a_table_and_a_commented_copy(admin: Client) -> None:
    job = checked(
        admin,
        workbook(
            ("EQ-1", "", "ESP CLAP", "44003"), ("EQ-2", "Deux", "Amicale", "44003"), ("EQ-3", "Trois", "ESP", "99999")
        ),
    )
    address = reverse("import_report", args=[job.pk])
    page = admin.get(address)
    assert page.context["table"].paginator.count == 4
    for said in ("rien n'est chargé", "Amicale", "99999", "Attendu : informelle, ESP, ESP CLAP ou ESS", "Équipes"):
        assert said in plain(page)
    assert "Charger ce classeur" not in plain(page)
    copy = admin.get(reverse("association:document", args=[job.result_id]))
    assert load_workbook(BytesIO(b"".join(copy.streaming_content))).sheetnames
    assert admin.get(address, {"severity": "warning"}).context["table"].paginator.count == 1
    assert admin.get(address, {"sheet": "Équipes"}).context["table"].paginator.count == 4


def test_workbook_with_faults_is_not_loaded_whoever_asks(admin: Client) -> None:
    job = checked(admin, workbook(("EQ-1", "", "ESP CLAP", "44003")))
    page = admin.post(reverse("import_load", args=[job.pk]))
    assert page.status_code == 409
    assert "il ne peut pas être chargé" in plain(page)
    assert Team.objects.filter(code="EQ-1").count() == 0


def test_second_press_loads_once(admin: Client) -> None:
    job = checked(admin, workbook(("EQ-1", "Équipe d'Ancenis", "ESP CLAP", "44003")))
    first, second = (admin.post(reverse("import_load", args=[job.pk])).url for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("notes.pdf", b"%PDF-1.7"), "n'est pas un classeur .xlsx"),
        (SimpleUploadedFile("vide.xlsx", b""), "Ce fichier est vide."),
        (SimpleUploadedFile("1850744003111 22.xlsx", b"x"), "sécurité sociale"),
    ],
    ids=["pdf", "empty", "nir"],
)
def test_file_that_is_no_workbook_is_refused_at_once(admin: Client, file: SimpleUploadedFile, sentence: str) -> None:
    page = upload(admin, file)
    assert page.status_code == 422
    assert sentence in plain(page)
    assert Document.objects.count() == 0


def test_pdf_renamed_is_a_fault_of_the_file(admin: Client) -> None:
    job = checked(admin, SimpleUploadedFile("reprise.xlsx", b"%PDF-1.7 rien d'un classeur"))
    page = plain(admin.get(reverse("import_report", args=[job.pk])))
    assert job.state == "done"
    assert "1 faute : rien n'est chargé." in page


def test_file_too_large_is_told_its_limit(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("association.forms.workbooks.MAX_FILE_BYTES", 10)
    assert "la limite est de" in plain(upload(admin, workbook(("EQ-1", "Une", "ESP", "44003"))))


def test_no_file_is_said_beside_the_field(admin: Client) -> None:
    assert "Choisissez le classeur à importer." in plain(admin.post(reverse("import_workbook"), {}))


def test_help_names_every_expected_column(admin: Client) -> None:
    page = plain(admin.get(reverse("import_workbook")))
    for column in ("Code équipe", "Titulaire du compte", "Signature le", "Déjà payé", "Référence action", "Biologiste"):
        assert column in page


def test_progress_is_asked_for_until_the_end(admin: Client) -> None:
    upload(admin, workbook(("EQ-1", "Une", "ESP", "44003")))
    job = Job.objects.latest("pk")
    address = reverse("import_report", args=[job.pk])
    assert "hx-trigger" in admin.get(address, headers={"HX-Request": "true"}).content.decode()
    run_job(job.pk)
    assert admin.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
