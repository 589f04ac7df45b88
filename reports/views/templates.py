"""The pages of the templates of reports."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.shared import saved
from association.machine import TransitionRefused
from reports.forms.plans import NewTemplateForm, TemplateForm
from reports.models import ReportTemplate
from reports.services.plans import add_template, change_template, restore_template, retire_template
from reports.views.reports import status_of_plan


@require_safe
@needs("reports.manage_template")
def report_templates(request: HttpRequest) -> HttpResponse:
    """Show the templates, those in service first."""
    templates = ReportTemplate.objects.annotate(
        reports_count=Count("reports", distinct=True),
        schedules_count=Count("schedules", filter=Q(schedules__is_active=True), distinct=True),
    ).order_by("retired_at", "name")
    page = {"templates": sorted(templates, key=lambda found: (found.retired_at is not None, found.name))}
    return render(request, "reports/report_templates.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.manage_template")
def report_template_new(request: HttpRequest) -> HttpResponse:
    """Begin a template, by a copy of another (``?modele=``) or by all chapters."""
    form = NewTemplateForm(
        request.POST if request.method == "POST" else None, initial={"copied": request.GET.get("modele")}
    )
    if form.is_valid():
        made = saved(form, lambda: add_template(actor=request.user, **form.cleaned_data))
        if made is not None:
            messages.success(request, "Le modèle est créé. Choisissez ses chapitres et leur ordre.")
            return redirect("reports:report_template", pk=made.pk)
    page = {"form": form}
    return render(request, "reports/report_template_new.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.manage_template")
def report_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the chapters of a template with their texts, and write them."""
    found = get_object_or_404(ReportTemplate, pk=pk)
    form = TemplateForm(request.POST if request.method == "POST" else None, template=found)
    if form.is_bound and not form.move() and form.is_valid():
        done = saved(
            form,
            lambda: change_template(
                template=found,
                name=form.cleaned_data["name"],
                plan=form.plan(),
                version=form.version_seen,
                actor=request.user,
            ),
        )
        if done is not None:
            messages.success(request, "Le modèle est enregistré. Les rapports déjà commencés gardent leur plan.")
            return redirect("reports:report_templates")
    page = {"template": found, "form": form}
    return render(request, "reports/report_template.html", page, status=status_of_plan(form))


@require_POST
@needs("reports.manage_template")
def report_template_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a template no more."""
    template = get_object_or_404(ReportTemplate, pk=pk)
    try:
        retire_template(template=template, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"Le modèle « {template} » est retiré : il n’est plus proposé.")
    return redirect("reports:report_templates")


@require_POST
@needs("reports.manage_template")
def report_template_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a template again."""
    template = restore_template(template=get_object_or_404(ReportTemplate, pk=pk), actor=request.user)
    messages.success(request, f"Le modèle « {template} » est de nouveau proposé.")
    return redirect("reports:report_templates")
