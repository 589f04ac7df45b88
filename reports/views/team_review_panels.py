"""What the page of a review that is written is made of: one panel per section, and the one of handing it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from association.forms.shared import CONFLICT
from association.selectors.history import history_of
from reports.forms.team_reviews import NewDayForm, ObjectiveForm, SectionForm, TextForm
from reports.models import ReviewObjective, TeamReview
from reports.review_sections import TEXT_SECTIONS, text_section
from reports.selectors.team_reviews import progress_of, shown_figures, steps_of
from reports.services.team_review_mails import recipients
from reports.services.team_review_writing import section_version, subject_of

WORDS = {
    "submit": "Vos réponses et les chiffres de ce jour sont figés, et l’association est prévenue.",
    "validate": "Plus rien ne s’y modifie ensuite. Il compte dans le rapport d’activité.",
    "hand_back": "L’équipe peut de nouveau l’écrire ; un message lui dit ce qui est à revoir.",
    "waive": "Pour une équipe que plus personne ne peut renseigner : le bilan n’est plus attendu.",
    "ask_again": "Le bilan est de nouveau attendu.",
}
WITH_A_DAY = {"hand_back", "ask_again"}


@dataclass(frozen=True)
class Written:
    """What became of a section that was sent: saved, invalid, moved (written by somebody else) or frozen."""

    outcome: str
    review: TeamReview
    by: str = ""
    at: datetime | None = None
    own: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Panel:
    """One section on the page. ``theirs``: what somebody else wrote meanwhile, as (label, text)."""

    code: str
    title: str
    form: SectionForm
    version: int
    current_version: int
    objective: ReviewObjective | None = None
    is_answered: bool = False
    written_at: datetime | None = None
    written_by: str = ""
    written: Written | None = None
    theirs: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_own_objective(self) -> bool:
        return self.objective is not None and not self.objective.of_project


def form_of(review: TeamReview, code: str, data: Any = None) -> SectionForm:
    """Return the form of a section.

    Raises:
        LookupError: for a section that the review does not have.
    """
    subject = subject_of(review, code)
    return ObjectiveForm(subject, data) if isinstance(subject, ReviewObjective) else TextForm(review, code, data)


def panel_of(
    review: TeamReview,
    code: str,
    *,
    objective: ReviewObjective | None = None,
    form: SectionForm | None = None,
    written: Written | None = None,
) -> Panel:
    """Return a section as the page shows it; with a form that was sent, what was typed stays."""
    section, stamp = text_section(code), review.stamps.get(code, {})
    moved = written is not None and written.outcome == "moved"
    was_saved = written is not None and written.outcome == "saved"
    now = ObjectiveForm(objective) if objective else TextForm(review, code)
    return Panel(
        code=code,
        title=section.title if section else f"Objectif {objective.place}" if objective else "",
        form=form or now,
        # Until a conflict is settled the page keeps the version that it had shown.
        version=form.version_seen if form and not was_saved else section_version(review, code),
        current_version=section_version(review, code),
        objective=objective,
        is_answered=objective.is_followed if objective else bool(getattr(review, code).strip()),
        written_at=datetime.fromisoformat(stamp["at"]) if stamp else None,
        written_by=str(stamp.get("by", "")),
        written=written,
        theirs=_in_words(now) if moved else (),
    )


def panels_of(
    review: TeamReview, *, form: SectionForm | None = None, written: Written | None = None, sent: str = ""
) -> list[Panel]:
    """Return all sections in order; the one that was sent shows what was typed."""
    subjects: list[tuple[str, ReviewObjective | None]] = [
        *((one.code, one) for one in review.objectives.all()),
        *((section.code, None) for section in TEXT_SECTIONS),
    ]
    return [
        panel_of(review, code, objective=objective, form=form, written=written)
        if code == sent
        else panel_of(review, code, objective=objective)
        for code, objective in subjects
    ]


def gate_page(request: HttpRequest, review: TeamReview, refused: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what the panel of the steps shows: each with what it does, or what still prevents it."""
    day = NewDayForm(request.POST if refused and refused.get("step") in WITH_A_DAY else None, prefix="echeance")
    offers = [
        {
            "name": one.name,
            "label": one.label,
            "reason": one.reason,
            "danger": one.danger,
            "needs_comment": one.needs_comment,
            "text": WORDS[one.name],
            "form": day if one.name in WITH_A_DAY else None,
            "main": one.name in ("submit", "validate"),
        }
        for one in steps_of(review, actor=request.user)  # type: ignore[arg-type]
    ]
    return {"review": review, "offers": offers, "refused": refused}


def writing_page(
    request: HttpRequest,
    review: TeamReview,
    *,
    form: SectionForm | None = None,
    written: Written | None = None,
    sent: str = "",
    refused: dict[str, str] | None = None,
) -> HttpResponse:
    """Show the page on which a review is written; ``form``: the section that was sent and not saved."""
    conflict = refused or (written is not None and written.outcome != "invalid")
    page = {
        **review_page(request, review, refused),
        "panels": panels_of(review, form=form, written=written, sent=sent),
        "progress": progress_of(review),
    }
    return render(request, "reports/review_edit.html", page, status=CONFLICT if conflict else 200)


def reading_page(request: HttpRequest, review: TeamReview, refused: dict[str, str] | None = None) -> HttpResponse:
    """Show a review to read."""
    page = review_page(request, review, refused)
    return render(request, "reports/review_read.html", page, status=CONFLICT if refused else 200)


def review_page(request: HttpRequest, review: TeamReview, refused: dict[str, str] | None) -> dict[str, Any]:
    """Return what both pages of a review show."""
    may_remind = review.is_open and request.user.has_perm("reports.ask_review")
    return {
        **gate_page(request, review, refused),
        "team": review.team,
        "figures": shown_figures(review),
        "history": history_of(review),
        "recipients": recipients(review) if may_remind else [],
        "may_remind": may_remind,
    }


def _in_words(form: SectionForm) -> tuple[tuple[str, str], ...]:
    said = []
    for bound in form:
        value = bound.value() or ""
        choices = dict(getattr(bound.field, "choices", ()) or ())
        said.append((str(bound.label), str(choices.get(value, value))))
    return tuple(said)
