"""The pages of the import: choose a workbook, see what was found, load it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from association.access import needs
from association.forms.workbooks import WorkbookForm
from association.jobs import LIVE, broker_answers
from association.machine import TransitionRefused
from association.models import Document, Job
from association.tables import on_page
from association.workbook_findings import Findings, FindingTable
from config import import_jobs, selectors
from config.importing import PERMISSION


@require_http_methods(["GET", "HEAD", "POST"])
@needs(PERMISSION)
def import_workbook(request: HttpRequest) -> HttpResponse:
    """Take a workbook and have it checked; nothing is loaded yet."""
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if form.is_bound and form.is_valid():
        job = import_jobs.request_check(upload=form.cleaned_data["file"], actor=request.user)
        return redirect("import_report", pk=job.pk)
    page = {"form": form, "sheets": selectors.expected_sheets(), "jobs": selectors.imports(request.user)[:8]}
    return render(request, "importing/import.html", page, status=422 if form.errors else 200)


@require_safe
@needs(PERMISSION)
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a check or a loading: its progress, then what it found."""
    job = get_object_or_404(selectors.imports(request.user), pk=pk)
    if request.htmx and job.state not in LIVE:
        return HttpResponseClientRefresh()
    if request.htmx:
        return render(request, "importing/progress.html", _progress(job))
    return _report_page(request, job)


@require_POST
@needs(PERMISSION)
def import_load(request: HttpRequest, pk: int) -> HttpResponse:
    """Load a workbook that was checked without a fault."""
    check = get_object_or_404(selectors.imports(request.user), pk=pk)
    try:
        job = import_jobs.request_loading(check=check, actor=request.user)
    except TransitionRefused as refused:
        return _report_page(request, check, {"error": refused.reason})
    return redirect("import_report", pk=job.pk)


def _report_page(request: HttpRequest, job: Job, refused: dict[str, Any] | None = None) -> HttpResponse:
    page = _progress(job) | {"refused": refused, "is_loading": job.kind == import_jobs.LOAD_JOB}
    page["document"] = Document.objects.filter(pk=job.params["document"]).first()
    if report := import_jobs.report_of(job):
        findings = Findings(report, request.GET)
        page |= {"report": report, "brought": [(what, count) for what, count in report.details.items() if count]}
        page |= {"filter": findings, "table": on_page(FindingTable(findings.rows), request)}
    return render(request, "importing/report.html", page, status=409 if refused else 200)


def _progress(job: Job) -> dict[str, Any]:
    return {"job": job, "broker_is_silent": job.state == Job.State.WAITING and not broker_answers()}
