"""The import from the page: a stored file, checked by a job, then loaded by another once somebody confirmed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from association.documents import XLSX, DocumentDamaged, store_file, verified_path
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Document, Job, User
from association.permissions import require
from association.registries import Progress
from association.workbook import Report, annotated_copy
from config.importing import PERMISSION, check_workbook, load_workbook_file

CHECK_JOB, LOAD_JOB = "config.check_workbook", "config.load_workbook"


def request_check(*, upload: UploadedFile, actor: User) -> Job:
    """Keep an uploaded workbook and ask for its check."""
    require(actor, PERMISSION)
    name = Path(str(upload.name)).name
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "classeur.xlsx"
        with path.open("wb") as file:
            file.writelines(upload.chunks())
        document = store_file(source=path, filename=name, content_type=XLSX, permission=PERMISSION, actor=actor)
    return request_job(
        kind=CHECK_JOB,
        title=f"Contrôle du classeur {name}",
        key=f"{CHECK_JOB}:{document.pk}",
        params={"document": document.pk},
        actor=actor,
    )


def request_loading(*, check: Job, actor: User) -> Job:
    """Ask for the loading of a workbook that was checked without a fault; a second press gets the same job.

    Raises:
        TransitionRefused: when the check did not end, or found a fault.
    """
    require(actor, PERMISSION)
    report = report_of(check)
    if check.kind != CHECK_JOB or report is None or not report.is_sound:
        raise TransitionRefused("Ce classeur n'est pas contrôlé, ou il a des fautes : il ne peut pas être chargé.")
    document = Document.objects.get(pk=check.params["document"])
    return request_job(
        kind=LOAD_JOB,
        title=f"Chargement du classeur {document.filename}",
        key=f"{LOAD_JOB}:{document.pk}",
        params={"document": document.pk, "check": check.pk},
        actor=actor,
    )


def report_of(job: Job) -> Report | None:
    """Return what a check or a loading found, once it has ended well."""
    return Report.from_dict(job.summary["report"]) if "report" in job.summary else None


def check_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a check; the result is a copy of the values with the faulty cells commented, when something was found."""
    path = _path(job)
    report = check_workbook(path)
    return {"report": report.to_dict(), "document": _commented(job, path, report)}


def load_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a loading; done twice, the second finds everything stored and changes nothing."""
    path = _path(job)
    report = load_workbook_file(path, job.created_by)
    return {"report": report.to_dict(), "document": None if report.is_sound else _commented(job, path, report)}


def _path(job: Job) -> Path:
    try:
        return verified_path(Document.objects.get(pk=job.params["document"]))
    except DocumentDamaged as damaged:
        raise JobFailed(str(damaged)) from damaged


def _commented(job: Job, path: Path, report: Report) -> Document | None:
    if not report.faults_count and not report.warnings_count:
        return None
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        copy = Path(folder) / "copie.xlsx"
        annotated_copy(path, report, copy)
        return store_file(
            source=copy,
            filename=f"controle-{job.pk}.xlsx",
            content_type=XLSX,
            permission=PERMISSION,
            actor=job.created_by,
        )
