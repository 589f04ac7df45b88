"""Health projects and documents of all dossiers: who sees which, and what is never said of a closed one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.jobs import run_job
from association.models import BulkItem, BulkOperation, DossierDocument, Theme
from association.selectors.project_pages import progress_of
from association.selectors.projects import completeness_of, persons_of
from association.services.filing import READ, erase_document, file_document
from tests.association.files import pdf, upload
from tests.factories import TeamFactory
from tests.factories.correspondence import DossierDocumentFactory
from tests.factories.dossier import HealthProjectFactory
from tests.web.conftest import World, plain
from tests.web.test_money_lists import cells, shown

SignedIn = Callable[[str], Client]
PROJECTS, DOCUMENTS = "/projets/", "/documents/"
KIND = DossierDocument.Kind
PATIENT = "Compte rendu de Mme Untel"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"


def filed(world: World, title: str, kind: str = KIND.OTHER, number: int = 1) -> DossierDocument:
    content = upload(pdf() + b"%" * number, f"{title}.pdf")
    return file_document(team=world.office.team, upload=content, kind=kind, title=title, actor=world.office.staff)


def plain_cell(line: Any, column: str) -> str:
    return next(str(cell) for head, cell in line.cells if head.name == column)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- projects ------------------------------------------------------------------------------------------------


def test_each_role_sees_the_versions_that_it_may_open(world: World, signed_in: SignedIn) -> None:
    own = HealthProjectFactory(team=world.office.team, accepted=True)
    draft = HealthProjectFactory(team=world.office.team, number=2)
    elsewhere = HealthProjectFactory(team=TeamFactory(submitted=True), submitted=True)
    seen = {role: set(shown(signed_in(role), PROJECTS)) for role in ("staff", "ars", "referent")}
    assert seen == {"staff": {own, draft, elsewhere}, "ars": {own, elsewhere}, "referent": {own, draft}}
    assert signed_in("referent").get(f"{PROJECTS}{elsewhere.pk}/").status_code == 404


def test_projects_are_filtered_and_one_with_two_themes_is_one_row(world: World, signed_in: SignedIn) -> None:
    themes = [Theme.objects.create(name=f"Thème {n}") for n in (1, 2)]
    both, none = HealthProjectFactory(submitted=True), HealthProjectFactory()
    both.themes.set(themes)
    client = signed_in("staff")
    assert shown(client, PROJECTS, theme=[str(one.pk) for one in themes]) == [both]
    assert shown(client, PROJECTS, state="draft") == [none]
    assert shown(client, PROJECTS, q=both.team.code) == [both]
    assert "Thème 1, Thème 2" in plain(client.get(f"{PROJECTS}?page=1"))
    assert "Thème 1, Thème 2" in cells(client.post(f"{PROJECTS}export/", {"query": ""}))


def test_draft_says_how_many_of_its_sections_are_complete_as_its_page_does(world: World, signed_in: SignedIn) -> None:
    begun = HealthProjectFactory(team=world.office.team, problem="Des patients sans médecin.", communes=True)
    empty = HealthProjectFactory(team=TeamFactory(drafting=True))
    HealthProjectFactory(submitted=True)
    client = signed_in("staff")
    rows = client.get(f"{PROJECTS}?tri=number").context["lines"]
    said = {line.key: plain_cell(line, "progress") for line in rows}
    for project in (begun, empty):
        people = len(persons_of(project.team))
        progress = progress_of(completeness_of(project, people=people))
        assert said.pop(project.pk) == f"{progress.complete} sur {progress.needed}"
    assert list(said.values()) == [""]
    assert f"0 sur {progress.needed}" in cells(client.post(f"{PROJECTS}export/", {"query": ""}))


# --- documents -----------------------------------------------------------------------------------------------


def test_each_role_sees_the_documents_that_a_dossier_shows_it(world: World, signed_in: SignedIn) -> None:
    letter, other = filed(world, "Courrier", KIND.LETTER, 1), filed(world, "Statuts", KIND.STATUTES, 2)
    elsewhere = DossierDocumentFactory(team=TeamFactory(), title="Ailleurs", document__permission=READ)
    everything = {letter, other, elsewhere}
    seen = {role: set(shown(signed_in(role), DOCUMENTS)) for role in world.users}
    assert seen == {
        "staff": everything,
        "treasurer": everything,
        "auditor": everything,
        "admin": everything,
        "ars": {letter},
        "referent": {letter},
    }


@pytest.mark.parametrize("role", ["staff", "treasurer", "auditor", "admin", "ars", "referent"])
def test_list_opens_what_the_reader_may_open_and_nothing_else(role: str, world: World, signed_in: SignedIn) -> None:
    for number, kind in enumerate((KIND.LETTER, KIND.STATUTES, KIND.ATTESTATION), 1):
        filed(world, f"Pièce {number}", kind, number)
    client = signed_in(role)
    page = client.get(f"{DOCUMENTS}?page=1").content.decode()
    for filing in DossierDocument.objects.all():
        opens = client.get(f"/documents/{filing.document_id}/").status_code == 200
        assert (f'href="/documents/{filing.document_id}/"' in page) is opens, filing


def test_closed_title_is_neither_shown_nor_found_nor_written(world: World, signed_in: SignedIn) -> None:
    filing, client = filed(world, PATIENT), signed_in("staff")
    assert shown(client, DOCUMENTS, q="untel") == [filing]
    asked = client.post(f"{DOCUMENTS}lot/", {"id": str(filing.pk), "step": "quarantine"})
    client.post(asked.url, {"comment": "Il nomme un patient."})
    run_job(BulkOperation.objects.get().job_id)
    for label, state in (("Document en quarantaine", "quarantaine"), ("Document effacé", "efface")):
        page = plain(client.get(f"{DOCUMENTS}?state={state}"))
        assert label in page
        assert "Untel" not in page
        assert shown(client, DOCUMENTS, q="untel") == []
        written = cells(client.post(f"{DOCUMENTS}export/", {"query": f"state={state}"}))
        assert label in written
        assert not any("Untel" in cell for cell in written)
        assert f'href="/documents/{filing.document_id}/"' not in page
        if state == "quarantaine":
            filing.refresh_from_db()
            erase_document(filing=filing, actor=world.office.staff)


def test_result_of_an_operation_leads_to_the_line_of_each_document(world: World, signed_in: SignedIn) -> None:
    first, second = filed(world, "Statuts", KIND.STATUTES, 1), filed(world, "Courrier", KIND.LETTER, 2)
    client = signed_in("staff")
    asked = client.post(f"{DOCUMENTS}lot/", {"id": f"{first.pk},{second.pk}", "step": "quarantine"})
    client.post(asked.url, {"comment": "Classés par erreur."})
    address = f"/lots/{BulkOperation.objects.get().pk}/"
    page = client.get(address).content.decode()
    for filing in (first, second):
        link = f"/equipes/{filing.team_id}/documents/#document-{filing.pk}"
        assert f'href="{link}"' in page
        assert f'id="document-{filing.pk}"' in client.get(link).content.decode()
    before = queries(client, address)
    DossierDocumentFactory.create_batch(3)
    BulkItem.objects.bulk_create(
        BulkItem(operation=BulkOperation.objects.get(), object_id=filing.pk, label="Pièce")
        for filing in DossierDocument.objects.exclude(pk__in=[first.pk, second.pk])
    )
    assert queries(client, address) == before


def test_lists_ask_as_much_for_many_rows_as_for_few(world: World, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    addresses = (f"{PROJECTS}?par=100&tri=department", f"{DOCUMENTS}?par=100&tri=size&state=classe")
    for project in HealthProjectFactory.create_batch(2):
        project.themes.add(Theme.objects.create(name=f"Thème {project.pk}"))
    DossierDocumentFactory.create_batch(2)
    before = [(queries(client, one), queries(client, one))[1] for one in addresses]
    HealthProjectFactory.create_batch(10)
    DossierDocumentFactory.create_batch(10)
    assert [queries(client, one) for one in addresses] == before
