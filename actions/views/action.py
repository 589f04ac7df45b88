"""The page of one action: what was declared, who took part, the evidence, what is allowed now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.forms.deadline import DeadlineForm
from actions.forms.evidence import EvidenceForm
from actions.models import VALIDATE, Action, Participation
from actions.selectors.alerts import alerts_of
from actions.selectors.evidence import evidence_of
from actions.selectors.one import action_for, participations, whole_history
from actions.selectors.sessions import sessions_of
from actions.services import (
    accept_participation,
    cancel_action,
    declare_action,
    discard_draft,
    lift_deadline,
    refuse_participation,
    return_action,
    turn_down_action,
    validate_action,
    withdraw_action,
)
from actions.services.declaring import BEING_WRITTEN
from actions.services.evidence import OPEN_TO_EVIDENCE, OPEN_TO_WITHDRAWAL
from actions.services.validating import may_lift_deadline
from association.access import needs
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.workflow import offers

DONE = {
    "declare": "L’action est déclarée.",
    "validate": "L’action est validée : le prochain paiement mensuel paie ce que les règles permettent.",
    "return_to_declarant": "L’action est renvoyée, à compléter.",
    "turn_down": "L’action n’est pas retenue.",
    "withdraw": "L’action est retirée.",
    "discard": "Le brouillon est abandonné.",
    "cancel": "L’action est annulée : le prochain paiement mensuel régularise ce qu’elle avait donné.",
}
LIFT = "actions.lift_deadline"
TEXTS = {
    "withdraw": "L’action ne sera pas validée. Pour la corriger, déclarez-la de nouveau.",
    "discard": "Il n’a pas été déclaré : rien n’est perdu pour personne. Sa trace reste dans l’historique.",
    "cancel": "Ce que cette action a donné est régularisé par le prochain paiement mensuel. Une action validée ne se "
    "modifie pas : elle s’annule, et se déclare de nouveau.",
}


@require_safe
@needs("actions.view_action")
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an action."""
    return show_action(request, pk)


@require_POST
@needs("actions.view_action")
def action_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of an action; a refusal opens the page again with what was typed."""
    found = get_object_or_404(action_for(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        move_action(found, step, comment, actor=request.user)
    except (TransitionRefused, StaleEdit) as refused:
        said = {"step": step, "comment": comment, "error": refused.reason}
        return show_action(request, pk, refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("actions:action", pk=pk)


@require_POST
@needs(VALIDATE)
def participation_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse one part in an action with a reason, or take the refusal back; then the page that asked shows again."""
    found = get_object_or_404(_participations(request), pk=pk)
    comment = request.POST.get("comment", "")
    queue = request.POST.get("page") == "file"
    try:
        if request.POST.get("step") == "accept":
            accept_participation(participation=found, actor=request.user)
        else:
            refuse_participation(participation=found, actor=request.user, reason=comment)
    except TransitionRefused as refused:
        said = {"step": f"refuse-{pk}", "comment": comment, "error": refused.reason}
        if queue:
            from actions.views.queue import show_queue

            return show_queue(request, found.action, refused=said, status=409)
        return show_action(request, found.action_id, refused=said, status=409)
    return redirect("actions:queue_one" if queue else "actions:action", pk=found.action_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(LIFT)
def deadline_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift the deadline of declaration of one action, with a reason."""
    found = get_object_or_404(action_for(request.user), pk=pk)
    form = DeadlineForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            lift_deadline(action=found, actor=request.user, reason=form.cleaned_data["reason"])
        except TransitionRefused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.success(
                request, "Le délai est levé : le prochain paiement mensuel ne l’oppose plus à cette action."
            )
            return redirect("actions:action", pk=pk)
    page = {"action": found, "form": form, "may_lift": may_lift_deadline(found)}
    return render(request, "actions/deadline_lift.html", page, status=409 if form.errors else 200)


def move_action(action: Action, step: str, comment: str, *, actor: Any, version: int | None = None) -> Action:
    """Call the service of a step by its name.

    Raises:
        TransitionRefused: when the service refuses, or for a step that there is not.
        StaleEdit: when a participation was decided since ``version``.
    """
    match step:
        case "declare":
            return declare_action(action=action, actor=actor)
        case "withdraw":
            return withdraw_action(action=action, actor=actor)
        case "discard":
            return discard_draft(action=action, actor=actor)
        case "validate":
            return validate_action(action=action, actor=actor, version=version)
        case "return_to_declarant":
            return return_action(action=action, actor=actor, reason=comment)
        case "turn_down":
            return turn_down_action(action=action, actor=actor, reason=comment)
        case "cancel":
            return cancel_action(action=action, actor=actor, reason=comment)
    raise TransitionRefused("Cette étape n’existe pas : rien n’a été fait.")


def show_action(request: HttpRequest, pk: int, *, status: int = 200, **said: Any) -> HttpResponse:
    """Draw the page of an action, with what was typed and refused."""
    found = get_object_or_404(action_for(request.user), pk=pk)
    declares = request.user.has_perm("actions.declare_action")
    page = {
        "action": found,
        "participations": participations(found),
        "sessions": sessions_of(found),
        "evidence": evidence_of(found, user=request.user),
        "evidence_form": EvidenceForm(action_type=found.type),
        "takes_evidence": declares and found.state in OPEN_TO_EVIDENCE,
        "gives_evidence_back": declares and found.state in OPEN_TO_WITHDRAWAL,
        "is_being_written": declares and found.state in BEING_WRITTEN,
        "may_refuse": request.user.has_perm(VALIDATE)
        and found.state in (Action.State.DECLARED, Action.State.VALIDATED),
        "may_lift_deadline": request.user.has_perm(LIFT) and may_lift_deadline(found),
        "is_decided": found.state != Action.State.DECLARED,
        "alerts": alerts_of(found, user=request.user) if found.state in OPEN_TO_EVIDENCE else [],
        "steps": _steps(found, request.user),
        "history": whole_history(found),
        **said,
    }
    return render(request, "actions/action.html", page, status=status)


def _steps(action: Action, user: Any) -> list[dict[str, Any]]:
    """What is allowed now, in the order in which it is mostly done."""
    main = {Action.State.DECLARED: "validate", Action.State.DRAFT: "declare", Action.State.TO_COMPLETE: "declare"}
    found = sorted(offers(action, actor=user), key=lambda one: list(DONE).index(one.name))
    return [
        {**asdict(one), "text": TEXTS.get(one.name, ""), "main": main.get(action.state) == one.name} for one in found
    ]


def _participations(request: HttpRequest) -> Any:
    actions = Action.objects.visible_to(request.user).order_by()
    return Participation.objects.filter(action__in=actions).select_related("action__team")
