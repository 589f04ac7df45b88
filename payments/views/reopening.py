"""The decision that reopens a team's year: what was cut, what the next run would give, decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.forms.shared import put_errors
from association.machine import TransitionRefused
from association.models import Team
from payments.forms.reopening import ReopeningForm
from payments.selectors.reopening import cut_of, parts_named, reopenings_of
from payments.services.reopening import REOPEN, decide_reopening, preview_reopening, years_that_can_be_reopened


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REOPEN)
def year_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a team's ceiling took year by year; preview the decision, then take it."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    years = years_that_can_be_reopened()
    cuts = [cut for cut in (cut_of(team, year) for year in years) if cut.count]
    form = ReopeningForm(
        request.POST if request.method == "POST" else None,
        years=years,
        initial={"year": cuts[0].year if cuts else years[0]},
    )
    page: dict[str, Any] = {"team": team, "form": form, "cuts": cuts, "decisions": reopenings_of(team)}
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            decision = {"team": team, "actor": request.user, **form.cleaned_data}
            try:
                if request.POST.get("step") == "decide":
                    decide_reopening(**decision)
                    said = (
                        f"L’année {form.cleaned_data['year']} est rouverte : le prochain paiement mensuel la recalcule."
                    )
                    messages.success(request, said)
                    return redirect("association:team", pk=pk)
                page["preview"] = preview = preview_reopening(**decision)
                page["parts"] = parts_named(preview.parts)
                status = 200
            except TransitionRefused as refused:
                form.add_error(None, refused.reason)
                status = 409
            except ValidationError as wrong:
                put_errors(form, wrong)
    return render(request, "payments/year_reopen.html", page, status=status)
