"""The files of a report that leave the house."""

from __future__ import annotations

from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied

from association.documents import verified_path
from association.models import Document, LookLog, User
from association.permissions import require
from reports.models import ReportVersion


def hand_out_file(*, version: ReportVersion, document: Document, actor: User) -> Path:
    """Return where a file of a version lies, for a download by its reader; the look is logged.

    The caller found the report in the actor's scope; the ARS opens what was transmitted to it.

    Raises:
        PermissionDenied: of a version that was not transmitted.
        DocumentDamaged: when the bytes are missing or have changed.
    """
    require(actor, "reports.view_report")
    if actor.role == "ars" and not hasattr(version, "transmission"):
        raise PermissionDenied("Cette version n'a pas été transmise.")
    path = verified_path(document)
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(ReportVersion),
        object_id=version.pk,
        what="téléchargement",
        actor=actor,
        reason=document.filename,
    )
    return path
