"""Writing a review: a section is saved as it is typed, an objective is added or taken away."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from association.access import needs
from association.machine import TransitionRefused
from reports.forms.team_reviews import SectionForm
from reports.models import ReviewObjective, TeamReview
from reports.selectors.team_reviews import progress_of, reviews_for
from reports.services.team_review_writing import (
    SectionMoved,
    add_objective,
    remove_objective,
    subject_of,
    write_section,
)
from reports.views.team_review_panels import Panel, Written, form_of, panel_of, reading_page, writing_page

SAVED = "project-saved"  # static/js/project.js and the panel of the steps listen to it


@require_http_methods(["GET", "POST"])
@needs("reports.write_review")
def review_section(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save one section as it is typed; on GET, show it as it is now."""
    review = get_object_or_404(reviews_for(request.user), pk=pk)
    try:
        form = form_of(review, code, request.POST if request.method == "POST" else None)
    except LookupError:
        raise Http404 from None
    if request.method == "GET":
        if not request.htmx:
            return redirect(anchor_of(review, code))
        return render(request, "reports/review_section.html", {"review": review, "panel": _panel(review, code)})
    return _answer(request, _write(request, review, form, code), form, code)


@require_POST
@needs("reports.write_review")
def objective_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an objective, to be written like the others."""
    review = get_object_or_404(reviews_for(request.user), pk=pk)
    try:
        added = add_objective(review=review, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
        return redirect("reports:review", pk=pk)
    return redirect(anchor_of(review, added.code))


@require_POST
@needs("reports.write_review")
def objective_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an objective away that the project does not have."""
    seen = reviews_for(request.user).order_by()
    objective = get_object_or_404(ReviewObjective.objects.filter(review__in=seen).select_related("review"), pk=pk)
    try:
        remove_objective(objective=objective, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"L’objectif {objective.place} est retiré.")
    return redirect("reports:review", pk=objective.review_id)


def anchor_of(review: TeamReview, code: str) -> str:
    """Return the address of one section on the page of its review."""
    return f"{reverse('reports:review', args=[review.pk])}#rubrique-{code}"


def _write(request: HttpRequest, review: TeamReview, form: SectionForm, code: str) -> Written:
    if not form.is_valid():
        return Written("invalid", review)
    try:
        fresh = write_section(
            review=review, code=code, values=form.cleaned_data, version=form.version_seen, actor=request.user
        )
    except SectionMoved as moved:
        return Written("moved", moved.review, by=moved.by, at=moved.at, own=moved.by == str(request.user))
    except TransitionRefused as refused:
        return Written("frozen", review, reason=refused.reason)
    except ValidationError as refused:
        form.add_error(None, refused)
        return Written("invalid", review)
    return Written("saved", fresh)


def _answer(request: HttpRequest, written: Written, form: SectionForm, code: str) -> HttpResponse:
    """Without htmx the whole page comes back with what was typed; with it, only what is said of the section."""
    review = written.review
    if not request.htmx:
        if written.outcome == "saved":
            messages.success(request, "Rubrique enregistrée.")
            return redirect(anchor_of(review, code))
        if not review.is_open:
            return reading_page(request, review, {"error": written.reason, "comment": _typed(form), "step": ""})
        return writing_page(request, review, form=form, written=written, sent=code)
    panel = _panel(review, code, form=form, written=written)
    page = {"review": review, "panel": panel, "progress": progress_of(review)}
    response = render(request, "reports/review_answer.html", page)
    return trigger_client_event(response, SAVED) if written.outcome == "saved" else response


def _panel(review: TeamReview, code: str, *, form: SectionForm | None = None, written: Written | None = None) -> Panel:
    subject = subject_of(review, code)
    objective = subject if isinstance(subject, ReviewObjective) else None
    return panel_of(review, code, objective=objective, form=form, written=written)


def _typed(form: SectionForm) -> str:
    return "\n".join(str(form.data.get(form.add_prefix(name), "")) for name in form.fields).strip()
