"""The reports that are owed again and again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from association.access import needs
from reports.forms.schedules import ScheduleForm
from reports.models import ReportSchedule
from reports.services.planning import add_schedule, stop_schedule


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.manage_schedule")
def report_schedules(request: HttpRequest) -> HttpResponse:
    """Show what is owed, and add to it."""
    form = ScheduleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        add_schedule(actor=request.user, **form.cleaned_data)
        messages.success(request, "L’échéance est enregistrée : elle est dans le calendrier.")
        return redirect("reports:report_schedules")
    schedules = ReportSchedule.objects.select_related("department", "template")
    page = {"form": form, "schedules": schedules}
    return render(request, "reports/report_schedules.html", page, status=422 if form.errors else 200)


@require_POST
@needs("reports.manage_schedule")
def report_schedule_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for no more reports of this kind; those that were begun stay."""
    stop_schedule(schedule=get_object_or_404(ReportSchedule, pk=pk), actor=request.user)
    messages.success(request, "Cette échéance est arrêtée. Les rapports commencés restent.")
    return redirect("reports:report_schedules")
