"""Scans that file themselves: the printed sheet, photographed or scanned, finds its action; the rest waits."""

from __future__ import annotations

import random
from datetime import date
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader, PdfWriter

from actions.models import Action, Evidence, ReceivedScan
from actions.pdf import AttendanceContent, attendance_pdf
from actions.scans.reading import Part, parts_of
from actions.selectors.sessions import sheets_of
from actions.services.evidence import add_evidence
from actions.services.scans import file_scan, read_scan, receive_scans, set_scan_aside
from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import DossierDocument, Job, User
from association.services.filing import quarantine_document
from association.uploads import CheckedUpload
from tests.association.files import pdf
from tests.factories import TeamFactory, UserFactory
from tests.payments.office import Office
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 6)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def sheet(action: Action) -> bytes:
    """The sheet as the site prints it."""
    buffer = BytesIO()
    attendance_pdf(AttendanceContent(action.reference, "Association", "Équipe", "RCP", sheets_of(action)), buffer)
    return buffer.getvalue()


def picture(content: bytes, *, dots: int = 150, turned: float = 0) -> Image.Image:
    """The first page as a scanner or a telephone gives it: grey, a little dirty, turned."""
    page = pdfium.PdfDocument(content)[0].render(scale=dots / 72, grayscale=True).to_pil()
    draw = random.Random(7)
    for _ in range(3_000):
        page.putpixel((draw.randrange(page.width), draw.randrange(page.height)), draw.randrange(256))
    return page.rotate(turned, expand=True, fillcolor=255)


def saved_as(image: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def as_pdf(*images: Image.Image) -> bytes:
    """Scanned pages: pictures in a PDF, no text."""
    buffer = BytesIO()
    images[0].save(buffer, "PDF", save_all=True, append_images=images[1:], resolution=150)
    return buffer.getvalue()


def together(*contents: bytes) -> bytes:
    writer, buffer = PdfWriter(), BytesIO()
    for content in contents:
        writer.append(PdfReader(BytesIO(content)))
    writer.write(buffer)
    return buffer.getvalue()


TYPES = {"PDF": "application/pdf", "PNG": "image/png", "JPEG": "image/jpeg"}


def drop(actor: User, *contents: bytes, kind: str = "PDF") -> Job:
    uploads = [CheckedUpload(f"scan{place}", TYPES[kind], content) for place, content in enumerate(contents)]
    job = receive_scans(uploads=uploads, actor=actor)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


@pytest.mark.parametrize("turned", [0, 90, 180, 2.5])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PDF"])
def test_scan_of_the_printed_sheet_files_itself(office: Office, kind: str, turned: float) -> None:
    action = office.rcp(DAY, state="declared", reference="A26-00042")
    scanned = picture(sheet(action), turned=turned)
    content = as_pdf(scanned) if kind == "PDF" else saved_as(scanned, kind)
    job = drop(office.staff, content, kind=kind)
    piece = Evidence.objects.get()
    assert (piece.action, piece.kind, piece.added_by) == (action, "presence", office.staff)
    assert job.summary == {"filed": 1, "waits": 0}
    assert DossierDocument.objects.get().team == office.team


def test_pages_after_a_sheet_stay_with_it_and_each_sheet_goes_to_its_action(office: Office) -> None:
    first, second = (office.rcp(date(2026, 7, day), state="declared") for day in (6, 7))
    drop(office.staff, together(pdf(), sheet(first), pdf(mark="suite"), sheet(second)))
    pages = {piece.action: len(PdfReader(piece.document.path).pages) for piece in Evidence.objects.all()}
    assert pages == {first: 2, second: 1}
    (waits,) = ReceivedScan.objects.waiting()  # the page before the first sheet
    assert (waits.pages, "Aucun code" in waits.why) == (1, True)
    whole = ReceivedScan.objects.exclude(set_aside_at=None).get()
    assert whole.why.startswith("Partagée en 3")


def test_reading_twice_files_once(office: Office) -> None:
    action = office.rcp(DAY, state="declared")
    job = drop(office.staff, sheet(action))
    scan = ReceivedScan.objects.get()
    assert read_scan(scan=scan, actor=office.staff) == []
    run_job(job.pk)
    drop(office.staff, sheet(action))  # the same file dropped again: it is the piece that is there
    assert Evidence.objects.count() == 1
    assert not ReceivedScan.objects.waiting().exists()


def test_parts_that_a_killed_job_had_cut_out_are_filed_by_the_next_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (office.rcp(date(2026, 7, day), state="declared") for day in (6, 7))
    scan = CheckedUpload("scan", "application/pdf", together(sheet(first), sheet(second)))
    job = receive_scans(uploads=[scan], actor=office.staff)
    with monkeypatch.context() as broken:
        broken.setattr("actions.services.scans._file_by_itself", lambda *_: 1 / 0)
        run_job(job.pk)
    assert ReceivedScan.objects.waiting().count() == 2
    assert not Evidence.objects.exists()
    run_job(job.pk)
    assert set(Evidence.objects.values_list("action", flat=True)) == {first.pk, second.pk}


def test_unread_scan_waits_and_is_filed_by_hand(office: Office) -> None:
    action = office.rcp(DAY, state="declared")
    drop(office.staff, pdf(mark="illisible"))
    scan = ReceivedScan.objects.waiting().get()
    assert "Aucun code" in scan.why
    filed = file_scan(scan=scan, action=action, kind="presence", actor=office.staff)
    assert filed.evidence == Evidence.objects.get(action=action)
    for again in (
        lambda: file_scan(scan=scan, action=action, kind="presence", actor=office.staff),
        lambda: set_scan_aside(scan=scan, actor=office.staff),
    ):
        with pytest.raises(TransitionRefused, match="déjà classée"):
            again()


def test_sheet_of_a_decided_action_or_of_a_ppcs_waits_with_its_reason(office: Office) -> None:
    decided = office.rcp(DAY)
    plan = office.rcp(DAY, state="declared")
    Action.objects.filter(pk=plan.pk).update(type="PPS")
    drop(office.staff, sheet(decided), sheet(Action.objects.get(pk=plan.pk)))
    whys = sorted(ReceivedScan.objects.waiting().values_list("why", flat=True))
    assert "Validée" in whys[0]
    assert "attestation signée" in whys[1]
    assert not Evidence.objects.exists()


def test_code_of_another_team_files_nothing_and_names_nothing(office: Office) -> None:
    action = office.rcp(DAY, state="declared")
    stranger = UserFactory(referent=True)
    TeamFactory()
    drop(stranger, sheet(action))
    scan = ReceivedScan.objects.get()
    assert "que vous ne suivez pas" in scan.why
    assert action.reference not in scan.why
    with pytest.raises(PermissionDenied):
        file_scan(scan=scan, action=action, kind="presence", actor=stranger)
    assert not Evidence.objects.exists()


def test_scan_in_quarantine_is_not_taken_in_again(office: Office) -> None:
    action = office.rcp(DAY, state="declared")
    upload = CheckedUpload("a.pdf", "application/pdf", pdf(mark="nom"))
    add_evidence(action=action, kind="presence", upload=upload, actor=office.staff)
    quarantine_document(filing=DossierDocument.objects.get(), reason="Nomme un patient.", actor=office.staff)
    with pytest.raises(ValidationError, match="quarantaine"):
        receive_scans(uploads=[upload], actor=office.staff)
    assert not ReceivedScan.objects.exists()


def test_damaged_file_waits_and_the_others_are_filed(office: Office) -> None:
    action = office.rcp(DAY, state="declared")
    drop(office.staff, b"%PDF-1.4 rien", sheet(action))
    assert Evidence.objects.get().action == action
    assert "n'a pas pu être lu" in ReceivedScan.objects.waiting().get().why


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([["A"], [], ["B"]], [Part((0, 1), "A"), Part((2,), "B")]),
        ([["A"], ["A"]], [Part((0, 1), "A")]),
        ([[], ["A"]], [Part((0,), ""), Part((1,), "A")]),
        ([["https://autre"], ["x", "A"]], [Part((0,), ""), Part((1,), "A")]),
        ([[]], [Part((0,), "")]),
    ],
)
def test_pages_are_parted_at_each_known_code(codes: list[list[str]], expected: list[Part]) -> None:
    assert parts_of(codes, {"A", "B"}.__contains__) == expected


def test_page_takes_scans_shows_what_waits_and_files_by_hand(client: Client, office: Office) -> None:
    action = office.rcp(DAY, state="declared", reference="A26-00042")
    client.force_login(office.staff)
    files = [
        SimpleUploadedFile("a.pdf", sheet(action)),
        SimpleUploadedFile("b.pdf", pdf(mark="autre")),
    ]
    address = client.post("/actions/numerisations/", {"files": files})["Location"]
    run_job(int(address.split("=")[-1]))
    page = plain(client.get(address))
    assert "1 feuille classée dans son action." in page
    assert "1 numérisation à classer à la main." in page
    scan = ReceivedScan.objects.waiting().get()
    shown: Any = client.get(f"/actions/numerisations/{scan.pk}/")
    assert shown["Content-Type"] == "application/pdf"
    wrong = {f"scan_{scan.pk}-reference": "A99", f"scan_{scan.pk}-kind": "presence"}
    refused = client.post(f"/actions/numerisations/{scan.pk}/classer/", wrong)
    assert refused.status_code == 422
    assert "Aucune action de vos équipes ne porte la référence « A99 »" in plain(refused)
    right = wrong | {f"scan_{scan.pk}-reference": "a26-00042"}
    client.post(f"/actions/numerisations/{scan.pk}/classer/", right)
    assert Evidence.objects.filter(action=action).count() == 2


def test_bad_file_among_several_is_named_and_none_is_taken(client: Client, office: Office) -> None:
    client.force_login(office.staff)
    files = [SimpleUploadedFile("a.pdf", pdf()), SimpleUploadedFile("b.docx", b"PK rien")]
    answer = client.post("/actions/numerisations/", {"files": files})
    assert answer.status_code == 422
    assert "« b.docx »" in plain(answer)
    assert client.post("/actions/numerisations/", {}).status_code == 422
    assert not ReceivedScan.objects.exists()


def test_referent_sees_the_own_scans_only(client: Client, office: Office) -> None:
    drop(office.staff, pdf(mark="du bureau"))
    client.force_login(UserFactory(referent=True))
    scan = ReceivedScan.objects.get()
    assert client.get(f"/actions/numerisations/{scan.pk}/").status_code == 404
    assert "Rien n'attend" in plain(client.get("/actions/numerisations/"))
