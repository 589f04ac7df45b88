"""One action as its page and the queue show it, and the queue itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from actions.models import Action, Participation
from association.journal import changes_of
from association.models import TransitionLog, User
from association.models.territory import search_key
from association.selectors.history import Entry, history_of


@dataclass(frozen=True)
class Place:
    """Where an action stands in the queue: how many wait, which one this is, and those beside it."""

    number: int
    count: int
    before: int | None
    after: int | None


def action_for(user: User) -> QuerySet[Action]:
    """Return the actions of the user's scope with what their page shows."""
    return Action.objects.visible_to(user).select_related("team", "declared_by", "deadline_lifted_by")


def participations(action: Action) -> list[Participation]:
    """Return who took part, by name, refused ones last."""
    rows = action.participations.select_related("professional__merged_into", "refused_by")
    return sorted(rows, key=lambda row: (row.refused_at is not None, search_key(str(row.professional.person))))


def whole_history(action: Action) -> list[Entry]:
    """Return the changes of state and of what was typed, newest first."""
    changes = (
        Entry(one.label, one.at, str(one.actor), f"« {one.before or 'vide'} » est devenu « {one.after or 'vide'} »")
        for one in changes_of(action)
    )
    return sorted([*history_of(action), *changes], key=lambda entry: entry.at, reverse=True)


def waiting(user: User) -> QuerySet[Action]:
    """Return what waits to be validated, the oldest action first."""
    return Action.objects.visible_to(user).filter(state=Action.State.DECLARED).order_by("held_on", "reference", "pk")


def place_of(action: Action, *, user: User) -> Place:
    """Return the place of an action in the queue; one that waits no longer stands where it stood."""
    queue = list(waiting(user).values_list("held_on", "reference", "pk"))
    here = (action.held_on, action.reference, action.pk)
    before = [row for row in queue if row < here]
    after = [row for row in queue if row > here]
    return Place(
        number=len(before) + 1,
        count=len(queue),
        before=before[-1][2] if before else None,
        after=after[0][2] if after else None,
    )


def last_decision(action: Action) -> str:
    """Return who brought an action to its state, in words: what a colleague did meanwhile."""
    last = (
        TransitionLog.objects.filter(content_type__app_label="actions", content_type__model="action")
        .filter(object_id=action.pk)
        .select_related("actor")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None:
        return ""
    at = timezone.localtime(last.at)
    reason = f" : {last.comment}" if last.comment else "."
    return f"{last.actor} l'a fait passer à « {action.get_state_label()} » le {at:%d/%m/%Y à %H:%M}{reason}"
