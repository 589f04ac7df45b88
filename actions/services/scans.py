"""Scans that file themselves: received, read by a job, filed as evidence of the action that their code names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from actions.models import DECLARE, Action, Evidence, EvidenceKind, ReceivedScan
from actions.scans.reading import Part, Unreadable, codes_by_page, pages_cut_out, parts_of
from actions.services.evidence import add_evidence
from association.documents import DocumentDamaged, store_bytes, verified_path
from association.jobs import request_job
from association.machine import TransitionRefused
from association.models import DossierDocument, Job, User
from association.permissions import require
from association.upload_formats import PDF, SUFFIXES
from association.uploads import CheckedUpload

READ_JOB = "actions.read_scans"
NO_CODE = "Aucun code de feuille de présence n'a été lu : choisissez l'action."
QUARANTINED = "Ce fichier a été mis en quarantaine ou effacé : il ne se dépose plus."


def receive_scans(*, uploads: Sequence[CheckedUpload], actor: User) -> Job:
    """Keep scans and ask for their reading; one that waits already is not kept twice.

    The name that a file had is not kept: it may name a patient, and nobody has looked at it yet.

    Raises:
        ValidationError: for bytes that were put in quarantine.
    """
    require(actor, DECLARE)
    with transaction.atomic():
        scans = [_receive(upload, actor) for upload in uploads]
    keys = sorted({scan.pk for scan in scans})
    return request_job(
        kind=READ_JOB,
        title=f"Lecture de {len(keys)} numérisation{'s' if len(keys) > 1 else ''}",
        key=f"{READ_JOB}:{hashlib.sha256(repr(keys).encode()).hexdigest()}",
        params={"scans": keys},
        actor=actor,
    )


def read_scan(*, scan: ReceivedScan, actor: User) -> list[ReceivedScan]:
    """Read a scan and file it, or each of its parts; return what became of it. Done twice, the second does nothing.

    A scan with the sheets of several actions is cut at each code; the scan itself is set aside then, for its parts.
    """
    if not ReceivedScan.objects.waiting().filter(pk=scan.pk).exists():
        return []
    try:
        content = verified_path(scan.document).read_bytes()
        codes = codes_by_page(content, scan.document.content_type)
    except (DocumentDamaged, Unreadable) as problem:
        return [_tell(scan, str(problem), pages=scan.pages)]
    known = _known(codes, actor)
    parts = parts_of(codes, known.__contains__)
    scans = _cut(scan, content, parts, actor) if len(parts) > 1 else [scan]
    return [
        _file_by_itself(one, part, known.get(part.reference), codes, actor)
        for one, part in zip(scans, parts, strict=True)
    ]


def file_scan(*, scan: ReceivedScan, action: Action, kind: str, actor: User) -> ReceivedScan:
    """File a scan as evidence of an action, by hand.

    Raises:
        TransitionRefused: when it is filed or set aside already, or the action takes no evidence any more.
        ValidationError: for a kind that the action's type does not take.
    """
    require(actor, DECLARE)
    if not Action.objects.visible_to(actor).filter(pk=action.pk).exists():
        raise PermissionDenied("Vous ne classez que pour les actions de vos équipes.")
    with transaction.atomic():
        fresh = _lock_waiting(scan)
        document = fresh.document
        same = Evidence.objects.current().filter(action=action, sha256=fresh.sha256).first()
        if same is None:
            content = verified_path(document).read_bytes()
            suffix = SUFFIXES.get(document.content_type, "")
            upload = CheckedUpload(f"numerisation-{fresh.pk}{suffix}", document.content_type, content)
            same = add_evidence(action=action, kind=kind, upload=upload, actor=actor)
        fresh.evidence, fresh.why = same, ""
        fresh.save(update_fields=["evidence", "why"])
    return fresh


def set_scan_aside(*, scan: ReceivedScan, actor: User) -> ReceivedScan:
    """Put a scan out of the way that belongs to no action; its bytes and the name of whoever did so stay."""
    require(actor, DECLARE)
    with transaction.atomic():
        fresh = _lock_waiting(scan)
        fresh.set_aside_at, fresh.set_aside_by = timezone.now(), actor
        fresh.save(update_fields=["set_aside_at", "set_aside_by"])
    return fresh


def _lock_waiting(scan: ReceivedScan) -> ReceivedScan:
    fresh = ReceivedScan.objects.select_for_update(of=("self",)).select_related("document").get(pk=scan.pk)
    if fresh.evidence_id is not None:
        raise TransitionRefused("Cette numérisation est déjà classée.")
    if fresh.set_aside_at is not None:
        raise TransitionRefused("Cette numérisation a été écartée.")
    return fresh


def _receive(upload: CheckedUpload, actor: User) -> ReceivedScan:
    if DossierDocument.objects.filter(document__sha256=upload.sha256, quarantined_at__isnull=False).exists():
        raise ValidationError(QUARANTINED)
    waits = ReceivedScan.objects.waiting().filter(sha256=upload.sha256, received_by=actor).first()
    return waits or _keep(upload.content, upload.content_type, actor)


def _keep(content: bytes, content_type: str, actor: User, *, pages: int = 0) -> ReceivedScan:
    document = store_bytes(
        content=content,
        filename=f"numerisation{SUFFIXES.get(content_type, '')}",
        content_type=content_type,
        permission=DECLARE,
        actor=actor,
        personal=True,  # until it is filed: who may see it then follows from the team
    )
    return ReceivedScan.objects.create(document=document, sha256=document.sha256, received_by=actor, pages=pages)


def _known(codes: Iterable[Iterable[str]], actor: User) -> dict[str, Action]:
    """Return the actions of the actor's scope that the codes name, by reference."""
    texts = {text for page in codes for text in page if len(text) <= 40}
    found = Action.objects.visible_to(actor).filter(reference__in=texts).select_related("team")
    return {action.reference: action for action in found}


def _cut(scan: ReceivedScan, content: bytes, parts: Sequence[Part], actor: User) -> list[ReceivedScan]:
    with transaction.atomic():
        fresh = _lock_waiting(scan)
        made = [
            _keep(
                pages_cut_out(content, part.pages),
                PDF,
                fresh.received_by,
                pages=len(part.pages),
            )
            for part in parts
        ]
        fresh.set_aside_at, fresh.set_aside_by = timezone.now(), actor
        fresh.why = f"Partagée en {len(made)} : elle portait les feuilles de plusieurs actions."
        fresh.pages = sum(len(part.pages) for part in parts)
        fresh.save(update_fields=["set_aside_at", "set_aside_by", "why", "pages"])
    return made


def _file_by_itself(
    scan: ReceivedScan, part: Part, action: Action | None, codes: list[list[str]], actor: User
) -> ReceivedScan:
    pages = len(part.pages)
    if action is None:
        texts = [text for page in part.pages for text in codes[page]]
        return _tell(scan, _why_not(texts, actor), pages=pages)
    ReceivedScan.objects.filter(pk=scan.pk).update(pages=pages)
    try:
        return file_scan(scan=scan, action=action, kind=EvidenceKind.ATTENDANCE, actor=actor)
    except TransitionRefused as refused:
        why = refused.reason
    except ValidationError as refused:
        why = " ".join(refused.messages)
    return _tell(scan, f"{action.reference} : {why}", pages=pages)


def _why_not(texts: Sequence[str], actor: User) -> str:
    if not texts:
        return NO_CODE
    if Action.objects.filter(reference__in=texts).exists():
        return "Le code est celui d'une action d'une équipe que vous ne suivez pas."
    return "Le code qui a été lu n'est pas celui d'une feuille de présence : choisissez l'action."


def _tell(scan: ReceivedScan, why: str, *, pages: int) -> ReceivedScan:
    ReceivedScan.objects.filter(pk=scan.pk).update(why=why[:300], pages=pages)
    return ReceivedScan.objects.get(pk=scan.pk)
