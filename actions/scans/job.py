"""The reading of scans as a job: each scan on its own, so that one killed half-way goes on with the next."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from actions.models import ReceivedScan
from actions.services.scans import READ_JOB, read_scan
from association.models import Job
from association.registries import Progress, job_kinds


def register() -> None:
    """Add the work behind the kind of job (from ``AppConfig.ready``)."""
    job_kinds.add(READ_JOB, read_job)


def read_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the scans of a job; what is filed or set aside already is passed over.

    Parts that were cut out and not read before the process died are read now.
    """
    asked = Q(pk__in=job.params["scans"]) | Q(received_by=job.created_by, why="", pages__gt=0)
    scans = ReceivedScan.objects.waiting().filter(asked).select_related("document", "received_by")
    progress.total(len(scans))
    filed = waits = 0
    for scan in scans.order_by("pk"):
        for one in read_scan(scan=scan, actor=job.created_by):
            filed += one.evidence_id is not None
            waits += one.evidence_id is None
        progress.advance()
    return {"filed": filed, "waits": waits}
