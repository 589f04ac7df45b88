"""Documents of a dossier: filed once, closed in quarantine, erased for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from association.documents import verified_path
from association.machine import TransitionRefused
from association.models import Document, DossierDocument, FieldChange, Team, User
from association.models.documents import ERASED_NAME
from association.services.filing import (
    ERASED_TITLE,
    erase_document,
    file_bytes,
    file_document,
    quarantine_document,
    release_document,
)
from association.services.handing_out import hand_out
from tests.association.files import pdf, png, upload
from tests.factories import DepartmentFactory, MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

LETTER, OTHER = DossierDocument.Kind.LETTER, DossierDocument.Kind.OTHER
REASON = "Le courrier nomme un patient."


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


@pytest.fixture
def team() -> Team:
    return TeamFactory(recognised=True)


def filed(
    team: Team, actor: User, *, content: bytes = b"", name: str = "lettre.pdf", kind: str = OTHER, title: str = "Pièce"
) -> DossierDocument:
    return file_document(team=team, upload=upload(content or pdf(), name), kind=kind, title=title, actor=actor)


def files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.DOCUMENTS_DIR).rglob("*") if path.is_file()]


def test_file_lies_under_its_checksum_and_keeps_its_name(team: Team, staff: User) -> None:
    filing = filed(team, staff, name="健康 Courrier.pdf", title="Courrier de l'ARS")
    document = filing.document
    assert document.filename == "健康 Courrier.pdf"
    assert document.stored_as == f"sha256/{document.sha256[:2]}/{document.sha256}.pdf"
    assert verified_path(document).read_bytes() == pdf()
    assert (filing.title, filing.filed_by, filing.already_there) == ("Courrier de l'ARS", staff, False)


def test_same_file_in_the_same_dossier_is_the_one_that_is_there(team: Team, staff: User) -> None:
    first = filed(team, staff)
    second = filed(team, staff, name="autre nom.pdf", title="Autre titre")
    assert (second.pk, second.already_there) == (first.pk, True)
    assert second.title == "Pièce"
    assert Document.objects.count() == 1


def test_file_of_the_office_that_becomes_the_letter_is_read_by_the_delegation(team: Team, staff: User) -> None:
    first = filed(team, staff)
    delegation = UserFactory(ars=True, department=team.department)
    assert not Document.objects.visible_to(delegation).filter(pk=first.document_id).exists()
    assert filed(team, staff, kind=LETTER).pk == first.pk
    assert Document.objects.visible_to(delegation).filter(pk=first.document_id).exists()


def test_same_file_in_two_dossiers_lies_once_on_the_disk(team: Team, staff: User, settings: Any) -> None:
    filed(team, staff)
    filed(TeamFactory(), staff)
    assert Document.objects.count() == 2
    assert len(files(settings)) == 1


def test_paper_of_the_house_is_filed_without_the_right_to_bring_files(team: Team) -> None:
    referent = UserFactory(referent=True)
    filing = file_bytes(
        team=team, content=pdf(), filename="projet.pdf", kind=DossierDocument.Kind.PROJECT, title="", actor=referent
    )
    assert (filing.title, filing.document.permission) == ("projet.pdf", "association.view_recognition")
    with pytest.raises(PermissionDenied):
        filed(team, referent)


def test_title_with_a_nir_is_refused_and_nothing_is_stored(team: Team, staff: User, settings: Any) -> None:
    with pytest.raises(ValidationError, match="sécurité sociale"):
        filed(team, staff, title="Dossier 1 85 05 78 006 084")
    assert files(settings) == []


# --- who opens it --------------------------------------------------------------------------------------------


def test_letter_is_for_the_delegation_of_the_department_and_the_referent_of_the_team(team: Team, staff: User) -> None:
    letter, note = filed(team, staff, kind=LETTER), filed(team, staff, content=png(), name="note.png")
    own = MembershipFactory(team=team, is_referent=True).professional
    other = MembershipFactory(team=TeamFactory(), is_referent=True).professional
    readers = {
        "région": UserFactory(ars=True),
        "délégation": UserFactory(ars=True, department=team.department),
        "autre délégation": UserFactory(ars=True, department=DepartmentFactory(code="85")),
        "référente": UserFactory(referent=True, professional=own),
        "autre référent": UserFactory(referent=True, professional=other),
        "sans équipe": UserFactory(referent=True, professional=ProfessionalFactory()),
        "contrôle": UserFactory(auditor=True),
        "administrateur": UserFactory(admin=True),
        "trésorière": UserFactory(treasurer=True),
    }
    seen = {name: set(Document.objects.visible_to(user).values_list("pk", flat=True)) for name, user in readers.items()}
    assert seen == {
        "région": {letter.document_id},
        "délégation": {letter.document_id},
        "autre délégation": set(),
        "référente": {letter.document_id},
        "autre référent": set(),
        "sans équipe": set(),
        "contrôle": {note.document_id},
        "administrateur": set(),
        "trésorière": {letter.document_id, note.document_id},
    }


# --- quarantine and erasing ----------------------------------------------------------------------------------


def test_quarantined_document_is_for_nobody_in_any_dossier(team: Team, staff: User) -> None:
    here, there = filed(team, staff), filed(TeamFactory(), staff)
    quarantine_document(filing=here, reason=f"  {REASON}\n", actor=UserFactory(admin=True))
    there.refresh_from_db()
    assert there.reason == REASON
    assert there.quarantined_at
    assert not Document.objects.visible_to(staff).exists()


def test_quarantine_closes_the_same_bytes_that_are_in_no_dossier(team: Team, staff: User) -> None:
    filing = filed(team, staff)
    loose = Document.objects.create(
        filename="copie.pdf",
        content_type="application/pdf",
        sha256=filing.document.sha256,
        size=1,
        stored_as="2026/01/copie.pdf",
        permission="association.view_dossier_document",
        created_by=staff,
    )
    assert loose in Document.objects.visible_to(staff)
    quarantine_document(filing=filing, reason=REASON, actor=staff)
    assert loose not in Document.objects.visible_to(staff)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("  ", "Indiquez le motif"),
        ("x" * 201, "201 caractères"),
        ("Patient 1 85 05 78 006 084", "sécurité sociale"),
    ],
)
def test_quarantine_without_a_usable_reason_is_refused(team: Team, staff: User, reason: str, sentence: str) -> None:
    filing = filed(team, staff)
    with pytest.raises(TransitionRefused, match=sentence):
        quarantine_document(filing=filing, reason=reason, actor=staff)
    assert Document.objects.visible_to(staff).exists()


def test_quarantine_is_refused_to_who_only_reads(team: Team, staff: User) -> None:
    filing = filed(team, staff)
    for user in (UserFactory(auditor=True), UserFactory(ars=True), UserFactory(referent=True)):
        with pytest.raises(PermissionDenied):
            quarantine_document(filing=filing, reason=REASON, actor=user)


def test_quarantine_by_mistake_is_lifted_everywhere(team: Team, staff: User) -> None:
    here, there = filed(team, staff), filed(TeamFactory(), staff)
    quarantine_document(filing=here, reason=REASON, actor=staff)
    release_document(filing=there, actor=staff)
    assert Document.objects.visible_to(staff).count() == 2
    with pytest.raises(TransitionRefused, match="pas en quarantaine"):
        release_document(filing=here, actor=staff)


def test_erased_document_leaves_who_when_why_and_no_byte_of_it(team: Team, staff: User, settings: Any) -> None:
    name = "Dupont Jeanne.pdf"
    here, there = filed(team, staff, name=name, title="Dupont Jeanne"), filed(TeamFactory(), staff, name=name)
    hand_out(document=here.document, actor=staff)
    (here.document.path.parent / f"{here.document.sha256}.pdf.123.part").write_bytes(b"draft of a crash")
    quarantine_document(filing=here, reason=REASON, actor=staff)
    erased = erase_document(filing=here, actor=staff)
    assert files(settings) == []
    assert (erased.title, erased.reason, erased.erased_by) == (ERASED_TITLE, REASON, staff)
    assert erased.erased_at
    assert erased.document.sha256 == here.document.sha256
    there.refresh_from_db()
    assert there.erased_at
    assert set(Document.objects.values_list("filename", flat=True)) == {ERASED_NAME}
    assert "Dupont" not in everything_kept()


def everything_kept() -> str:
    """Return all that the database says, in one text."""
    from django.core import serializers

    from association.models import LookLog, TransitionLog

    tables = (Document, DossierDocument, FieldChange, LookLog, TransitionLog)
    return "".join(serializers.serialize("json", table.objects.all()) for table in tables)


def test_erasing_needs_a_quarantine_and_happens_once(team: Team, staff: User) -> None:
    filing = filed(team, staff)
    with pytest.raises(TransitionRefused, match="d’abord ce document en quarantaine"):
        erase_document(filing=filing, actor=staff)
    quarantine_document(filing=filing, reason=REASON, actor=staff)
    with pytest.raises(TransitionRefused, match="déjà en quarantaine"):
        quarantine_document(filing=filing, reason="Encore.", actor=staff)
    erase_document(filing=filing, actor=staff)
    with pytest.raises(TransitionRefused, match="déjà effacé"):
        erase_document(filing=filing, actor=staff)
    with pytest.raises(TransitionRefused, match="effacé entre-temps"):
        release_document(filing=filing, actor=staff)


def test_disk_that_refuses_to_erase_leaves_the_document_in_quarantine(
    team: Team, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = filed(team, staff)
    quarantine_document(filing=filing, reason=REASON, actor=staff)

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(TransitionRefused, match="reste en quarantaine"):
        erase_document(filing=filing, actor=staff)
    filing.refresh_from_db()
    assert filing.erased_at is None
    assert filing.title == "Pièce"


@pytest.mark.parametrize("erase", [False, True], ids=["quarantined", "erased"])
def test_file_that_was_closed_is_not_taken_again(team: Team, staff: User, erase: bool) -> None:
    filing = filed(team, staff)
    quarantine_document(filing=filing, reason=REASON, actor=staff)
    if erase:
        erase_document(filing=filing, actor=staff)
    for dossier in (team, TeamFactory()):
        with pytest.raises(ValidationError, match="ne peut pas être déposé de nouveau"):
            filed(dossier, staff, name="renommé.pdf")


def test_database_refuses_another_name_for_a_stored_file(team: Team, staff: User) -> None:
    document = filed(team, staff).document
    with pytest.raises(DatabaseError, match="garde son nom"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(filename="autre.pdf")


def test_each_step_is_in_the_journal_of_the_dossier(team: Team, staff: User) -> None:
    filing = filed(team, staff)
    quarantine_document(filing=filing, reason=REASON, actor=staff)
    erase_document(filing=filing, actor=staff)
    steps = FieldChange.objects.filter(team=team).order_by("pk").values_list("before", "after")
    assert list(steps) == [
        ("", "classé"),
        ("accessible", "en quarantaine"),
        ("en quarantaine", "effacé définitivement"),
    ]
