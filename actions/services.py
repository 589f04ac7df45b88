"""Writes on actions and participations."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions.models import Action, Participation
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import fire, lock


def validate_action(*, action: Action, actor: User) -> Action:
    """Validate a declared action: the next run pays what the rules let it pay."""
    return fire(action, "validate", actor=actor)


def return_action(*, action: Action, actor: User, reason: str) -> Action:
    """Hand a declared action back to whoever declared it, with what is to be completed."""
    return fire(action, "return_to_declarant", actor=actor, comment=reason)


def turn_down_action(*, action: Action, actor: User, reason: str) -> Action:
    """Do not retain a declared action, with a reason: it is never paid."""
    return fire(action, "turn_down", actor=actor, comment=reason)


def cancel_action(*, action: Action, actor: User, reason: str) -> Action:
    """Cancel a validated action, with a reason; the next run reverses what it had earned.

    A validated action is never edited: it is cancelled and declared anew.
    """
    return fire(action, "cancel", actor=actor, comment=reason)


def refuse_participation(*, participation: Participation, actor: User, reason: str) -> Participation:
    """Refuse one part in an action, with a reason: it neither counts nor earns, and what it earned is reversed.

    Raises:
        TransitionRefused: without a reason, or when it is refused already.
    """
    require(actor, "actions.validate_action")
    if not reason.strip():
        raise TransitionRefused("Un motif est demandé pour refuser une participation.")
    with transaction.atomic():
        lock(participation.action)
        fresh = Participation.objects.select_for_update(of=("self",)).get(pk=participation.pk)
        if fresh.refused_at is not None:
            raise TransitionRefused("Cette participation est déjà refusée.")
        fresh.refused_at, fresh.refused_by, fresh.refused_reason = timezone.now(), actor, reason
        fresh.save()
    return fresh


def lift_deadline(*, action: Action, actor: User, reason: str) -> Action:
    """Lift the deadline of declaration for one action by a named decision (rule FORCLOS)."""
    require(actor, "actions.lift_deadline")
    if not reason.strip():
        raise TransitionRefused("Un motif est demandé pour lever le délai de déclaration.")
    with transaction.atomic():
        fresh = lock(action)
        fresh.deadline_lifted_by, fresh.deadline_lifted_reason = actor, reason
        fresh.save()
    return fresh
