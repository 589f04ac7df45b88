"""Validating: what the office decides of a declared action, and of each part in it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions.models import VALIDATE, Action, Participation
from association.identifiers import NIR_REFUSED, contains_nir
from association.journal import StaleEdit, changes_since, record
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import fire, lock

REASON_LENGTH = 200


@transaction.atomic
def validate_action(*, action: Action, actor: User, version: int | None = None) -> Action:
    """Validate a declared action: the next run pays what the rules let it pay.

    Args:
        version: the one that the page had shown; None when nobody looked at it alone (many rows at once).

    Raises:
        StaleEdit: when a colleague refused or took back a participation since.
        TransitionRefused: with the reason in French.
    """
    fresh = lock(action)
    if version is not None and fresh.state == Action.State.DECLARED and version != fresh.version:
        raise StaleEdit(changes_since(fresh, version))
    return fire(fresh, "validate", actor=actor)


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
    require(actor, VALIDATE)
    reason = " ".join(reason.split())
    _check_reason(reason, "refuser une participation")
    with transaction.atomic():
        action = lock(participation.action)
        fresh = Participation.objects.select_for_update(of=("self",)).get(pk=participation.pk)
        if fresh.refused_at is not None:
            raise TransitionRefused("Cette participation est déjà refusée.")
        fresh.refused_at, fresh.refused_by, fresh.refused_reason = timezone.now(), actor, reason
        fresh.save()
        _moved_on(action, fresh, "retenue", f"refusée : {reason}", actor)
    return fresh


def accept_participation(*, participation: Participation, actor: User) -> Participation:
    """Take back the refusal of one part, while its action waits to be validated.

    Raises:
        TransitionRefused: once the action is decided, or when it is not refused.
    """
    require(actor, VALIDATE)
    with transaction.atomic():
        action = lock(participation.action)
        fresh = Participation.objects.select_for_update(of=("self",)).get(pk=participation.pk)
        if action.state != Action.State.DECLARED:
            raise TransitionRefused(
                f"Cette action est « {action.get_state_label()} » : ses participations sont figées."
            )
        if fresh.refused_at is None:
            raise TransitionRefused("Cette participation n'est pas refusée.")
        before = f"refusée : {fresh.refused_reason}"
        fresh.refused_at, fresh.refused_by, fresh.refused_reason = None, None, ""
        fresh.save()
        _moved_on(action, fresh, before, "retenue", actor)
    return fresh


DECLARED_LATE = (Action.State.DECLARED, Action.State.TO_COMPLETE, Action.State.VALIDATED)


def may_lift_deadline(action: Action) -> bool:
    """Return whether an action waits for its money: declared or validated, its deadline not lifted yet."""
    return action.state in DECLARED_LATE and action.deadline_lifted_by_id is None


def lift_deadline(*, action: Action, actor: User, reason: str) -> Action:
    """Lift the deadline of declaration for one action by a named decision (rule FORCLOS); the next run pays it.

    Raises:
        TransitionRefused: without a reason, when it is lifted already, or for an action that is never paid.
    """
    require(actor, "actions.lift_deadline")
    reason = " ".join(reason.split())
    _check_reason(reason, "lever le délai de déclaration")
    with transaction.atomic():
        fresh = lock(action)
        if fresh.deadline_lifted_by_id is not None:
            raise TransitionRefused("Le délai de déclaration de cette action est déjà levé.")
        if not may_lift_deadline(fresh):
            raise TransitionRefused(
                f"Cette action est « {fresh.get_state_label()} » : elle ne sera pas payée, aucun délai à lever."
            )
        fresh.deadline_lifted_by, fresh.deadline_lifted_reason = actor, reason
        fresh.version += 1
        fresh.save(update_fields=["deadline_lifted_by", "deadline_lifted_reason", "version"])
        said = ("deadline_lifted_reason", "Délai de déclaration", "", f"levé : {reason}")
        record(fresh, [said], actor=actor, team=fresh.team)
    return fresh


def _check_reason(reason: str, what: str) -> None:
    if not reason:
        raise TransitionRefused(f"Un motif est demandé pour {what}.")
    if len(reason) > REASON_LENGTH:
        raise TransitionRefused(f"Le motif compte {len(reason)} caractères : {REASON_LENGTH} au plus.")
    if contains_nir(reason):
        raise TransitionRefused(NIR_REFUSED)
    if "\x00" in reason:
        raise TransitionRefused("Le motif contient un caractère invisible qui ne se garde pas : retapez-le.")


def _moved_on(action: Action, participation: Participation, before: str, after: str, actor: User) -> None:
    """Keep what was decided of one part in the action's journal; whoever looks at the action learns of it."""
    action.version += 1
    action.save(update_fields=["version"])
    person = participation.professional.person
    said = ("participation", "Participation", f"{person}, {before}", f"{person}, {after}")
    record(action, [said], actor=actor, team=action.team)
