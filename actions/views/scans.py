"""Scans: dropped in, read and filed by a job; those that could not be are filed by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.forms.scans import FilingForm, ScansForm
from actions.forms.typed import key_of
from actions.models import DECLARE, ReceivedScan
from actions.selectors.scans import filed_scans, waiting_scans
from actions.services.scans import READ_JOB, file_scan, receive_scans, set_scan_aside
from actions.views.evidence import FRAMED
from association.access import needs
from association.documents import DocumentDamaged
from association.forms.shared import put_errors, saved, status_of
from association.jobs import LIVE
from association.machine import TransitionRefused
from association.models import Document, Job
from association.services.handing_out import hand_out


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DECLARE)
def scans(request: HttpRequest) -> HttpResponse:
    """Take scans; show their reading, what waits to be filed by hand, and what was filed."""
    if request.method != "POST":
        return _page(request, ScansForm())
    form = ScansForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            job = receive_scans(uploads=form.cleaned_data["files"], actor=request.user)
        except ValidationError as refused:
            put_errors(form, refused)
        else:
            return redirect(f"{reverse('actions:scans')}?lecture={job.pk}")
    return _page(request, form, status=422)


@require_safe
@xframe_options_sameorigin
@needs(DECLARE)
def scan(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Show a scan as it was brought; the look is logged. One in quarantine is for nobody."""
    found = get_object_or_404(ReceivedScan.objects.visible_to(request.user).select_related("document"), pk=pk)
    get_object_or_404(Document.objects.visible_to(found.received_by), pk=found.document_id)
    try:
        path = hand_out(document=found.document, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    document = found.document
    response = FileResponse(path.open("rb"), filename=document.filename, content_type=document.content_type)
    response["Content-Security-Policy"] = FRAMED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@needs(DECLARE)
def scan_file(request: HttpRequest, pk: int) -> HttpResponse:
    """File a scan by hand, under the reference of its action; or set it aside."""
    found = get_object_or_404(ReceivedScan.objects.visible_to(request.user), pk=pk)
    if request.POST.get("step") == "ecarter":
        try:
            set_scan_aside(scan=found, actor=request.user)
        except TransitionRefused as refused:
            messages.warning(request, refused.reason)
        else:
            messages.success(request, "La numérisation est écartée.")
        return redirect("actions:scans")
    form = FilingForm(request.POST, user=request.user, prefix=f"scan_{pk}")
    if form.is_valid():
        action, kind = form.cleaned_data["reference"], form.cleaned_data["kind"]
        done = saved(form, lambda: file_scan(scan=found, action=action, kind=kind, actor=request.user))
        if done is not None:
            messages.success(request, f"La numérisation est classée dans l’action {action.reference}.")
            return redirect("actions:scans")
    status = 422 if status_of(form) == 200 else status_of(form)
    return _page(request, ScansForm(), typed={pk: form}, status=status)


def _page(
    request: HttpRequest, form: ScansForm, *, typed: dict[int, FilingForm] | None = None, status: int = 200
) -> HttpResponse:
    waiting = [
        {"scan": one, "form": (typed or {}).get(one.pk) or FilingForm(user=request.user, prefix=f"scan_{one.pk}")}
        for one in waiting_scans(request.user)
    ]
    page = {"form": form, "waiting": waiting, "filed": filed_scans(request.user), **_reading(request)}
    return render(request, "actions/scans.html", page, status=status)


def _reading(request: HttpRequest) -> dict[str, Any]:
    """Return the job that the address asks about, as long as it is at work; then what it gave."""
    pk = key_of(request.GET.get("lecture", ""))
    job = Job.objects.filter(pk=pk, kind=READ_JOB, created_by=request.user).first() if pk else None
    return {"job": job, "is_read": job is not None and job.state not in LIVE}
