"""The pages of the jobs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from association.access import needs
from association.jobs import LIVE, broker_answers
from association.machine import TransitionRefused
from association.models import Job
from association.selectors.history import history_of
from association.selectors.jobs import job_steps
from association.services.list_exports import KEPT_DAYS, made_again_at
from association.services.steps import move_job

GONE = f"Un export est supprimé au bout de {KEPT_DAYS} jours. Ouvrez la liste, puis exportez-la de nouveau."


@require_safe
@needs("association.run_job")
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a job: progress, error, result, and what one may do with it."""
    return _job_page(request, pk)


@require_safe
@needs("association.run_job")
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress alone, for the page that asks every second; the page is read again at the end."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if found.state not in LIVE:
        return HttpResponseClientRefresh()
    silent = found.state == Job.State.WAITING and not broker_answers()
    return render(request, "association/job_progress.html", {"job": found, "broker_is_silent": silent})


@require_POST
@needs("association.run_job")
def job_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a failed job anew, or cancel a live one."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    step = request.POST.get("step", "")
    try:
        move_job(job=found, step=step, actor=request.user)
    except TransitionRefused as refused:
        return _job_page(request, pk, refused={"step": step, "comment": "", "error": refused.reason})
    return redirect("association:job", pk=pk)


def _job_page(request: HttpRequest, pk: int, refused: dict[str, Any] | None = None) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("created_by", "result"), pk=pk)
    page = {
        "job": found,
        "steps": job_steps(found, actor=request.user),
        "refused": refused,
        "broker_is_silent": found.state == Job.State.WAITING and not broker_answers(),
        "history": history_of(found),
        "made_again_at": made_again_at(found),
        "gone": GONE,
    }
    return render(request, "association/job.html", page, status=409 if refused else 200)
