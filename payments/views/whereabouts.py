"""Where a person's payments are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from association.access import needs
from association.models import Professional
from payments.forms.year import PersonForm
from payments.selectors.people import account_of
from payments.selectors.whereabouts import whereabouts_of, years_of

VIEW = "payments.view_whereabouts"


@require_safe
@needs(VIEW)
def whereabouts_search(request: HttpRequest) -> HttpResponse:
    """Ask whose payments are looked for, and go there."""
    form = PersonForm(request.GET if "professional" in request.GET else None, user=request.user)
    if form.is_valid():
        return redirect("payments:whereabouts", pk=form.cleaned_data["professional"].pk)
    return render(request, "payments/year/whereabouts_search.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@needs(VIEW)
def whereabouts(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell, action by action of a year, what became of a person's payments."""
    person = get_object_or_404(Professional.objects.visible_to(request.user), pk=pk)
    if person.merged_into_id:
        return redirect("payments:whereabouts", pk=person.merged_into_id)
    years = years_of(person, user=request.user)
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), None)
    page = {
        "person": person,
        "years": years,
        "year": year,
        "account": account_of(person),
        "found": whereabouts_of(person, user=request.user, year=year),
    }
    return render(request, "payments/year/whereabouts.html", page)
