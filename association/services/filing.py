"""What is filed in a dossier, put in quarantine and erased.

Bytes count once: the same file in the same dossier is the row that is there, and what names a patient is closed and
erased in every dossier at once.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from association.documents import erase_bytes, store_bytes
from association.identifiers import refuse_nir
from association.journal import record
from association.machine import TransitionRefused
from association.models import Document, DossierDocument, Team, User
from association.models.documents import ERASED_NAME
from association.permissions import require
from association.upload_formats import PDF, refused
from association.uploads import CheckedUpload, check_upload, safe_filename
from association.workflow import lock

FILE, QUARANTINE = "association.file_document", "association.quarantine_document"
READ = "association.view_dossier_document"
ERASED_TITLE = "Document effacé"
REASON_LENGTH = 200

# Who opens what, by kind; all else is for the office and those who check it.
PERMISSION_OF = {
    DossierDocument.Kind.LETTER: "association.view_recognition",
    DossierDocument.Kind.PROJECT: "association.view_recognition",
    DossierDocument.Kind.ATTESTATION: "association.view_attestation",
}

# Who files what, by kind: whoever writes the decision of the ARS files its letter.
PERMISSION_TO_FILE = {DossierDocument.Kind.LETTER: "association.decide_recognition"}


def file_document(
    *,
    team: Team,
    upload: CheckedUpload | UploadedFile,
    kind: str,
    title: str,
    actor: User,
    permission: str = "",
) -> DossierDocument:
    """File an upload in a dossier; the same bytes in the same dossier give the row that is there (``already_there``).

    Args:
        title: what the list shows; by default the name of the file.
        permission: what a reader needs, when it is not that of the kind.

    Raises:
        PermissionDenied: unless the actor may file documents.
        ValidationError: in French: the upload (association.uploads), the title, or bytes that were put in quarantine.
    """
    require(actor, PERMISSION_TO_FILE.get(DossierDocument.Kind(kind), FILE))
    checked = upload if isinstance(upload, CheckedUpload) else check_upload(upload)
    return _file(team, checked, kind, title, actor, permission)


def file_brought(
    *, team: Team, upload: CheckedUpload, kind: str, title: str, permission: str, actor: User
) -> DossierDocument:
    """File an upload for another service, which has asked for its own permission (evidence of an action).

    The same bytes in the same dossier give the row that is there (``already_there``).
    """
    return _file(team, upload, kind, title, actor, permission)


def file_bytes(
    *, team: Team, content: bytes, filename: str, kind: str, title: str, actor: User, permission: str = ""
) -> DossierDocument:
    """File a PDF that the house made; whoever calls has asked for the permission of what it follows from.

    The same bytes in the same dossier give the row that is there (``already_there``).
    """
    made = CheckedUpload(safe_filename(filename, ".pdf"), PDF, content)
    return _file(team, made, kind, title, actor, permission)


def quarantine_document(*, filing: DossierDocument, reason: str, actor: User) -> DossierDocument:
    """Close a document to everybody, in every dossier that holds the same bytes.

    Raises:
        TransitionRefused: without a reason, or when it is closed already.
    """
    require(actor, QUARANTINE)
    reason = " ".join(reason.split())
    _check_reason(reason)
    with transaction.atomic():
        filings = _same_bytes(filing)
        if all(one.quarantined_at for one in filings):
            raise TransitionRefused(f"Ce document est déjà en quarantaine : {filings[0].reason}")
        for one in filings:
            if not one.quarantined_at:
                one.quarantined_at, one.quarantined_by, one.reason = timezone.now(), actor, reason
                one.save(update_fields=["quarantined_at", "quarantined_by", "reason"])
                _journal(one, "accessible", "en quarantaine", actor)
    return _again(filing)


def release_document(*, filing: DossierDocument, actor: User) -> DossierDocument:
    """Open again a document that was put in quarantine by mistake, in every dossier.

    Raises:
        TransitionRefused: when it is not in quarantine, or was erased.
    """
    require(actor, QUARANTINE)
    with transaction.atomic():
        closed = [one for one in _same_bytes(filing) if one.quarantined_at]
        if not closed or any(one.erased_at for one in closed):
            raise TransitionRefused("Ce document n’est pas en quarantaine, ou il a été effacé entre-temps.")
        for one in closed:
            one.quarantined_at, one.quarantined_by, one.reason = None, None, ""
            one.save(update_fields=["quarantined_at", "quarantined_by", "reason"])
            _journal(one, "en quarantaine", "accessible", actor)
    return _again(filing)


def erase_document(*, filing: DossierDocument, actor: User) -> DossierDocument:
    """Delete the bytes for good, wherever they lie, with the title and the file name, which may name a patient too.

    The row stays: who, when, why, and the checksum, by which the same file is refused from then on.

    Raises:
        TransitionRefused: when it is not in quarantine, was erased already, or its bytes cannot be deleted.
    """
    require(actor, QUARANTINE)
    with transaction.atomic():
        filings = _same_bytes(filing)
        if not all(one.quarantined_at for one in filings):
            raise TransitionRefused("Mettez d’abord ce document en quarantaine, avec un motif.")
        if all(one.erased_at for one in filings):
            raise TransitionRefused("Ce document est déjà effacé.")
        for one in filings:
            one.title, one.erased_at, one.erased_by = ERASED_TITLE, timezone.now(), actor
            one.save(update_fields=["title", "erased_at", "erased_by"])
            _journal(one, "en quarantaine", "effacé définitivement", actor)
        sha256 = filing.document.sha256
        Document.objects.filter(sha256=sha256).update(filename=ERASED_NAME)
        # Before the commit: a row says "erased" only once the bytes are gone. Nobody misses bytes that were closed.
        try:
            erase_bytes(sha256)
        except OSError as error:
            raise TransitionRefused(
                f"Le fichier n’a pas pu être effacé du disque ({error.strerror}). Il reste en quarantaine : prévenez "
                "un administrateur, puis recommencez."
            ) from error
    return _again(filing)


def _file(team: Team, checked: CheckedUpload, kind: str, title: str, actor: User, permission: str) -> DossierDocument:
    with transaction.atomic():
        lock(team)  # two people who file the same bytes: the second finds those of the first
        sha256 = checked.sha256
        if closed := _closed(sha256):
            raise refused(_told(closed), "quarantined")
        found = DossierDocument.objects.filter(team=team, document__sha256=sha256).select_related("document").first()
        needed = permission or PERMISSION_OF.get(DossierDocument.Kind(kind), READ)
        if found is not None:
            found.already_there = True
            _open_to(found.document, needed)
            return found
        filing = DossierDocument(team=team, kind=kind, title=title.strip() or checked.filename, filed_by=actor)
        filing.full_clean(exclude=["document"], validate_constraints=False)
        filing.document = store_bytes(
            content=checked.content,
            filename=checked.filename,
            content_type=checked.content_type,
            permission=needed,
            actor=actor,
        )
        filing.save()
        _journal(filing, "", "classé", actor)
    return filing


def _open_to(document: Document, needed: str) -> None:
    """Open a document that was for the office alone to whom its new use is for: the ARS reads its own letter."""
    if document.permission == READ and needed != READ:
        document.permission = needed
        document.save(update_fields=["permission"])


def _closed(sha256: str) -> DossierDocument | None:
    return (
        DossierDocument.objects.filter(document__sha256=sha256, quarantined_at__isnull=False)
        .order_by("quarantined_at")
        .first()
    )


def _told(closed: DossierDocument) -> str:
    what = "effacé pour de bon" if closed.erased_at else "mis en quarantaine"
    at = timezone.localtime(closed.erased_at or closed.quarantined_at)
    return (
        f"Ce fichier a déjà été {what}, le {at:%d/%m/%Y} (« {closed.reason} »). Il ne peut pas être déposé de nouveau. "
        "Retirez ce qui nomme un patient, puis déposez la nouvelle version."
    )


def _check_reason(reason: str) -> None:
    if not reason:
        raise TransitionRefused("Indiquez le motif de la mise en quarantaine, sans nommer le patient.")
    if len(reason) > REASON_LENGTH:
        raise TransitionRefused(f"Le motif compte {len(reason)} caractères : {REASON_LENGTH} au plus.")
    try:
        refuse_nir(reason)
    except ValidationError as error:
        raise TransitionRefused(" ".join(error.messages)) from None


def _same_bytes(filing: DossierDocument) -> list[DossierDocument]:
    """Return every filing of the bytes of one, locked, the one itself first."""
    rows = DossierDocument.objects.select_for_update(of=("self",)).filter(document__sha256=filing.document.sha256)
    return sorted(rows.select_related("team").order_by("pk"), key=lambda one: one.pk != filing.pk)


def _again(filing: DossierDocument) -> DossierDocument:
    return DossierDocument.objects.select_related("document", "team").get(pk=filing.pk)


def _journal(filing: DossierDocument, before: str, after: str, actor: User) -> None:
    """Without title, name and reason: the journal is kept for ever, and these may have to be erased."""
    record(filing, [("document", "Document", before, after)], actor=actor, team=filing.team)
