"""The ARS's part of a dossier: the section of the team's page, the file of a request, one page per gesture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.recognition import (
    AnswerForm,
    DecisionForm,
    LetterForm,
    OpeningForm,
    OpinionForm,
    WithdrawalForm,
    missing_formset,
    with_more_rows,
)
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from association.models import ComplementPoint, RecognitionRequest, Team
from association.selectors.recognition import (
    ends_with_recognition,
    gestures,
    recognised_word,
    recognition_word,
    request_file,
    requests_for,
    requests_of,
    submitted_before,
)
from association.services import recognition as services

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("association.view_recognition")
def team_recognition(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the section « reconnaissance » of a dossier, without anybody's name."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    files = requests_of(team, request.user)
    page = {
        "team": team,
        "files": files,
        "gestures": gestures(team, files, actor=request.user),
        "word": recognition_word(team.kind),
    }
    return render(request, "association/recognition_panel.html", page)


@require_safe
@needs("association.view_recognition")
def recognition_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request with the people of its dossier; a look of the ARS is logged."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    files = requests_of(found.team, request.user)
    page = {
        "team": found.team,
        "file": request_file(found),
        "earlier": submitted_before(found, files),
        "people": services.open_file(request=found, actor=request.user),
        "gestures": gestures(found.team, files, actor=request.user),
        "word": recognition_word(found.team.kind),
    }
    return render(request, "association/recognition_file.html", page)


@get_or_post
@needs("association.manage_team")
def recognition_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over a dossier that was submitted before this register."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    form = OpeningForm(request.POST or None)

    def save(given: dict[str, Any]) -> str:
        services.open_request(team=team, actor=request.user, **given)
        return "La demande est ouverte."

    return _form_page(request, team, form, save, title="Ouvrir la demande", action="Ouvrir la demande")


@get_or_post
@needs("association.give_opinion")
def recognition_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the délégation's opinion."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    today = {"opinion": found.opinion, "opinion_on": found.opinion_on or timezone.localdate()}
    shown = {**today, "opinion_text": found.opinion_text}
    form = OpinionForm(request.POST or None, initial=shown, version=found.version)

    def save(given: dict[str, Any]) -> str:
        services.give_opinion(
            request=found,
            opinion=given["opinion"],
            given_on=given["opinion_on"],
            text=given["opinion_text"],
            version=form.version_seen,
            actor=request.user,
        )
        return "L’avis est enregistré."

    title = "Corriger l’avis" if found.opinion else "Avis de la délégation"
    return _form_page(request, found.team, form, save, title=title, action="Enregistrer l’avis", about=found)


@get_or_post
@needs("association.decide_recognition")
def recognition_complements(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for what is missing, several points at once."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    page: dict[str, Any] = {"team": found.team, "file": request_file(found), "status": 200}
    if request.method == "POST" and "more" in request.POST:
        page["points"] = missing_formset(with_more_rows(request.POST))
        page["only_more"] = True
    elif request.method == "POST":
        page["points"] = points = missing_formset(request.POST)
        try:
            if points.is_valid():
                services.ask_complements(request=found, missing=points.missing(), actor=request.user)
                messages.success(request, "Les compléments sont demandés : le dossier revient à l’équipe.")
                return redirect("association:team", pk=found.team_id)
        except (TransitionRefused, ValidationError) as error:
            page["refused"], page["status"] = {"error": _reason(error)}, 409
    else:
        page["points"] = missing_formset()
    return render(request, "association/recognition_complements.html", page, status=page["status"])


@require_safe
@needs("association.manage_team")
def recognition_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the points of a request, each with its answer."""
    return _answers_page(request, get_object_or_404(requests_for(request.user), pk=pk))


@require_POST
@needs("association.manage_team")
def complement_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one point; what was typed comes back with a refusal."""
    point = get_object_or_404(ComplementPoint, pk=pk, request__in=requests_for(request.user))
    form = AnswerForm(request.POST, prefix=f"point-{point.pk}")

    def save() -> ComplementPoint:
        answer, version = form.cleaned_data["answer"], form.version_seen
        return services.answer_complement(point=point, answer=answer, version=version, actor=request.user)

    if form.is_valid() and saved(form, save, fresh=lambda: ComplementPoint.objects.get(pk=pk)):
        messages.success(request, "La réponse est enregistrée.")
        return redirect("association:recognition_answers", pk=point.request_id)
    found = requests_for(request.user).get(pk=point.request_id)
    return _answers_page(request, found, typed={point.pk: form}, status=status_of(form))


@get_or_post
@needs("association.decide_recognition")
def recognition_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the decision, as the letter says it."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    form = DecisionForm(request.POST or None, request.FILES or None, kind=found.team.kind)

    def save(given: dict[str, Any]) -> str:
        decided = services.decide(
            request=found,
            decision=given["decision"],
            decided_on=given["decided_on"],
            reference=given["letter_reference"],
            reason=given["reason"],
            letter=given["letter"],
            actor=request.user,
        )
        accepted = decided.decision == RecognitionRequest.Decision.ACCEPTED
        refused = "Le refus est enregistré : l’équipe peut reprendre son projet."
        return f"L’équipe est {recognised_word(found.team.kind)}." if accepted else refused

    title, action = "Décision de l’ARS", "Enregistrer la décision"
    return _form_page(request, found.team, form, save, title=title, action=action, multipart=True, about=found)


@get_or_post
@needs("association.decide_recognition")
def recognition_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """File the scan of the letter after the decision."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    form = LetterForm(request.POST or None, request.FILES or None)

    def save(given: dict[str, Any]) -> str:
        services.attach_letter(request=found, letter=given["letter"], actor=request.user)
        return "Le courrier est classé dans le dossier."

    title, action = "Courrier de l’ARS", "Classer le courrier"
    return _form_page(request, found.team, form, save, title=title, action=action, multipart=True, about=found)


@get_or_post
@needs("association.decide_recognition")
def recognition_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a recognition; the page says before what ends with it."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    form = WithdrawalForm(request.POST or None, initial={"withdrawn_on": timezone.localdate()})

    def save(given: dict[str, Any]) -> str:
        services.withdraw_recognition(team=team, actor=request.user, **given)
        return "La reconnaissance est retirée."

    word = recognition_word(team.kind).lower()
    title = f"Retrait de l’{word}" if word[0] in "aeé" else f"Retrait de la {word}"
    shown = {"title": title, "action": "Enregistrer le retrait", "danger": True}
    return _form_page(request, team, form, save, effects=ends_with_recognition(team), **shown)


def _form_page(
    request: HttpRequest, team: Team, form: forms.Form, save: Callable[[dict[str, Any]], str], **shown: Any
) -> HttpResponse:
    """Show a form, or save it and return to the dossier; whatever is refused comes back with what was typed."""
    about: RecognitionRequest | None = shown.pop("about", None)

    def fresh() -> Any:
        return RecognitionRequest.objects.get(pk=about.pk) if about else team

    if (
        request.method == "POST"
        and form.is_valid()
        and (done := saved(form, lambda: save(form.cleaned_data), fresh=fresh))
    ):
        messages.success(request, done)
        return redirect("association:team", pk=team.pk)
    if about is not None:
        shown["file"] = request_file(requests_for(request.user).get(pk=about.pk))
    page = {"team": team, "form": form, **shown}
    return render(request, "association/recognition_form.html", page, status=status_of(form))


def _answers_page(
    request: HttpRequest, found: RecognitionRequest, typed: dict[int, AnswerForm] | None = None, status: int = 200
) -> HttpResponse:
    file = request_file(found)
    rows = [(point, (typed or {}).get(point.pk) or _answer_form(point)) for point in file.points]
    page = {
        "team": found.team,
        "file": file,
        "rows": rows,
        "can_answer": found.team.state == Team.State.TO_COMPLETE,
    }
    return render(request, "association/recognition_answers.html", page, status=status)


def _answer_form(point: ComplementPoint) -> AnswerForm:
    return AnswerForm(initial={"answer": point.answer}, version=point.version, prefix=f"point-{point.pk}")


def _reason(error: TransitionRefused | ValidationError) -> str:
    return error.reason if isinstance(error, TransitionRefused) else " ".join(error.messages)
