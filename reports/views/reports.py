"""The pages of the reports."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.documents import DocumentDamaged
from association.forms.shared import saved, status_of
from association.jobs import broker_answers
from association.machine import TransitionRefused
from association.models import Job
from reports.document.composing import content_of
from reports.forms.plans import PlanForm
from reports.forms.reports import NewReportForm, TransmissionForm
from reports.models import Report, ReportVersion
from reports.selectors.reports import history_for, job_of, report_steps, versions_of, way_of
from reports.services.building import request_build, start_report, usual_template
from reports.services.files import hand_out_file
from reports.services.plans import change_plan
from reports.services.steps import move_report

DONE = {
    "approve": "Le rapport est approuvé. Ses documents définitifs sont en préparation.",
    "transmit": "Le rapport est transmis : l’ARS le voit à partir de maintenant.",
    "take_back": "Le rapport est de nouveau un brouillon.",
    "acknowledge": "La réception du rapport est enregistrée.",
    "hand_back": "Le rapport est rendu à l’association, avec votre motif.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.build_report")
def report_new(request: HttpRequest) -> HttpResponse:
    """Begin the report of a period and produce it; one that is there already is opened."""
    form = NewReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        asked = form.cleaned_data
        report = start_report(
            period=asked["asked"],
            department=asked["department"],
            template=asked["template"] or usual_template(),
            actor=request.user,
        )
        try:
            if report.state == Report.State.DRAFT:
                request_build(report=report, actor=request.user)
        except TransitionRefused as refused:
            messages.error(request, refused.reason)
        return redirect("reports:report", pk=report.pk)
    return render(request, "reports/report_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@needs("reports.view_report")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report: where it stands, its versions, what is allowed now."""
    return _page(request, _report(request, pk))


@require_POST
@needs("reports.view_report")
def report_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a report; a refusal opens the page again with what was typed."""
    found = _report(request, pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    form = TransmissionForm(request.POST) if step == "transmit" else None
    if form and not form.is_valid():
        return _page(request, found, form=form)
    try:
        moved = move_report(
            report=found, step=step, actor=request.user, comment=comment, **(form.cleaned_data if form else {})
        )
    except (TransitionRefused, PermissionDenied) as refused:
        return _page(request, _report(request, pk), {"step": step, "comment": comment, "error": str(refused)}, form)
    if not isinstance(moved, Job):
        messages.success(request, DONE[step])
    return redirect("reports:report", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.build_report")
def report_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the chapters with their commentaries, and write them."""
    found = _report(request, pk)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=found.plan, version=found.version)
    if form.is_bound and not form.move() and form.is_valid():
        done = saved(
            form,
            lambda: change_plan(report=found, plan=form.plan(), version=form.version_seen, actor=request.user),
            fresh=lambda: Report.objects.get(pk=pk),
        )
        if done is not None:
            messages.success(request, "Le plan et les commentaires sont enregistrés.")
            return redirect("reports:report", pk=pk)
    page = {"report": found, "form": form}
    return render(request, "reports/report_plan.html", page, status=status_of_plan(form))


@require_safe
@needs("reports.view_report")
def report_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show a version as a page: the accessible form of its PDF."""
    found = _report(request, pk)
    version = _version(request, found, number)
    content = content_of(version, draft=version.sealed_at is None)
    page = {"report": found, "version": version, "content": content}
    return render(request, "reports/report_version.html", page)


@require_safe
@needs("reports.view_report")
def report_file(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse | FileResponse:
    """Hand out the PDF or the workbook of a version, byte for byte as it was written."""
    version = _version(request, _report(request, pk), number)
    document = {"pdf": version.pdf, "classeur": version.workbook}.get(kind)
    if document is None:
        raise Http404
    try:
        path = hand_out_file(version=version, document=document, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=document.filename, content_type=document.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def status_of_plan(form: PlanForm) -> int:
    """Return the status of a plan's page: a chapter that was only moved is no mistake."""
    if form.moved[0] or not form.errors:
        return 200
    return status_of(form) if status_of(form) != 200 else 422


def _report(request: HttpRequest, pk: int) -> Report:
    found = Report.objects.visible_to(request.user).select_related("department", "template", "generated_by")
    return get_object_or_404(found, pk=pk)


def _version(request: HttpRequest, report: Report, number: int) -> ReportVersion:
    versions = versions_of(report, request.user).defer(None).select_related("report__department")
    return get_object_or_404(versions, number=number)


def _page(
    request: HttpRequest,
    report: Report,
    refused: dict[str, Any] | None = None,
    form: TransmissionForm | None = None,
) -> HttpResponse:
    job = job_of(report)
    steps = report_steps(report, actor=request.user, job=job)
    page = {
        "report": report,
        "steps": [
            replace(step, form=form or TransmissionForm()) if step.name == "transmit" else step for step in steps
        ],
        "way": way_of(report),
        "versions": versions_of(report, request.user),
        "job": job if job and request.user.has_perm("reports.build_report") else None,
        "broker_is_silent": bool(job) and job.state == Job.State.WAITING and not broker_answers(),
        "history": history_for(report, request.user),
        "may_plan": request.user.has_perm("reports.build_report") and report.state not in Report.SEALED,
        "refused": refused,
    }
    status = 409 if refused else 422 if form and form.errors else 200
    return render(request, "reports/report.html", page, status=status)
