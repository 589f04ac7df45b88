"""The simulator: scenarios, their grid, their result beside what the present rules give."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from association.access import needs
from association.documents import XLSX
from association.forms.shared import put_errors
from association.jobs import LIVE, broker_answers
from association.machine import TransitionRefused
from association.models import Job
from association.nomenclature import TeamKind
from payments.forms.prices import KINDS, TypedGrid
from payments.forms.scenarios import ScenarioForm
from payments.models import PriceScenario
from payments.models.scenarios import SIMULATE
from payments.price_grid import COLUMNS, grid, profession_label
from payments.selectors.simulation import changed_labels, comparison_of
from payments.services.scenarios import (
    change_scenario,
    change_scenario_prices,
    create_scenario,
    default_period,
    delete_scenario,
    request_simulation,
    simulation_key,
)
from payments.workbook.simulation import simulation_workbook

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
FIELDS = ("name", "first_month", "last_month", "ceiling_cents", "personal_rule", "personal_ceiling_cents")


@FORM_METHODS
@needs(SIMULATE)
def scenario_new(request: HttpRequest) -> HttpResponse:
    """Start a scenario from a copy of the present price list."""
    first, last = default_period(timezone.localdate())
    initial = {"first_month": first, "last_month": last, "personal_rule": PriceScenario.PersonalRule.PRESENT}
    form = ScenarioForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = create_scenario(values=form.cleaned_data, actor=request.user)
        except ValidationError as wrong:
            put_errors(form, wrong)
        else:
            return redirect("payments:scenario", pk=made.pk)
    page = {"form": form, "scenario": None}
    return render(request, "payments/scenario_form.html", page, status=422 if form.errors else 200)


@FORM_METHODS
@needs(SIMULATE)
def scenario_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a scenario's name, period or ceilings."""
    found = _scenario(request, pk)
    initial = {name: getattr(found, name) for name in FIELDS}
    form = ScenarioForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            change_scenario(scenario=found, values=form.cleaned_data, version=_version(request), actor=request.user)
        except TransitionRefused as refused:
            form.add_error(None, refused.reason)
            status = 409
        except ValidationError as wrong:
            put_errors(form, wrong)
        else:
            return redirect("payments:scenario", pk=pk)
    return render(request, "payments/scenario_form.html", {"form": form, "scenario": found}, status=status)


@require_safe
@needs(SIMULATE)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a scenario: what it changes, and what that gives beside the present rules."""
    found = _scenario(request, pk)
    job = Job.objects.filter(key=simulation_key(found)).order_by("-created_at", "-pk").first()
    is_live = bool(job and job.state in LIVE)
    if request.htmx:
        if not is_live:
            return HttpResponseClientRefresh()
        page = {"job": job, "scenario": found, "broker_is_silent": _is_silent(job)}
        return render(request, "payments/scenario_progress.html", page)
    page = {
        "scenario": found,
        "changed": changed_labels(found),
        "kinds": KINDS,
        "comparison": comparison_of(found),
        "job": job if job and job.state in (*LIVE, Job.State.FAILED) else None,
        "is_live": is_live,
        "broker_is_silent": is_live and _is_silent(job),
    }
    return render(request, "payments/scenario.html", page)


@FORM_METHODS
@needs(SIMULATE)
def scenario_grid(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write in the scenario's own grid; the price list is not touched."""
    found = _scenario(request, pk)
    if kind not in dict(KINDS):
        return redirect("payments:scenario_grid", pk=pk, kind=TeamKind.ESP_CLAP.value)
    posted = request.POST if request.method == "POST" else None
    typed = TypedGrid(grid(found.entries(), kind=kind, on=found.first_month), posted)
    error, status = "", 422 if typed.errors else 200
    if posted is not None and not typed.errors:
        try:
            change_scenario_prices(
                scenario=found, kind=kind, changes=typed.changes, version=_version(request), actor=request.user
            )
        except TransitionRefused as refused:
            error, status = refused.reason, 409
        else:
            messages.success(request, "La grille est enregistrée. Le barème en vigueur n’a pas changé.")
            return redirect("payments:scenario", pk=pk)
    page = {
        "scenario": found,
        "typed": typed,
        "error": error,
        "kind_label": dict(KINDS)[kind],
        "columns": [profession_label(code) for code in COLUMNS],
    }
    return render(request, "payments/scenario_grid.html", page, status=status)


@require_POST
@needs(SIMULATE)
def scenario_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute a scenario, or delete it."""
    found = _scenario(request, pk)
    match request.POST.get("step", ""):
        case "compute":
            request_simulation(scenario=found, actor=request.user)
        case "delete":
            delete_scenario(scenario=found, actor=request.user)
            messages.success(request, f"La simulation « {found.name} » est supprimée.")
            return redirect("payments:scenario_list")
        case _:
            messages.error(request, "Cette étape n’existe pas : rien n’a été fait.")
    return redirect("payments:scenario", pk=pk)


@require_safe
@needs(SIMULATE)
def scenario_export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out the result as a workbook."""
    found = _scenario(request, pk)
    comparison = comparison_of(found)
    if comparison is None:
        messages.error(request, "Cette simulation n’est pas calculée : calculez-la, puis exportez-la.")
        return redirect("payments:scenario", pk=pk)
    content = simulation_workbook(found, comparison)
    response = FileResponse(content, as_attachment=True, filename=f"simulation-{pk}.xlsx", content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _scenario(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(PriceScenario.objects.visible_to(request.user).select_related("created_by"), pk=pk)


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def _is_silent(job: Job | None) -> bool:
    return bool(job) and job.state == Job.State.WAITING and not broker_answers()  # type: ignore[union-attr]
