"""Files of refused declarations: kept for their author, then erased; what became evidence is never touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from actions.models import Action, Evidence, KeptUpload
from actions.services.evidence import add_evidence
from actions.services.keeping import keep_upload, kept_upload
from actions.tasks import erase_kept_uploads
from association.models import Document, User
from association.models.documents import ERASED_NAME
from association.uploads import CheckedUpload
from tests.association.files import pdf
from tests.factories import ActionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
SCAN = CheckedUpload("emargement.pdf", "application/pdf", pdf())


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


def days_later(days: int) -> None:
    for kept in KeptUpload.objects.all():
        KeptUpload.objects.filter(pk=kept.pk).update(kept_at=kept.kept_at - timedelta(days=days, minutes=1))


def test_file_waits_for_its_author_and_for_nobody_else(staff: User) -> None:
    ticket = keep_upload(upload=SCAN, actor=staff)
    erase_kept_uploads()
    found = kept_upload(ticket=ticket, actor=staff)
    assert found is not None
    assert found.content == SCAN.content
    assert kept_upload(ticket=ticket, actor=UserFactory(staff=True)) is None


def test_file_kept_too_long_is_erased_with_its_name_and_a_second_round_does_nothing(staff: User) -> None:
    ticket = keep_upload(upload=SCAN, actor=staff)
    path = Document.objects.get().path
    days_later(1)
    erase_kept_uploads()
    erase_kept_uploads()
    assert not path.exists()
    assert Document.objects.get().filename == ERASED_NAME
    assert not KeptUpload.objects.exists()
    assert kept_upload(ticket=ticket, actor=staff) is None


def test_setting_says_how_long(staff: User, settings: object) -> None:
    settings.KEPT_UPLOAD_DAYS = 3  # type: ignore[attr-defined]
    keep_upload(upload=SCAN, actor=staff)
    days_later(2)
    erase_kept_uploads()
    assert KeptUpload.objects.exists()
    days_later(1)
    erase_kept_uploads()
    assert not KeptUpload.objects.exists()


def test_evidence_with_the_same_bytes_keeps_them(staff: User) -> None:
    keep_upload(upload=SCAN, actor=staff)
    action = ActionFactory(state=Action.State.DECLARED)
    add_evidence(action=action, kind="presence", upload=SCAN, actor=staff)
    days_later(1)
    erase_kept_uploads()
    piece = Evidence.objects.get()
    assert piece.document.path.read_bytes() == SCAN.content
    assert piece.document.filename == SCAN.filename


def test_round_is_in_the_daily_schedule(settings: object) -> None:
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}  # type: ignore[attr-defined]
    assert erase_kept_uploads.name in tasks


def test_two_kept_files_with_the_same_bytes_go_one_after_the_other(staff: User) -> None:
    keep_upload(upload=SCAN, actor=staff)
    days_later(1)
    late = keep_upload(upload=SCAN, actor=staff)
    erase_kept_uploads()
    assert kept_upload(ticket=late, actor=staff) is not None
    assert KeptUpload.objects.get().kept_at > timezone.now() - timedelta(hours=1)
