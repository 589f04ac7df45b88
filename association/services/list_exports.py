"""A list as a file: at once when it is short, by a job when it is long; who took what away, and how much, is noted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone

from association.documents import XLSX, draft_folder, store_file
from association.jobs import JobFailed, request_job
from association.listing.declaration import listings
from association.listing.workbook import write_list
from association.models import Document, Job, LookLog, User
from association.money import grouped
from association.permissions import require
from association.registries import Progress

EXPORT_JOB = "association.export_list"
AT_ONCE = 1_000  # rows: a page waits for so many
FOLDER = "exports"  # under the documents: one folder for each job
KEPT_DAYS = 7  # a file of many people's rows is fetched once, and made again in a minute
REASON_LENGTH = 200


def with_columns(query: str, columns: Sequence[str]) -> QueryDict:
    """Return the query of a list that shows other columns, in their order."""
    changed = QueryDict(query, mutable=True)
    changed.setlist("col", list(columns))
    return changed


def export_at_once(*, listing: Any, asked: Any, actor: User) -> bytes:
    """Return the workbook of what an address of a short list asks for; the look is logged."""
    require(actor, listing.permission)
    with draft_folder("liste") as folder:
        path = folder / export_name(listing)
        count = write_list(path, listing=listing, asked=asked, user=actor, total=asked.count)
        _log(listing, asked, count, actor)
        return path.read_bytes()


def request_export(*, listing: Any, asked: Any, route: Mapping[str, Any], actor: User) -> Job:
    """Ask for the workbook of a long list; a second press while it is made finds the same job."""
    require(actor, listing.permission)
    what = f"{actor.pk}|{listing.name}|{sorted(route.items())}|{asked.query}"
    return request_job(
        kind=EXPORT_JOB,
        title=f"Export : {listing.title}",
        key=f"{EXPORT_JOB}:{sha256(what.encode()).hexdigest()}",
        params={"listing": listing.name, "route": dict(route), "query": asked.query},
        actor=actor,
    )


def export_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Make an export asked for (kind of job `EXPORT_JOB`); run again after its file was stored, it finds the file.

    Raises:
        JobFailed: when whoever asked may not see the list any more.
    """
    actor, name = job.created_by, str(job.params["listing"])
    if name not in listings or not actor.has_perm(listings[name].permission):
        raise JobFailed("Votre rôle n’ouvre plus cette liste.")
    listing = listings[name]
    place = f"{FOLDER}/{job.pk}/{name}.xlsx"
    document = Document.objects.filter(stored_as=place).first()
    if document is None or not document.path.is_file():
        document = _made(listing, job, place, progress)
    return {"document": document, "rows": job.total_count}


def remove_old_exports() -> int:
    """Delete the files of exports made more than `KEPT_DAYS` ago, and return how many; the looks stay noted."""
    before = time.time() - timedelta(days=KEPT_DAYS).total_seconds()
    count = 0
    for path in Path(settings.DOCUMENTS_DIR).glob(f"{FOLDER}/*/*"):
        with suppress(OSError):  # another machine was faster, or is writing into the folder
            if path.lstat().st_mtime < before:
                path.unlink()
                count += 1
                path.parent.rmdir()
    return count


def export_without_file(document: Document) -> Job | None:
    """Return the job of an export whose file was deleted; None for any other document."""
    if not document.stored_as.startswith(f"{FOLDER}/") or document.path.is_file():
        return None
    return Job.objects.filter(kind=EXPORT_JOB, result=document).first()


def made_again_at(job: Job) -> str:
    """Return where an export is asked for again, with the same filters, once its file was deleted; or nothing."""
    name = job.params.get("listing", "")
    if job.kind != EXPORT_JOB or job.result is None or job.result.path.is_file() or name not in listings:
        return ""
    return f"{listings[name].url(**job.params['route'])}?{job.params['query'] or 'tout=1'}"


def export_name(listing: Any) -> str:
    """Return the name of a list's file: ``equipes-2026-11-27.xlsx``."""
    return f"{listing.name}-{timezone.localdate():%Y-%m-%d}.xlsx"


def _made(listing: Any, job: Job, place: str, progress: Progress) -> Document:
    actor = job.created_by
    try:
        asked = listing.asked(actor, QueryDict(job.params["query"]), **job.params["route"])
    except Http404:
        raise JobFailed("Cette liste n’est plus dans votre périmètre.") from None
    progress.total(asked.count)
    with draft_folder(f"liste-{job.pk}") as folder:
        path = Path(folder) / export_name(listing)
        count = write_list(path, listing=listing, asked=asked, user=actor, total=asked.count, progress=progress)
        with transaction.atomic():
            document = store_file(
                source=path,
                filename=path.name,
                content_type=XLSX,
                permission=listing.permission,
                actor=actor,
                stored_as=place,
                personal=True,  # its rows are those of one person's scope
            )
            _log(listing, asked, count, actor)
    return document


def _log(listing: Any, asked: Any, count: int, actor: User) -> None:
    """Note who took what away: the model of the rows stands for them all."""
    filters = ", ".join(f"{said.label} {said.words}" for said in asked.filters_said)
    what = f"{listing.title}, {grouped(count)} lignes{f' ({filters})' if filters else ''}"
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(asked.rows.model),
        object_id=0,
        what="export",
        actor=actor,
        reason=what[:REASON_LENGTH],
    )
