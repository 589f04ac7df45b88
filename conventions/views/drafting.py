"""The pages on which a convention is prepared, changed, or filed with its scan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.models import Team
from conventions.forms.drafting import DraftForm, PeriodForm
from conventions.forms.filing import FilingForm
from conventions.gates import missing_for_draft
from conventions.models import Convention
from conventions.selectors import pages
from conventions.services.drafting import change_draft, draft_convention, planned_types, usual_ceiling
from conventions.services.filing import file_signed_convention
from conventions.views.refusals import saved

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


@FORM_METHODS
@needs("conventions.manage_convention")
def draft_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a convention from the team's recognised project."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = PeriodForm(data, team=team, initial={"starts_on": timezone.localdate()})
    if form.is_bound and form.is_valid():
        draft = saved(form, lambda: draft_convention(team=team, actor=request.user, **form.cleaned_data))
        if draft:
            messages.success(
                request, f"La convention {draft.number} est préparée{_renewing(draft)} : relisez-la, puis émettez-la."
            )
            return redirect("conventions:convention", pk=draft.pk)
    page = {"team": team, "form": form, "missing": missing_for_draft(team)}
    return render(request, "conventions/draft_new.html", page, status=409 if form.errors else 200)


@FORM_METHODS
@needs("conventions.manage_convention")
def draft_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; when somebody else changed it meanwhile, what was typed is kept and the change is told."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    if request.method != "POST" and convention.state != Convention.State.DRAFT:
        return redirect("conventions:convention", pk=pk)
    data = request.POST if request.method == "POST" else None
    form = DraftForm(data, convention=convention, initial=_of_draft(convention), version=convention.version)
    if form.is_bound and form.is_valid():
        changed = saved(form, lambda: change_draft(convention=convention, actor=request.user, **form.values()))
        if changed:
            messages.success(request, "La convention est modifiée.")
            return redirect("conventions:convention", pk=pk)
    page = {"convention": convention, "form": form}
    return render(request, "conventions/draft_edit.html", page, status=409 if form.errors else 200)


@FORM_METHODS
@needs("conventions.manage_convention")
def file_signed(request: HttpRequest, pk: int) -> HttpResponse:
    """File a convention that was signed elsewhere, with its scan."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    initial = {"action_types": planned_types(team), "ceiling_cents": usual_ceiling(team)}
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FilingForm(data, files, team=team, initial=initial)
    if form.is_bound and form.is_valid():
        filed = saved(form, lambda: file_signed_convention(team=team, actor=request.user, **form.values()))
        if filed:
            messages.success(
                request, f"La convention {filed.number} est enregistrée{_renewing(filed)}, avec son exemplaire signé."
            )
            return redirect("conventions:convention", pk=filed.pk)
    page = {"team": team, "form": form, "missing": missing_for_draft(team)}
    return render(request, "conventions/file_signed.html", page, status=409 if form.errors else 200)


def _renewing(convention: Convention) -> str:
    return f", en renouvellement de {convention.renews.number}" if convention.renews else ""


def _of_draft(convention: Convention) -> dict[str, Any]:
    terms = convention.terms.all()[0] if convention.terms.all() else None
    return {
        "starts_on": convention.starts_on,
        "ends_on": convention.ends_on,
        "action_types": terms.action_types if terms else [],
        "ceiling_cents": terms.ceiling_cents if terms else usual_ceiling(convention.team),
        "members": list(convention.adhesions.one_each().values_list("membership_id", flat=True)),
    }
