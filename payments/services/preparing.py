"""Preparation as a job: asked for by a person, or every day by the schedule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.permissions import require
from association.registries import Progress
from payments.models import Run
from payments.services.runs import last_month, prepare_run, refuse_preparation

PREPARE_JOB = "payments.prepare_run"


def preparation_key(*, month: date, extra: bool) -> str:
    """Return the key of the preparation jobs of a month."""
    return f"{PREPARE_JOB}:{month:%Y-%m}:{extra}"


def request_preparation(*, month: date, actor: User, extra: bool = False) -> Job:
    """Ask for the computation of a month; a second press gets the same job.

    Raises:
        TransitionRefused: when the month cannot be prepared now; the job asks again when it begins.
    """
    require(actor, "payments.prepare_run")
    refuse_preparation(month=month, extra=extra)
    name = f"{month:%Y-%m}" + (" (complémentaire)" if extra else "")
    return request_job(
        kind=PREPARE_JOB,
        title=f"Préparation du paiement mensuel {name}",
        key=preparation_key(month=month, extra=extra),
        params={"month": month.isoformat(), "extra": extra},
        actor=actor,
    )


def prepare_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a preparation asked for; done twice, the second replaces the first by the same lines."""
    month = date.fromisoformat(job.params["month"])
    try:
        run = prepare_run(month=month, actor=job.created_by, extra=job.params["extra"], progress=progress)
    except TransitionRefused as refused:
        raise JobFailed(refused.reason) from refused
    return {"run": run.name, "run_id": run.pk}


def prepare_last_month_if_absent(today: date | None = None) -> Job | None:
    """Ask for last month's preparation when nobody has begun it and nothing is open.

    Daily and idempotent: a machine that slept on the 1st catches up. A run that somebody cancelled is not absent:
    a person decided so.
    """
    month = last_month(today or timezone.localdate())
    begun = Run.objects.exclude(kind=Run.Kind.OPENING).filter(month__gte=month)
    if begun.exists() or Run.objects.open().exists():
        return None
    return request_preparation(month=month, actor=User.objects.system())
