"""The one way to change a state.

`fire` moves one object through one transition; `enter_at` loads rows that come from elsewhere (import, demo) in
their state. Both write one log row per change, in the same transaction as the change itself.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from association.identifiers import NIR_REFUSED, contains_nir
from association.machine import Stateful, TransitionRefused, state_field
from association.models.history import TransitionLog
from association.models.users import User
from association.money import grouped

StatefulT = TypeVar("StatefulT", bound=Stateful)
ModelT = TypeVar("ModelT", bound=models.Model)

CHUNK = 2_000
MOST_COMMENT = 2_000  # characters that somebody may type


@dataclass(frozen=True)
class Offer:
    """A transition as a page shows it: ``reason`` says why it is not possible now, and is empty if it is."""

    name: str
    label: str
    reason: str
    needs_comment: bool
    danger: bool


def lock(obj: ModelT) -> ModelT:
    """Return the row of ``obj`` read again under a lock, its parents locked before it.

    Has to run in a transaction. On SQLite the transaction itself holds the only write lock.
    """
    for name in getattr(obj, "lock_parents", ()):
        parent = getattr(obj, name)
        if parent is not None:
            lock(parent)
    manager = type(obj)._base_manager
    return manager.select_for_update(of=("self",)).get(pk=obj.pk)


def fire(obj: StatefulT, name: str, *, actor: User, comment: str = "", said: str = "", **arguments: Any) -> StatefulT:
    """Move ``obj`` through the transition ``name`` and return the fresh row.

    Locks the row (parents first), reads it again, checks permission and guards, runs the transition method, saves,
    and writes the log row; or does none of it. The object passed in is left as it was: use the one returned.

    Args:
        comment: what somebody typed, of `MOST_COMMENT` characters at most.
        said: what the house writes before it in the history (a day, a letter); it is no reason by itself.

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        fresh = lock(obj)
        if reason := refusal(fresh, name, actor=actor, comment=comment, arguments=arguments):
            raise TransitionRefused(reason)
        _move(fresh, name, actor, f"{said} {comment}".strip() if said else comment, arguments).save()
    return fresh


def fire_all(
    rows: models.QuerySet[StatefulT], name: str, *, actor: User, comment: str = "", **arguments: Any
) -> list[StatefulT]:
    """Move every row of a query through one transition, in one transaction, and return the fresh rows.

    The same checks as `fire`, row by row; the first refusal undoes all. The parents are the caller's to lock: it holds
    them already when it moves all the rows of one parent.

    Raises:
        TransitionRefused: with the row and the reason in French.
    """
    with transaction.atomic():
        fresh = list(rows.select_for_update(of=("self",)).order_by("pk"))
        entries = []
        for obj in fresh:
            if reason := refusal(obj, name, actor=actor, comment=comment, arguments=arguments):
                raise TransitionRefused(f"{obj} : {reason}")
            entries.append(_move(obj, name, actor, comment, arguments))
        TransitionLog.objects.bulk_create(entries, batch_size=CHUNK)
    return fresh


def refusal(obj: Stateful, name: str, *, actor: User, comment: str, arguments: Mapping[str, Any]) -> str | None:
    """Return why ``actor`` may not fire ``name`` on ``obj`` now, or None when nothing speaks against it."""
    found = _transitions(obj).get(name)
    if found is None:
        return f"« {obj} » est à l'état « {obj.get_state_label()} » : cette étape n'est pas possible maintenant."
    if not actor.has_perm(found.custom["permission"], obj):
        return "Votre rôle ne permet pas cette étape."
    if found.custom["needs_comment"] and not comment.strip():
        return "Un motif est demandé pour cette étape."
    if len(comment) > MOST_COMMENT:
        return (
            f"Le motif compte {grouped(len(comment))} caractères, la limite est de {grouped(MOST_COMMENT)} : "
            "raccourcissez-le."
        )
    if contains_nir(comment):
        return NIR_REFUSED
    if "\x00" in comment:  # no database of ours keeps one the same way: PostgreSQL refuses it
        return "Le motif contient un caractère invisible qui ne se garde pas : retapez-le."
    for guard in found.custom["guards"]:
        if reason := guard(obj, actor, arguments):
            return str(reason)
    return None


def offers(obj: Stateful, *, actor: User, leave_out: Container[str] = frozenset()) -> list[Offer]:
    """Return the transitions that leave the present state and that the role knows, each with what prevents it.

    Args:
        leave_out: those that the page does not offer; their guards are not asked.
    """
    return [
        Offer(
            name=name,
            label=found.custom["label"],
            reason=refusal(obj, name, actor=actor, comment="-", arguments={}) or "",
            needs_comment=found.custom["needs_comment"],
            danger=found.custom["danger"],
        )
        for name, found in _transitions(obj).items()
        if name not in leave_out and actor.has_perm(found.custom["permission"], obj)
    ]


def enter_at(
    rows: Iterable[tuple[StatefulT, str]], *, actor: User, origin: str, comment: str = "", batch_size: int = CHUNK
) -> list[StatefulT]:
    """Create rows in the state given beside each, in bulk, with one log row each.

    Args:
        rows: unsaved objects of one model, each with its state code.
        origin: where they come from (``reprise``, ``demo``), kept in the log.

    Raises:
        ValueError: for a state that the machine does not have.
        ValidationError: for a comment that holds a NIR.
    """
    objects: list[StatefulT] = []
    for obj, state in rows:
        if state not in dict(state_field(type(obj)).flatchoices):
            raise ValueError(f"{type(obj).__name__} has no state {state!r}")
        obj.__dict__["state"] = state
        objects.append(obj)
    if not objects:
        return objects
    model = type(objects[0])
    with transaction.atomic():
        model._base_manager.bulk_create(objects, batch_size=batch_size)
        content_type = ContentType.objects.get_for_model(model)
        TransitionLog.objects.bulk_create(
            [
                TransitionLog(
                    content_type=content_type,
                    object_id=obj.pk,
                    transition="enter_at",
                    from_state="",
                    to_state=obj.__dict__["state"],
                    actor=actor,
                    comment=comment,
                    origin=origin,
                )
                for obj in objects
            ],
            batch_size=batch_size,
        )
    return objects


def machines() -> Iterator[type[Stateful]]:
    """Yield every model with a state machine, by name."""
    from django.apps import apps

    found = [model for model in apps.get_models() if issubclass(model, Stateful)]
    yield from sorted(found, key=lambda model: model._meta.label)


def _move(obj: Stateful, name: str, actor: User, comment: str, arguments: Mapping[str, Any]) -> TransitionLog:
    """Run the transition method, save the columns that it changed, and return the log row to write."""
    fields = obj._meta.concrete_fields
    before = {field.attname: obj.__dict__.get(field.attname) for field in fields}
    getattr(obj, name)(**arguments)
    obj.save(update_fields=[f.name for f in fields if obj.__dict__.get(f.attname) != before[f.attname]])
    return TransitionLog(
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        transition=name,
        from_state=str(before["state"]),
        to_state=obj.__dict__["state"],
        actor=actor,
        comment=comment,
    )


def _transitions(obj: Stateful) -> dict[str, Any]:
    """Return the transitions that leave the present state of ``obj``, by name."""
    field = state_field(type(obj))
    return {found.name: found for found in field.get_all_transitions(type(obj)) if _leaves(found, obj)}


def _leaves(found: Any, obj: Stateful) -> bool:
    return found.source in (obj.state, "*") or (found.source == "+" and obj.state != found.target)
