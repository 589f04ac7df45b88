"""The queue: what was declared, one at a time, with its evidence beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from actions.forms.typed import key_of
from actions.models import VALIDATE, Action
from actions.selectors.alerts import alerts_of
from actions.selectors.evidence import evidence_of, is_pdf
from actions.selectors.one import action_for, last_decision, participations, place_of, waiting
from actions.selectors.sessions import sessions_of
from actions.views.action import move_action
from association.access import needs
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.workflow import offers

STEPS = ("validate", "return_to_declarant", "turn_down")
DONE = {"validate": "est validée", "return_to_declarant": "est renvoyée, à compléter", "turn_down": "n’est pas retenue"}
KEYS = {"validate": "v", "return_to_declarant": "r", "turn_down": "j"}


@require_safe
@needs(VALIDATE)
def queue(request: HttpRequest) -> HttpResponse:
    """Open the first action that waits, or say that none does."""
    first = waiting(request.user).first()
    if first is None:
        return render(request, "actions/queue_empty.html")
    return show_queue(request, first)


@require_safe
@needs(VALIDATE)
def queue_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one action of the queue; one that a colleague decided meanwhile is shown with what became of it."""
    return show_queue(request, get_object_or_404(Action.objects.visible_to(request.user), pk=pk))


@require_POST
@needs(VALIDATE)
def queue_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide one action; then the next one comes. What a colleague did meanwhile is said, and nothing is written."""
    found = get_object_or_404(action_for(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    after = place_of(found, user=request.user).after
    try:
        if step not in STEPS:
            raise TransitionRefused("Cette étape n’existe pas : rien n’a été fait.")
        version = key_of(request.POST.get("version", ""))
        move_action(found, step, comment, actor=request.user, version=-1 if version is None else version)
    except (TransitionRefused, StaleEdit) as refused:
        said = {"step": step, "comment": comment, "error": refused.reason}
        return show_queue(request, found, refused=said, status=409)
    messages.success(request, f"{found.reference} {DONE[step]}.")
    return redirect("actions:queue_one", pk=after) if after else redirect("actions:queue")


def show_queue(request: HttpRequest, action: Action, *, status: int = 200, **said: Any) -> HttpResponse:
    """Draw the queue at one action."""
    found = action_for(request.user).get(pk=action.pk)
    waits = found.state == Action.State.DECLARED
    pieces = evidence_of(found, user=request.user)
    page = {
        "action": found,
        "place": place_of(found, user=request.user),
        "waits": waits,
        "decided": "" if waits else last_decision(found),
        "participations": participations(found),
        "sessions": sessions_of(found),
        "evidence": [{"piece": piece, "is_pdf": is_pdf(piece)} for piece in pieces],
        "alerts": alerts_of(found, user=request.user) if waits else [],
        "steps": _steps(found, request.user) if waits else [],
        **said,
    }
    return render(request, "actions/queue.html", page, status=status)


def _steps(action: Action, user: Any) -> list[dict[str, Any]]:
    known = {one.name: one for one in offers(action, actor=user)}
    return [{"offer": known[name], "key": KEYS[name]} for name in STEPS if name in known]
