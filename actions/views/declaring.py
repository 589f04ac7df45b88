"""Declaring an action: the form, and its parts that follow while somebody types."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.forms.declaring import ActionForm
from actions.forms.sessions import drawn_sessions
from actions.forms.typed import SoFar, day_of, grid_of, key_of, read_so_far, type_of
from actions.models import DECLARE, Action, ActionSettings
from actions.selectors.alerts import alerts_while_typing
from actions.selectors.attendance import people_of
from actions.selectors.evidence import evidence_of
from actions.selectors.sessions import attendance_of
from actions.services import save_and_declare, save_draft
from actions.services.declaring import BEING_WRITTEN
from association.access import needs
from association.forms.shared import CONFLICT, saved, status_of
from association.models import Team, Theme
from association.nomenclature import Modality

DECLARE_STEP, NEXT_STEP = "declarer", "suivante"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DECLARE)
def action_new(request: HttpRequest) -> HttpResponse:
    """Declare an action, or keep it as a draft; an address may bring team, type and date."""
    if request.method == "POST":
        return _save(request, None)
    asked = {
        "team": key_of(request.GET.get("equipe", "")),
        "type": type_of(request.GET.get("type", "")),
        "held_on": day_of(request.GET.get("date", "")),
        "modality": Modality.ON_SITE,
    }
    form = ActionForm(initial={name: value for name, value in asked.items() if value}, user=request.user)
    form.begin_at("held_on" if asked["team"] and asked["type"] else "team")
    team = Team.objects.visible_to(request.user).filter(pk=asked["team"]).first() if asked["team"] else None
    so_far = SoFar(team=team, held_on=asked["held_on"], type=asked["type"] or "")  # type: ignore[arg-type]
    return _page(request, form, so_far)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DECLARE)
def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a draft, or with an action that is to be completed; another one leads to its page."""
    action = get_object_or_404(Action.objects.visible_to(request.user).select_related("team"), pk=pk)
    if request.method == "POST":
        return _save(request, action)
    if action.state not in BEING_WRITTEN:
        messages.warning(request, f"Cette action est « {action.get_state_label()} » : elle ne se modifie plus.")
        return redirect("actions:action", pk=pk)
    written = {name: getattr(action, name) for name in Action.JOURNALED}
    form = ActionForm(initial=written, version=action.version, user=request.user, action=action)
    so_far = SoFar(action.team, action.held_on, action.type, people_of(action), "", action, attendance_of(action))
    return _page(request, form, so_far)


@require_safe
@needs(DECLARE)
def attendance(request: HttpRequest) -> HttpResponse:
    """Draw the attendance grid again, for another team, day or type; who was ticked stays ticked."""
    so_far = read_so_far(request.GET, user=request.user)
    form = ActionForm(user=request.user)
    form.offer_kinds(so_far.type)
    page = {"grid": grid_of(so_far), "form": form, "required": ActionSettings.current().required_of(so_far.type)}
    return render(request, "actions/attendance_answer.html", page)


@require_POST
@needs(DECLARE)
def sessions(request: HttpRequest) -> HttpResponse:
    """Draw the sessions of the form again, one more or one less; nothing is written, nothing is called wrong yet."""
    found = drawn_sessions(
        read_so_far(request.POST, user=request.user),
        request.POST,
        remove=request.POST.get("remove", ""),
        add="add" in request.POST,
    )
    return render(request, "actions/sessions_fields.html", {"sessions": found})


@require_safe
@needs(DECLARE)
def alerts_typed(request: HttpRequest) -> HttpResponse:
    """Say what is worth a look at what is typed so far."""
    return render(
        request, "actions/alerts.html", {"alerts": _alerts(request, read_so_far(request.GET, user=request.user))}
    )


def _save(request: HttpRequest, action: Action | None) -> HttpResponse:
    form = ActionForm(request.POST, request.FILES, user=request.user, action=action)
    step = request.POST.get("step", DECLARE_STEP)
    if form.is_valid():
        write = save_and_declare if step in (DECLARE_STEP, NEXT_STEP) else save_draft
        save = partial(
            write,
            typed=form.typed(),
            action=action,
            version=form.version_seen if action else None,
            brought=form.brought(),
            actor=request.user,
        )
        fresh = partial(Action.objects.get, pk=action.pk) if action else None
        if (written := saved(form, save, fresh=fresh)) is not None:
            return _written(request, written, step)
    form.keep_file()
    so_far = read_so_far(request.POST, user=request.user)
    return _page(request, form, so_far, status=_status(form, action))


def _status(form: ActionForm, action: Action | None) -> int:
    """409 is for an action that moved on; a declaration that is refused is about what was typed: 422."""
    if action is None or status_of(form) != CONFLICT:
        return 422
    fresh = Action.objects.get(pk=action.pk)
    return CONFLICT if fresh.version != form.version_seen or fresh.state not in BEING_WRITTEN else 422


def _written(request: HttpRequest, action: Action, step: str) -> HttpResponse:
    page = reverse("actions:action", args=[action.pk])
    done = "est enregistrée comme brouillon" if action.state in BEING_WRITTEN else "est déclarée"
    messages.success(request, f"L’action {action.reference} {done}.")
    if step != NEXT_STEP:
        return redirect(page)
    kept = {"equipe": action.team_id, "type": action.type, "date": action.held_on.isoformat()}
    return redirect(f"{reverse('actions:action_new')}?{urlencode(kept)}")


def _alerts(request: HttpRequest, so_far: SoFar) -> list[Any]:
    if not (so_far.team and so_far.held_on and so_far.type):
        return []
    pieces = evidence_of(so_far.action, user=request.user) if so_far.action else []
    return alerts_while_typing(
        team=so_far.team,
        action_type=so_far.type,
        held_on=so_far.held_on,
        people=so_far.people,
        action=so_far.action,
        files={one.sha256: one.get_kind_display() for one in pieces},
        sessions=so_far.sessions,
        user=request.user,
    )


def _page(request: HttpRequest, form: ActionForm, so_far: SoFar, *, status: int = 200) -> HttpResponse:
    form.offer_kinds(so_far.type)
    teams = Team.objects.visible_to(request.user)
    without = so_far.team is not None and not form.fields["team"].queryset.filter(pk=so_far.team.pk).exists()  # type: ignore[attr-defined]
    page = {
        "form": form,
        "grid": grid_of(so_far),
        "sessions": drawn_sessions(so_far, request.POST if form.is_bound else None, checked=True),
        "alerts": _alerts(request, so_far),
        "action": form.action,
        "evidence": evidence_of(form.action, user=request.user) if form.action else [],
        "required": ActionSettings.current().required_of(so_far.type),
        "themes": Theme.objects.order_by("name"),
        "without_convention": so_far.team if without else None,
        "left_out": teams.count() - form.fields["team"].queryset.count(),  # type: ignore[attr-defined]
    }
    return render(request, "actions/declare.html", page, status=status)
