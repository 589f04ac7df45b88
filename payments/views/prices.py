"""The price list: read it, write in its grid, publish what changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from association.access import needs
from association.documents import XLSX
from association.machine import TransitionRefused
from association.money import grouped
from association.nomenclature import TeamKind
from payments.forms.prices import KINDS, EffectForm, ShownForm, TypedGrid, first_day_of_next_month
from payments.price_grid import COLUMNS, grid, profession_label
from payments.selectors.candidates import price_entries
from payments.selectors.prices import effects_of, last_published, submitted_run
from payments.services.prices import publish_prices
from payments.workbook.price_list import price_workbook

PUBLISH = "payments.publish_price"


@require_safe
@needs("payments.view_price")
def price_grid(request: HttpRequest) -> HttpResponse:
    """Show the prices of one kind of team as they stand on a day."""
    form = ShownForm(request.GET if "nature" in request.GET else _of_today())
    asked = form.cleaned_data if form.is_valid() else {"nature": TeamKind.ESP_CLAP.value, "au": timezone.localdate()}
    page = {
        "form": form,
        "rows": grid(price_entries(), kind=asked["nature"], on=asked["au"]),
        "columns": [profession_label(code) for code in COLUMNS],
        "kind": asked["nature"],
        "kind_label": dict(KINDS)[asked["nature"]],
        "on": asked["au"],
    }
    return render(request, "payments/price_grid.html", page)


@require_safe
@needs("payments.view_price")
def price_export(request: HttpRequest) -> FileResponse:
    """Hand out every price ever published, in the columns of the import workbook, and the grids of today."""
    response = FileResponse(price_workbook(), as_attachment=True, filename="bareme.xlsx", content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs(PUBLISH)
def price_edit(request: HttpRequest) -> HttpResponse:
    """Choose kind and day once, write in the grid, read what publishing would do, publish."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = EffectForm(given if "nature" in given else None, initial=_first_choice())
    if not chosen.is_bound or not chosen.is_valid():
        status = 422 if chosen.errors else 200
        return render(request, "payments/price_effect.html", {"form": chosen}, status=status)
    kind, starts_on = chosen.cleaned_data["nature"], chosen.cleaned_data["au"]
    rows = grid(price_entries(), kind=kind, on=starts_on)
    if request.method != "POST":
        return _grid_page(request, kind, starts_on, TypedGrid(rows))
    typed, step = TypedGrid(rows, request.POST), request.POST.get("step", "")
    if typed.errors or step not in ("read", "publish"):
        return _grid_page(request, kind, starts_on, typed, status=422 if typed.errors else 200)
    if not typed.changes:
        return _grid_page(request, kind, starts_on, typed, error="Aucun montant n’a changé.", status=422)
    if step == "read":
        return _effects_page(request, kind, starts_on, typed)
    return _publish(request, kind, starts_on, typed)


def _publish(request: HttpRequest, kind: str, starts_on: date, typed: TypedGrid) -> HttpResponse:
    seen = request.POST.get("seen", "")
    try:
        published = publish_prices(
            kind=kind,
            starts_on=starts_on,
            changes=typed.changes,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else -1,
            actor=request.user,  # type: ignore[arg-type]
        )
    except TransitionRefused as refused:
        return _effects_page(request, kind, starts_on, typed, error=refused.reason, status=409)
    except ValidationError as wrong:
        return _grid_page(request, kind, starts_on, typed, error=" ".join(wrong.messages), status=422)
    count = len(published)
    said = f"{grouped(count)} tarifs sont publiés" if count > 1 else "Un tarif est publié"
    messages.success(request, f"{said}, en vigueur à partir du {starts_on:%d/%m/%Y}.")
    return redirect(f"{reverse('payments:price_grid')}?nature={kind}&au={starts_on.isoformat()}")


def _grid_page(
    request: HttpRequest, kind: str, starts_on: date, typed: TypedGrid, *, error: str = "", status: int = 200
) -> HttpResponse:
    page = {**_about(kind, starts_on), "typed": typed, "error": error}
    return render(request, "payments/price_edit.html", page, status=status)


def _effects_page(
    request: HttpRequest, kind: str, starts_on: date, typed: TypedGrid, *, error: str = "", status: int = 200
) -> HttpResponse:
    effects = effects_of(typed.changes, kind=kind, starts_on=starts_on)
    page = {
        **_about(kind, starts_on),
        "typed": typed,
        "effects": effects,
        "corrected": sum(one.corrected for one in effects),
        "kept": sum(one.kept for one in effects),
        "submitted": submitted_run(),
        "seen": last_published(),
        "error": error,
    }
    return render(request, "payments/price_effects.html", page, status=status)


def _about(kind: str, starts_on: date) -> dict[str, Any]:
    return {
        "kind": kind,
        "kind_label": dict(KINDS)[kind],
        "starts_on": starts_on,
        "columns": [profession_label(code) for code in COLUMNS],
    }


def _of_today() -> dict[str, str]:
    return {"nature": TeamKind.ESP_CLAP.value, "au": timezone.localdate().isoformat()}


def _first_choice() -> dict[str, Any]:
    return {"nature": TeamKind.ESP_CLAP.value, "au": first_day_of_next_month(timezone.localdate())}
