"""The history of one object: its changes of state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType

from association.machine import Stateful
from association.models import Role, TransitionLog, User

# Who did it, to those who are not told names: a referent is a professional, and so may a treasurer be.
HOUSES = {Role.REFERENT: "l’équipe", Role.ARS: "l’ARS", Role.SYSTEM: "le site"}


@dataclass(frozen=True)
class Entry:
    """One line of a history: what was done, the state it led to, when, by whom, and why."""

    label: str
    at: datetime
    actor: str
    comment: str = ""
    state: str = ""
    state_label: str = ""


def house_of(actor: User) -> str:
    """Return the house of who did something, in place of the name."""
    return HOUSES.get(Role(actor.role), "l’association")


def history_of(obj: Stateful, *, reader: User | None = None) -> list[Entry]:
    """Return the changes of state of an object, newest first.

    Args:
        reader: somebody of the ARS is told the house of who did it, and no name. What the association or a team wrote
            with a step may name somebody: the ARS reads its own comments alone.
    """
    rows = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor")
    field: Any = obj._meta.get_field("state")  # type: ignore[misc]
    labels = {found.name: found.custom["label"] for found in field.get_all_transitions(type(obj))}
    states = dict(field.flatchoices)
    if reader is None or reader.role != Role.ARS:
        return [_entry(row, labels, states, str(row.actor), row.comment) for row in rows]
    own = {row.pk: row.comment if row.actor.role == Role.ARS else "" for row in rows}
    return [_entry(row, labels, states, house_of(row.actor), own[row.pk]) for row in rows]


def _entry(row: TransitionLog, labels: Mapping[str, Any], states: Mapping[Any, Any], actor: str, comment: str) -> Entry:
    created = {"reprise": "Reprise du classeur", "demo": "Région de démonstration"}.get(row.origin, "Création")
    return Entry(
        label=str(labels.get(row.transition, created)),
        at=row.at,
        actor=actor,
        comment=comment,
        state=row.to_state,
        state_label=str(states.get(row.to_state, row.to_state)),
    )
