"""A file that came with a form that was refused: kept apart for its author, so that it need not be chosen again."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from actions.models import DECLARE, KeptUpload
from association.documents import DocumentDamaged, forget_document, store_bytes, verified_path
from association.models import Document, User
from association.permissions import require
from association.uploads import CheckedUpload

SALT = "actions.kept_file"


def keep_upload(*, upload: CheckedUpload, actor: User) -> str:
    """Keep a checked file and return the ticket by which its author's form finds it again (setting, in days)."""
    require(actor, DECLARE)
    with transaction.atomic():
        document = store_bytes(
            content=upload.content,
            filename=upload.filename,
            content_type=upload.content_type,
            permission=DECLARE,
            actor=actor,
            personal=True,
        )
        KeptUpload.objects.create(document=document)
    return signing.dumps([document.pk, actor.pk], salt=SALT)


def kept_upload(*, ticket: str, actor: User) -> CheckedUpload | None:
    """Return the file of a ticket, or nothing: for another's ticket, too late, or when it was closed meanwhile."""
    kept = timedelta(days=settings.KEPT_UPLOAD_DAYS)
    try:
        pk, author = signing.loads(ticket, salt=SALT, max_age=kept)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    document = Document.objects.visible_to(actor).filter(pk=pk, created_by=actor).first()
    if author != actor.pk or document is None:
        return None
    try:
        content = verified_path(document).read_bytes()
    except DocumentDamaged:
        return None
    return CheckedUpload(document.filename, document.content_type, content)


def erase_kept_uploads() -> int:
    """Erase the files that were kept longer than the setting; return how many. Run again, it erases nothing more.

    Bytes that became evidence meanwhile, or lie in a dossier, stay: other documents name them.
    """
    until = timezone.now() - timedelta(days=settings.KEPT_UPLOAD_DAYS)
    erased = 0
    for kept in KeptUpload.objects.filter(kept_at__lt=until).select_related("document").iterator():
        with transaction.atomic():
            forget_document(kept.document)
            kept.delete()
        erased += 1
    return erased
