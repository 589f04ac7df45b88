"""The home of the ARS: what waits for it, what it received, its figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from association.access import needs
from reports.selectors.ars_space import ars_space


@require_safe
@needs("reports.view_ars_space")
def space(request: HttpRequest) -> HttpResponse:
    """Show the space, as a part of the home page or as a page of its own."""
    template = "reports/ars_space_part.html" if request.htmx else "reports/ars_space.html"  # type: ignore[attr-defined]
    return render(request, template, {"space": ars_space(request.user)})  # type: ignore[arg-type]
