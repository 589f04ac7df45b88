"""The import of a month from its page: a stored file, checked by a job, then loaded by another once confirmed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from actions.models import DECLARE
from actions.monthly.checking import check_month, read_month
from actions.monthly.loading import load_month, rows_of
from association.documents import XLSX, DocumentDamaged, store_file, verified_path
from association.jobs import JobFailed
from association.models import Document, Job
from association.registries import Progress, job_kinds
from association.workbook import Report, annotated_copy

CHECK_JOB, LOAD_JOB = "actions.check_month", "actions.load_month"


def register() -> None:
    """Add the work behind the two kinds of job (from ``AppConfig.ready``)."""
    job_kinds.add(CHECK_JOB, check_job)
    job_kinds.add(LOAD_JOB, load_job)


def report_of(job: Job) -> Report | None:
    """Return what a check or a loading found, once it has ended well."""
    return Report.from_dict(job.summary["report"]) if "report" in job.summary else None


def check_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a check; the result is a copy of the values with the faulty cells commented, when something was found."""
    path = _path(job)
    month = read_month(path, user=job.created_by)
    progress.total(rows_of(month))
    report = check_month(month, declare=job.params["declare"], user=job.created_by, advance=progress.advance)
    return {"report": report.to_dict(), "document": _commented(job, path, report)}


def load_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a loading; done twice, the second finds everything stored and changes nothing."""
    path = _path(job)
    report = load_month(
        path,
        declare=job.params["declare"],
        actor=job.created_by,
        total=progress.total,
        advance=progress.advance,
    )
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
            permission=DECLARE,
            actor=job.created_by,
            personal=True,
        )
