"""The pages of the auditor's samples; the dated lists are in `payments.lists`."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.shared import saved
from association.jobs import broker_answers
from association.models import Job
from payments.forms.control import SampleForm
from payments.selectors.control import items_of, latest_job, sample_list
from payments.services.control import DRAW, control_key, draw_sample, request_file


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DRAW)
def sample_draw(request: HttpRequest) -> HttpResponse:
    """Ask which payments, draw them, and go to the sample."""
    form = SampleForm(request.POST or None)
    if form.is_valid() and (made := saved(form, lambda: draw_sample(actor=request.user, **form.values()))):
        messages.success(request, "Le tirage est noté. Le dossier se prépare.")
        return redirect("payments:sample", pk=made.pk)
    return render(request, "payments/sample_draw.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@needs(DRAW)
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sample: how it was drawn, its payments, and its file."""
    found = get_object_or_404(sample_list(request.user), pk=pk)
    job = latest_job(control_key(found))
    page = {
        "sample": found,
        "items": items_of(found),
        "job": job,
        "may_ask": job is None or job.state in (Job.State.FAILED, Job.State.CANCELLED),
        "broker_is_silent": bool(job) and job.state == Job.State.WAITING and not broker_answers(),
    }
    return render(request, "payments/sample.html", page)


@require_POST
@needs(DRAW)
def sample_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the file of a sample again."""
    request_file(sample=get_object_or_404(sample_list(request.user), pk=pk), actor=request.user)
    return redirect("payments:sample", pk=pk)
