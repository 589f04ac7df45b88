"""Documents that leave the house."""

from __future__ import annotations

from pathlib import Path

from django.contrib.contenttypes.models import ContentType

from association.documents import verified_path
from association.models import Document, LookLog, User
from association.permissions import require


def hand_out(*, document: Document, actor: User) -> Path:
    """Return where a document lies, for a download by its reader; the look is logged.

    Raises:
        PermissionDenied: unless the actor has the permission of the document (whoever stored it).
        DocumentDamaged: when the bytes are missing or have changed.
    """
    require(actor, document.permission)
    path = verified_path(document)
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(Document),
        object_id=document.pk,
        what="téléchargement",
        actor=actor,
        # What people bring may bear the name of a patient, which this log would keep for ever.
        reason="" if document.filings.exists() else document.filename,
    )
    return path
