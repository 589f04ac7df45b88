"""The documents of a dossier in the browser: filed, handed out, closed and erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from association.models import Document, DossierDocument, Membership
from association.services.filing import erase_document, file_document, quarantine_document
from tests.association.files import pdf, upload
from tests.factories import DepartmentFactory, MembershipFactory, TeamFactory, UserFactory
from tests.factories.correspondence import DossierDocumentFactory
from tests.payments.office import Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
KIND = DossierDocument.Kind


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"


@pytest.fixture
def filing(office: Office) -> DossierDocument:
    return file_document(
        team=office.team, upload=upload(pdf()), kind=KIND.LETTER, title="Courrier du 12 mars", actor=office.staff
    )


def section(office: Office) -> str:
    return reverse("association:team_documents", args=[office.team.pk])


def download(filing: DossierDocument) -> str:
    return reverse("association:document", args=[filing.document_id])


def send(client: Client, office: Office, content: bytes = b"", name: str = "lettre.pdf", **typed: str) -> Any:
    url = reverse("association:document_file", args=[office.team.pk])
    form = {"kind": "courrier", "title": "Courrier de l’ARS", **typed, "file": upload(content or pdf(), name)}
    return client.post(url, form, follow=True)


def test_document_is_filed_and_listed_with_who_and_how_large(office: Office, signed_in: SignedIn) -> None:
    page = plain(send(signed_in("staff"), office, name="Décision n° 4.pdf"))
    assert "« Courrier de l'ARS » est classé dans le dossier." in page
    for shown in ("Courrier de l'ARS", "Décision n° 4.pdf", "Staff", "1 ko"):
        assert shown in page


def test_file_that_is_there_already_is_said_to_be(office: Office, filing: DossierDocument, signed_in: SignedIn) -> None:
    page = plain(send(signed_in("treasurer"), office))
    assert "Ce fichier est déjà dans le dossier : « Courrier du 12 mars »" in page
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "typed", "sentence"),
    [
        (b"MZ\x90\0", "lettre.pdf", {}, "est un programme"),
        (pdf()[:300], "lettre.pdf", {}, "incomplet ou abîmé"),
        (pdf(), "1 85 05 78 006 084.pdf", {}, "numéro de sécurité sociale"),
        (pdf(), "lettre.pdf", {"title": "x" * 10_000}, "10 000 caractères"),
        (pdf(), "lettre.pdf", {"kind": "autre chose"}, "Sélectionnez un choix valide"),
    ],
)
def test_file_that_is_refused_keeps_what_was_typed(
    office: Office, signed_in: SignedIn, content: bytes, name: str, typed: dict[str, str], sentence: str
) -> None:
    response = send(signed_in("staff"), office, content, name, **typed)
    page = plain(response).replace("\u202f", " ")
    assert response.status_code == 422
    assert sentence in page
    assert f'value="{typed.get("title", "Courrier de l&#x27;ARS").replace("&#x27;", chr(39))}"' in page
    assert not Document.objects.exists()


def test_no_file_is_asked_for(office: Office, signed_in: SignedIn) -> None:
    url = reverse("association:document_file", args=[office.team.pk])
    page = signed_in("staff").post(url, {"kind": "courrier", "title": ""})
    assert "Choisissez le fichier à déposer." in plain(page)
    assert "Aucun patient ne doit être nommé dans un document ni dans son nom." in plain(page)


def test_section_is_a_fragment_for_the_dossier_and_a_page_without_script(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    client = signed_in("staff")
    fragment = client.get(section(office), headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip().startswith('<section class="panel" id="documents"')
    assert "<html" in client.get(section(office)).content.decode()


def test_document_leaves_as_an_attachment_that_no_browser_runs(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    response = signed_in("staff").get(download(filing))
    assert b"".join(response.streaming_content) == pdf()
    assert response.headers["Content-Disposition"] == 'attachment; filename="lettre.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response.headers["Cache-Control"]


def test_name_in_another_script_leaves_as_it_came(office: Office, signed_in: SignedIn) -> None:
    name = "健康 " + "é" * 180 + ".pdf"
    filing = file_document(team=office.team, upload=upload(pdf(), name), kind=KIND.LETTER, title="", actor=office.staff)
    header = signed_in("staff").get(download(filing)).headers["Content-Disposition"]
    assert header == f"attachment; filename*=utf-8''{quote(name)}"


def test_document_is_not_found_from_another_department_or_team(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    others = {
        "délégation": UserFactory(ars=True, department=DepartmentFactory(code="85")),
        "référent": UserFactory(
            referent=True, professional=MembershipFactory(team=TeamFactory(), is_referent=True).professional
        ),
    }
    for name, user in others.items():
        client = Client()
        client.force_login(user)
        assert client.get(download(filing)).status_code == 404, name
        assert client.get(section(office)).status_code == 404, name
    assert signed_in("ars").get(download(filing)).status_code == 200
    assert signed_in("referent").get(download(filing)).status_code == 200


def test_referent_who_left_opens_nothing_any_more(office: Office, filing: DossierDocument, signed_in: SignedIn) -> None:
    client = signed_in("referent")
    Membership.objects.filter(is_referent=True).update(left_on="2026-01-31")
    assert client.get(download(filing)).status_code == 404


def test_each_role_sees_in_the_list_what_it_may_open(office: Office, signed_in: SignedIn) -> None:
    DossierDocumentFactory(team=office.team, title="Note du bureau")
    DossierDocumentFactory(team=office.team, title="Lettre", document__permission="association.view_recognition")
    seen = {
        role: {title for title in ("Note du bureau", "Lettre") if title in plain(signed_in(role).get(section(office)))}
        for role in ("staff", "ars", "referent")
    }
    assert seen == {"staff": {"Note du bureau", "Lettre"}, "ars": {"Lettre"}, "referent": {"Lettre"}}


# --- quarantine and erasing ----------------------------------------------------------------------------------


def test_quarantined_document_is_not_found_by_anybody_and_the_list_says_why(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    url = reverse("association:document_quarantine", args=[filing.pk])
    page = plain(signed_in("staff").post(url, {"comment": "Il nomme un patient."}, follow=True))
    assert "personne ne peut plus l'ouvrir" in page
    assert "Il nomme un patient." in page
    for role in ("staff", "treasurer", "ars", "auditor", "referent", "admin"):
        assert signed_in(role).get(download(filing)).status_code == 404, role
    assert "Courrier du 12 mars" not in plain(signed_in("ars").get(section(office)))


def test_quarantine_without_reason_opens_its_dialog_again_with_what_was_typed(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    client = signed_in("admin")
    url = reverse("association:document_quarantine", args=[filing.pk])
    response = client.post(url, {"comment": "Patient 1 85 05 78 006 084"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "data-dialog-open" in page
    assert "Patient 1 85 05 78 006 084" in page
    assert "sécurité sociale" in page


def test_erased_document_stays_in_the_list_without_its_name(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    client = signed_in("staff")
    client.post(reverse("association:document_quarantine", args=[filing.pk]), {"comment": "Il nomme un patient."})
    page = plain(client.post(reverse("association:document_erase", args=[filing.pk]), follow=True))
    assert "Document effacé pour de bon" in page
    assert "Il nomme un patient." in page
    assert "Courrier du 12 mars" not in page
    assert "lettre.pdf" not in page
    assert not filing.document.path.exists()


def test_erased_by_somebody_else_meanwhile_is_said(
    office: Office, filing: DossierDocument, signed_in: SignedIn
) -> None:
    quarantine_document(filing=filing, reason="Il nomme un patient.", actor=office.staff)
    erase_document(filing=filing, actor=office.staff)
    response = signed_in("treasurer").post(reverse("association:document_erase", args=[filing.pk]))
    assert response.status_code == 409
    assert "Ce document est déjà effacé." in plain(response)


def test_documents_of_another_scope_cannot_be_closed(office: Office, signed_in: SignedIn) -> None:
    filing = DossierDocumentFactory()
    for role in ("ars", "referent", "auditor"):
        url = reverse("association:document_quarantine", args=[filing.pk])
        assert signed_in(role).post(url, {"comment": "x"}).status_code == 403


def test_list_asks_the_database_a_fixed_number_of_times(
    office: Office, signed_in: SignedIn, django_assert_num_queries: Any
) -> None:
    DossierDocumentFactory.create_batch(3, team=office.team)
    client = signed_in("staff")
    client.get(section(office))
    with django_assert_num_queries(6):
        client.get(section(office))
    DossierDocumentFactory.create_batch(12, team=office.team)
    with django_assert_num_queries(6):
        client.get(section(office))
