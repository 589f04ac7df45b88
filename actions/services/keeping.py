"""A file that came with a form that was refused: kept apart for its author, so that it need not be chosen again."""

from __future__ import annotations

from django.core import signing

from actions.models import DECLARE
from association.documents import DocumentDamaged, store_bytes, verified_path
from association.models import Document, User
from association.permissions import require
from association.uploads import CheckedUpload

SALT = "actions.kept_file"
KEPT_SECONDS = 24 * 3_600


def keep_upload(*, upload: CheckedUpload, actor: User) -> str:
    """Keep a checked file and return the ticket by which its author's form finds it again, for a day."""
    require(actor, DECLARE)
    document = store_bytes(
        content=upload.content,
        filename=upload.filename,
        content_type=upload.content_type,
        permission=DECLARE,
        actor=actor,
        personal=True,
    )
    return signing.dumps([document.pk, actor.pk], salt=SALT)


def kept_upload(*, ticket: str, actor: User) -> CheckedUpload | None:
    """Return the file of a ticket, or nothing: for another's ticket, after a day, or when it was closed meanwhile."""
    try:
        pk, author = signing.loads(ticket, salt=SALT, max_age=KEPT_SECONDS)
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
