"""Asking for the check and the loading of a month's workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from actions.models import DECLARE
from actions.monthly.jobs import CHECK_JOB, LOAD_JOB, report_of
from association.documents import XLSX, store_file
from association.jobs import request_job
from association.machine import TransitionRefused
from association.models import Document, Job, User
from association.permissions import require


def request_month_check(*, upload: UploadedFile, declare: bool, actor: User) -> Job:
    """Keep an uploaded workbook, for the actor alone, and ask for its check; nothing is written yet.

    Args:
        declare: whether its rows are to be declared, or become drafts.
    """
    require(actor, DECLARE)
    name = Path(str(upload.name)).name
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "mois.xlsx"
        with path.open("wb") as file:
            file.writelines(upload.chunks())
        document = store_file(
            source=path, filename=name, content_type=XLSX, permission=DECLARE, actor=actor, personal=True
        )
    return request_job(
        kind=CHECK_JOB,
        title=f"Contrôle des actions de {name}",
        key=f"{CHECK_JOB}:{document.pk}",
        params={"document": document.pk, "declare": declare},
        actor=actor,
    )


def request_month_loading(*, check: Job, actor: User) -> Job:
    """Ask for the loading of a workbook that was checked without a fault; a second press gets the same job.

    Raises:
        TransitionRefused: when the check did not end, found a fault, or is somebody else's.
    """
    require(actor, DECLARE)
    report = report_of(check)
    if check.kind != CHECK_JOB or check.created_by_id != actor.pk or report is None or not report.is_sound:
        raise TransitionRefused("Ce classeur n'est pas contrôlé, ou il a des fautes : il ne peut pas être chargé.")
    document = Document.objects.get(pk=check.params["document"])
    return request_job(
        kind=LOAD_JOB,
        title=f"Chargement des actions de {document.filename}",
        key=f"{LOAD_JOB}:{document.pk}",
        params={"document": document.pk, "declare": check.params["declare"], "check": check.pk},
        actor=actor,
    )
