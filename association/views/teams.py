"""The pages of the teams: the dossier, its steps, its journal, the forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.findings import findings_of
from association.forms.shared import put_errors, saved, status_of
from association.forms.teams import DATED_STEPS, NewTeamForm, TeamForm, step_form
from association.machine import TransitionRefused
from association.models import Team
from association.selectors import dossier, teams
from association.selectors.journal import journal_of
from association.services.teams import change_team, register_team, take_step

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@needs("association.manage_team")
def team_new(request: HttpRequest) -> HttpResponse:
    """Register a team at its first contact."""
    code = teams.next_code(request.user.department_id or teams.usual_department())
    form = NewTeamForm(request.POST or None, initial={"officer": request.user.pk}, next_code=code)
    if form.is_valid():
        made = saved(form, lambda: register_team(values=form.values(), actor=request.user))
        if made is not None:
            messages.success(request, f"« {made} » est inscrite. Ajoutez ses membres, puis accompagnez-la.")
            return redirect("association:team", pk=made.pk)
    return render(request, "association/team_form.html", {"form": form}, status=status_of(form))


@get_or_post
@needs("association.manage_team")
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the dossier says of a team; who comes second is told what the first changed."""
    found = get_object_or_404(dossier.team_dossier(request.user), pk=pk)
    form = TeamForm(request.POST or None, initial=_shown(found), version=found.version, team=found)
    if form.is_valid():

        def save() -> Team:
            return change_team(team=found, values=form.values(), version=form.version_seen, actor=request.user)

        if saved(form, save, fresh=lambda: Team.objects.get(pk=pk)) is not None:
            messages.success(request, "Le dossier est enregistré.")
            return redirect("association:team", pk=pk)
    return render(request, "association/team_form.html", {"form": form, "team": found}, status=status_of(form))


@require_safe
@needs("association.view_team")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's dossier: its head; its sections load by themselves."""
    return _team_page(request, get_object_or_404(dossier.team_dossier(request.user), pk=pk))


@require_POST
@needs("association.view_team")
def team_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a team through a step; what was typed comes back with a refusal, its dialog open again."""
    found = get_object_or_404(dossier.team_dossier(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    form = step_form(step, request.POST)
    refused = {"step": step, "comment": comment, "error": dossier.refusal_of(found, step, actor=request.user)}
    if refused["error"] or not form.is_valid():
        return _team_page(request, found, refused=refused, form=form)
    try:
        moved = take_step(team=found, step=step, actor=request.user, comment=comment, **form.cleaned_data)
    except TransitionRefused as said:
        fresh = get_object_or_404(dossier.team_dossier(request.user), pk=pk)
        return _team_page(request, fresh, refused={**refused, "error": said.reason}, form=form)
    except ValidationError as said:
        put_errors(form, said)
        return _team_page(request, found, refused=refused, form=form)
    messages.success(request, f"L’équipe est maintenant {moved.get_state_label().lower()}.")
    return redirect("association:team", pk=pk)


@require_safe
@needs("association.view_journal")
def team_journal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a page of a team's journal, as a part of its dossier."""
    found = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    asked = request.GET.get("page", "")
    page = journal_of(found, page=int(asked) if asked.isdecimal() else 1)
    return render(request, "association/team_journal.html", {"team": found, "journal": page})


def _team_page(
    request: HttpRequest, team: Team, refused: dict[str, Any] | None = None, form: forms.Form | None = None
) -> HttpResponse:
    found = findings_of(team)
    sections = dossier.sections_of(team, user=request.user)
    steps = dossier.steps_of_team(team, actor=request.user)
    asked = refused["step"] if refused else ""
    following = dossier.next_of(team, found=found, sections=sections, steps=steps, user=request.user)
    page = {
        "team": team,
        "next": following,
        "stages": dossier.stages_of(team),
        "subject": dossier.subject_of(team),
        "findings": dossier.summary_of(found, user=request.user),
        "sections": sections,
        "steps": [
            _with_form(one, form if one.name == asked and asked in DATED_STEPS else None)
            for one in steps
            if one.name != following.step  # it stands above, with its button
        ],
        "refused": refused,
    }
    return render(request, "association/team.html", page, status=409 if refused else 200)


def _with_form(offer: Any, form: forms.Form | None) -> dict[str, Any]:
    """An offer as `partials/offers.html` shows it, with what its step has to know."""
    return {
        "name": offer.name,
        "label": offer.label,
        "reason": offer.reason,
        "needs_comment": offer.needs_comment,
        "danger": offer.danger,
        "form": form or (step_form(offer.name) if offer.name in DATED_STEPS else None),
    }


def _shown(team: Team) -> dict[str, Any]:
    """What the form shows of a team before anything is typed."""
    names = [name for name in TeamForm.base_fields if name not in ("version", "communes", "themes")]
    return {
        **{name: getattr(team, name) for name in names},
        "communes": list(team.communes.all()),
        "themes": list(team.themes.all()),
    }
