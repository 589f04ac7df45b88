"""Drawing a sample of payments, and making the file that proves each of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from association.documents import DocumentDamaged, draft_folder, store_file, verified_path
from association.jobs import request_job
from association.models import Document, Job, LookLog, User
from association.money import grouped
from association.permissions import require
from association.registries import Progress
from association.upload_formats import PDF
from payments.control_pdf import write_control_pdf
from payments.models import ControlSample, ControlSampleItem, Payment
from payments.models.control import MOST_PAYMENTS
from payments.sampling import draw
from payments.selectors.control import PaymentFile, files_of, population

CONTROL_JOB = "payments.control_file"
DRAW, VIEW = "payments.draw_control", "payments.view_control"
ZIP = "application/zip"
SEEDS = 1_000_000


def draw_sample(
    *,
    starts_on: date,
    ends_on: date,
    size: int,
    actor: User,
    above_cents: int | None = None,
    seed: int | None = None,
    with_evidence: bool = False,
) -> ControlSample:
    """Draw payments of a period, keep who drew what and when, and ask for the file.

    Args:
        size: how many are drawn by lot.
        above_cents: all payments of at least that much come in too (cents); None: none.
        seed: the number that the draw starts from; one that nobody chose by default.
        with_evidence: a zip with the files of the evidence, instead of the PDF alone.

    Raises:
        ValidationError: in French, by field: an empty period, or more payments than one file holds.
    """
    require(actor, DRAW)
    known = population(starts_on, ends_on)
    found = list(known.values_list("reference", "amount_cents", "pk"))
    if not found:
        said = "Aucun virement n’a été payé dans cette période : élargissez-la."
        raise ValidationError({"ends_on": said})
    chosen_seed = secrets.randbelow(SEEDS) if seed is None else seed
    drawn = draw([row[:2] for row in found], seed=chosen_seed, size=size, above_cents=above_cents)
    if len(drawn) > MOST_PAYMENTS:
        said = (
            f"Ce dossier compterait {grouped(len(drawn))} virements, la limite est de {MOST_PAYMENTS} : relevez le "
            "montant, ou réduisez la période."
        )
        raise ValidationError({"above_cents": said})
    sample = ControlSample(
        starts_on=starts_on,
        ends_on=ends_on,
        size=size,
        above_cents=above_cents,
        seed=chosen_seed,
        with_evidence=with_evidence,
        population_count=len(found),
        population_cents=known.order_by().aggregate(cents=Sum("amount_cents"))["cents"],
        drawn_by=actor,
    )
    sample.full_clean()
    keys = {reference: pk for reference, _, pk in found}
    with transaction.atomic():
        sample.save()
        ControlSampleItem.objects.bulk_create(
            ControlSampleItem(
                sample=sample,
                payment_id=keys[one.reference],
                place=place,
                why=ControlSampleItem.Why.DRAWN if one.by_lot else ControlSampleItem.Why.ABOVE,
            )
            for place, one in enumerate(drawn, start=1)
        )
        _note_looks(sample, [keys[one.reference] for one in drawn], actor)
        request_file(sample=sample, actor=actor)
    return sample


def control_key(sample: ControlSample) -> str:
    """Return the key of the jobs that make the file of a sample."""
    return f"{CONTROL_JOB}:{sample.pk}"


def request_file(*, sample: ControlSample, actor: User) -> Job:
    """Ask for the file of a sample; a second press gets the same job."""
    require(actor, DRAW)
    return request_job(
        kind=CONTROL_JOB,
        title=f"Dossier de contrôle n° {sample.pk}",
        key=control_key(sample),
        params={"sample": sample.pk},
        actor=actor,
    )


def control_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the file asked for; delivered again after it was made, it finds it."""
    sample = ControlSample.objects.select_related("drawn_by").get(pk=job.params["sample"])
    name = f"dossier-de-controle-{sample.pk}.{'zip' if sample.with_evidence else 'pdf'}"
    place = f"controles/{sample.pk}/{name}"
    document = Document.objects.filter(stored_as=place).first()
    if document is None or not document.path.is_file():
        document = _made(sample, name, place, job.created_by, progress)
    return {"document": document, "payments": sample.items.count()}


def _made(sample: ControlSample, name: str, place: str, actor: User, progress: Progress) -> Document:
    files = files_of(sample, reader=actor)
    progress.total(len(files))
    with draft_folder(f"controle-{sample.pk}") as folder:
        path = folder / f"dossier-de-controle-{sample.pk}.pdf"
        pieces, gone = _evidence(files) if sample.with_evidence else ({}, frozenset())
        pieces |= _papers(files) if sample.with_evidence else {}
        write_control_pdf(sample, files, path, gone=gone, done=progress.advance)
        if sample.with_evidence:
            path = _zipped(folder / name, path, pieces, sample)
        return store_file(
            source=path,
            filename=name,
            content_type=ZIP if sample.with_evidence else PDF,
            permission=VIEW,
            actor=actor,
            stored_as=place,
        )


def _evidence(files: Sequence[PaymentFile]) -> tuple[dict[str, Path], frozenset[int]]:
    """Return the files of the evidence by their place in the zip, and the keys of those that cannot be joined."""
    found: dict[str, Path] = {}
    gone = set()
    for one in files:
        for proof in one.proofs:
            for number, piece in enumerate(proof.pieces, start=1):
                reference = proof.line.participation.action.reference
                path = None
                if piece.document is not None:
                    with suppress(DocumentDamaged):
                        path = verified_path(piece.document)
                if path is None:
                    gone.add(piece.evidence.pk)
                    continue
                kind = f"{piece.evidence.kind}-{number}{path.suffix}"
                found[f"pieces/{_safe(one.payment.reference)}/{_safe(reference)}/{kind}"] = path
    return found, frozenset(gone)


def _papers(files: Sequence[PaymentFile]) -> dict[str, Path]:
    """Return the papers of the conventions and adhesions by their place in the zip; one of many payments once."""
    found: dict[str, Path] = {}
    for paper in (paper for one in files for proof in one.proofs for paper in proof.papers):
        if paper.document is not None:
            with suppress(DocumentDamaged):
                path = verified_path(paper.document)
                number, name = paper.place.split("/")
                found[f"conventions/{_safe(number)}/{name}{path.suffix}"] = path
    return found


def _zipped(target: Path, paper: Path, pieces: dict[str, Path], sample: ControlSample) -> Path:
    """Write the zip; every part bears the day of the draw, so that the same content gives the same bytes."""
    moment = timezone.localtime(sample.drawn_at).timetuple()[:6]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, path in [(paper.name, paper), *sorted(pieces.items())]:
            part = ZipInfo(name, date_time=moment)
            part.compress_type, part.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(part, path.read_bytes())
    return target


def _safe(reference: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in reference)


def _note_looks(sample: ControlSample, payments: Sequence[int], actor: User) -> None:
    """Who was shown all that proves a payment is noted beside it."""
    content_type = ContentType.objects.get_for_model(Payment)
    LookLog.objects.bulk_create(
        LookLog(
            content_type=content_type, object_id=pk, what="dossier de contrôle", actor=actor, reason=f"n° {sample.pk}"
        )
        for pk in payments
    )
