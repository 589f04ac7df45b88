"""A month's actions from a spreadsheet: the template, the check, the loading."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from actions.forms.monthly import AS_DECLARED, MonthForm, TemplateForm
from actions.models import DECLARE
from actions.monthly import jobs
from actions.monthly.template import write_template
from actions.services.monthly import request_month_check, request_month_loading
from association.access import needs
from association.documents import XLSX
from association.jobs import LIVE, broker_answers
from association.machine import TransitionRefused
from association.models import Document, Job
from association.tables import on_page
from association.workbook_findings import Findings, FindingTable

LATEST = 8


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DECLARE)
def month_import(request: HttpRequest) -> HttpResponse:
    """Hand out a template, take a workbook and have it checked; nothing is written yet."""
    form = MonthForm(request.POST, request.FILES) if request.method == "POST" else MonthForm()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        job = request_month_check(upload=given["file"], declare=given["become"] == AS_DECLARED, actor=request.user)
        return redirect("actions:month_report", pk=job.pk)
    page = {"form": form, "template": TemplateForm(user=request.user), "jobs": _jobs(request)[:LATEST]}
    return render(request, "actions/month_import.html", page, status=422 if form.errors else 200)


@require_safe
@needs(DECLARE)
def month_template(request: HttpRequest) -> HttpResponse:
    """Hand out the workbook to fill in, for a team or for all."""
    asked = request.GET.copy()
    asked.setdefault("mois", timezone.localdate().replace(day=1).isoformat())
    form = TemplateForm(asked, user=request.user)
    if not form.is_valid():
        page = {"form": MonthForm(), "template": form, "jobs": _jobs(request)[:LATEST]}
        return render(request, "actions/month_import.html", page, status=422)
    teams, month = form.teams(), form.cleaned_data["mois"]
    if not teams:
        return redirect("actions:month_import")
    buffer = BytesIO()
    write_template(buffer, teams=teams, month=month)
    name = f"actions-{month:%Y-%m}{'-' + teams[0].code if len(teams) == 1 else ''}.xlsx"
    file = f'attachment; filename="{name}"'
    return HttpResponse(buffer.getvalue(), content_type=XLSX, headers={"Content-Disposition": file})


@require_safe
@needs(DECLARE)
def month_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a check or a loading: its progress, then what it found."""
    job = get_object_or_404(_jobs(request), pk=pk)
    if request.htmx and job.state not in LIVE:
        return HttpResponseClientRefresh()
    if request.htmx:
        return render(request, "actions/month_progress.html", _progress(job))
    return _report_page(request, job)


@require_POST
@needs(DECLARE)
def month_load(request: HttpRequest, pk: int) -> HttpResponse:
    """Load a workbook that was checked without a fault."""
    check = get_object_or_404(_jobs(request), pk=pk)
    try:
        job = request_month_loading(check=check, actor=request.user)
    except TransitionRefused as refused:
        return _report_page(request, check, {"error": refused.reason})
    return redirect("actions:month_report", pk=job.pk)


def _jobs(request: HttpRequest) -> QuerySet[Job]:
    """Own checks and loadings: a workbook is for whoever brought it."""
    kinds = [jobs.CHECK_JOB, jobs.LOAD_JOB]
    found = Job.objects.filter(kind__in=kinds, created_by=request.user)
    return found.select_related("created_by", "result").order_by("-created_at", "-pk")


def _report_page(request: HttpRequest, job: Job, refused: dict[str, Any] | None = None) -> HttpResponse:
    page = _progress(job) | {"refused": refused, "is_loading": job.kind == jobs.LOAD_JOB}
    page["document"] = Document.objects.filter(pk=job.params.get("document")).first()
    page["declares"] = job.params.get("declare")
    if report := jobs.report_of(job):
        findings = Findings(report, request.GET)
        counts = [(name, count) for name, count in report.counts.items() if count.new or count.unchanged]
        page |= {"report": report, "counts": counts, "filter": findings}
        page["table"] = on_page(FindingTable(findings.rows), request)
    return render(request, "actions/month_report.html", page, status=409 if refused else 200)


def _progress(job: Job) -> dict[str, Any]:
    return {"job": job, "broker_is_silent": job.state == Job.State.WAITING and not broker_answers()}
