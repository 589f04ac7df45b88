"""The pages of the yearly reviews: one to write or to read, its steps, its paper, those of a team."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.forms.shared import CONFLICT
from association.machine import TransitionRefused
from association.models import Team
from reports.forms.team_reviews import NewDayForm
from reports.models import TeamReview
from reports.pdf_review import review_pdf as write_pdf
from reports.selectors.team_reviews import content_of, reviews_for, reviews_of, year_to_ask
from reports.services import team_reviews as services
from reports.services.team_review_mails import recipients, remind_of_review
from reports.views.team_review_panels import WITH_A_DAY, gate_page, reading_page, writing_page

DONE = {
    "submit": "Le bilan est remis : il est figé, l’association le relit.",
    "validate": "Le bilan est validé.",
    "hand_back": "Le bilan est rendu à l’équipe.",
    "waive": "L’équipe est dispensée de ce bilan.",
    "ask_again": "Le bilan est de nouveau attendu.",
}
UNKNOWN = "Cette étape n’existe pas : la page a été mise à jour."


@require_safe
@needs("reports.view_review")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a review: to write while it is open, for who may; else to read."""
    found = get_object_or_404(reviews_for(request.user), pk=pk)
    return _page(request, found)


@require_safe
@needs("reports.write_review")
def review_gate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the steps of a review, read again after each save."""
    found = get_object_or_404(reviews_for(request.user), pk=pk)
    return render(request, "reports/review_gate.html", gate_page(request, found))


@require_POST
@needs("reports.view_review")
def review_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a review through a step; what was typed comes back with a refusal."""
    found = get_object_or_404(reviews_for(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    day = NewDayForm(request.POST, prefix="echeance")
    error = UNKNOWN
    if step in DONE:
        if step in WITH_A_DAY and not day.is_valid():
            error = "Corrigez la date."
        else:
            error = _take(
                found, step, comment, day.cleaned_data["due_on"] if step in WITH_A_DAY else None, request.user
            )
    if not error:
        messages.success(request, DONE[step])
        return redirect("reports:review", pk=pk)
    fresh = get_object_or_404(reviews_for(request.user), pk=pk)
    return _page(request, fresh, {"step": step, "comment": comment, "error": error})


@require_POST
@needs("reports.ask_review")
def review_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the referents of a review."""
    found = get_object_or_404(reviews_for(request.user), pk=pk)
    try:
        remind_of_review(review=found, actor=request.user)
    except TransitionRefused as refused:
        return _page(request, found, {"step": "", "comment": "", "error": refused.reason})
    names = ", ".join(one.name for one in recipients(found))
    messages.success(request, f"Relance écrite à {names}.")
    return redirect("reports:review", pk=pk)


@require_safe
@needs("reports.view_review")
def review_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a review on paper; one that is not validated is marked as a draft."""
    content = content_of(get_object_or_404(reviews_for(request.user), pk=pk))
    buffer = io.BytesIO()
    write_pdf(content, buffer)
    name = f"bilan-{content.team_code}-{content.year}.pdf"
    return HttpResponse(
        buffer.getvalue(),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@require_safe
@needs("reports.view_review")
def of_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's reviews, as a part of its page."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    year = year_to_ask(team) if request.user.has_perm("reports.ask_review") else None
    page = {"team": team, "reviews": reviews_of(team, request.user), "year_to_ask": year}
    return render(request, "reports/of_team.html", page)


@require_POST
@needs("reports.ask_review")
def review_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a team for the review of the last year, when January did not."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    year = year_to_ask(team)
    if year is None:
        page = {
            "team": team,
            "refused": "Il n’y a pas de bilan à demander : il l’est déjà, ou l’équipe n’était pas sous convention.",
        }
        return render(request, "reports/review_refused.html", page, status=CONFLICT)
    asked = services.open_review(team=team, year=year, actor=request.user)
    messages.success(request, f"Le bilan {year} est demandé, à remettre avant le {asked.due_on:%d/%m/%Y}.")
    return redirect("reports:review", pk=asked.pk)


def _page(request: HttpRequest, review: TeamReview, refused: dict[str, str] | None = None) -> HttpResponse:
    if review.is_open and request.user.has_perm("reports.write_review"):
        return writing_page(request, review, refused=refused)
    return reading_page(request, review, refused)


def _take(review: TeamReview, step: str, comment: str, due_on: date | None, actor: Any) -> str:
    """Take the step, and return why it was refused, in French, or nothing."""
    steps: dict[str, Callable[[], TeamReview]] = {
        "submit": lambda: services.submit_review(review=review, actor=actor),
        "validate": lambda: services.validate_review(review=review, actor=actor),
        "hand_back": lambda: services.hand_back_review(review=review, reason=comment, due_on=due_on, actor=actor),
        "waive": lambda: services.waive_review(review=review, reason=comment, actor=actor),
        "ask_again": lambda: services.ask_again(review=review, due_on=due_on, actor=actor),
    }
    try:
        steps[step]()
    except TransitionRefused as refused:
        return refused.reason
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""
