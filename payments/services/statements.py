"""Statements of the year: one as it is asked for, or all of them in a zip, by a job."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from association.documents import store_file
from association.jobs import JobFailed, request_job
from association.models import Document, Job, LookLog, User
from association.models.territory import search_key
from association.permissions import require
from association.registries import Progress
from payments.models import Beneficiary
from payments.papers.statement import statement_pdf
from payments.selectors.statements import CHUNK, statement_rows, statements_of

STATEMENTS_JOB, VIEW = "payments.year_statements", "payments.view_year"
ZIP = "application/zip"


def statement_of(*, beneficiary: Beneficiary, year: int, actor: User) -> bytes:
    """Return the statement of a beneficiary as a PDF; the look is logged."""
    require(actor, VIEW)
    (content,) = statements_of([beneficiary.pk], year)
    buffer = BytesIO()
    statement_pdf(content, buffer)
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(Beneficiary),
        object_id=beneficiary.pk,
        what=f"relevé {year}",
        actor=actor,
    )
    return buffer.getvalue()


def statement_name(beneficiary: Beneficiary, year: int) -> str:
    """Return the name of a statement's file: ``releve-2026-le-goff-anais-10000000025.pdf``."""
    owner = beneficiary.professional
    code = owner.rpps if owner is not None else f"societe-{beneficiary.pk}"
    words = "-".join("".join(c if c.isalnum() else " " for c in search_key(str(beneficiary))).split())
    return f"releve-{year}-{words[:60]}-{code}.pdf"


def request_statements(*, year: int, actor: User) -> Job:
    """Ask for all statements of a year; a second press while they are made gets the same job."""
    require(actor, VIEW)
    return request_job(
        kind=STATEMENTS_JOB,
        title=f"Relevés {year}",
        key=f"{STATEMENTS_JOB}:{year}",
        params={"year": year},
        actor=actor,
    )


def statements_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the statements and their zip. Killed and run again, it goes on after those that lie there complete."""
    year, actor = int(job.params["year"]), job.created_by
    place = f"releves/{job.pk}/releves-{year}.zip"
    if stored := Document.objects.filter(stored_as=place).first():
        return {"document": stored}
    rows = {row.pk: row for row in statement_rows(actor, year)}
    if not rows:
        raise JobFailed(f"Rien n’a été payé en {year} : il n’y a pas de relevé.")
    progress.total(len(rows))
    folder = Path(settings.DRAFTS_DIR) / f"releves-{job.pk}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = {pk: statement_name(row, year) for pk, row in rows.items()}
    _write(folder, names, year, progress)
    packed = folder / "releves.zip"
    _pack(folder, sorted(names.values()), packed)
    with transaction.atomic():
        document = store_file(
            source=packed,
            filename=f"releves-{year}.zip",
            content_type=ZIP,
            permission=VIEW,
            actor=actor,
            stored_as=place,
        )
    shutil.rmtree(folder, ignore_errors=True)
    return {"document": document, "statements": len(names)}


def _write(folder: Path, names: dict[int, str], year: int, progress: Progress) -> None:
    """Write the statements that are not there yet; each appears whole or not at all."""
    wanted = [pk for pk, name in names.items() if not (folder / name).exists()]
    progress.advance(len(names) - len(wanted))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        for pk, content in zip(chunk, statements_of(chunk, year), strict=True):
            draft = folder / f"{names[pk]}.part"
            statement_pdf(content, draft)
            draft.replace(folder / names[pk])
            progress.advance()


def _pack(folder: Path, names: list[str], target: Path) -> None:
    """Pack files under one date: the same statements give the same bytes."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in names:
            part = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type, part.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(part, (folder / name).read_bytes())
