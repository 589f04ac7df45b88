"""What a state machine is made of: the base class, the transition decorator, the guards.

The machines stand on ``django_fsm``; they are set in motion by `association.workflow.fire` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar

import django_fsm
from django.db import models

Guard = Callable[[Any, Any, Mapping[str, Any]], str | None]


class StateField(django_fsm.FSMField):
    """A state: a stable code that nobody can assign (``protected``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("verbose_name", "état")
        kwargs.setdefault("max_length", 20)
        kwargs["protected"] = True
        kwargs["db_index"] = True
        super().__init__(*args, **kwargs)


class Stateful(models.Model):
    """A model with one state machine in its field ``state``.

    ``lock_parents`` names the foreign keys whose rows `fire` locks first, parents before children
    (team, convention, action, run): one order for everybody, so that two writers never wait for each other.
    """

    lock_parents: ClassVar[tuple[str, ...]] = ()
    state: Any  # a StateField of each machine

    class Meta:
        abstract = True

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """Read the row again; the state too (a protected field would refuse to be set twice)."""
        if fields is None or "state" in fields:
            self.__dict__.pop("state", None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    def get_state_label(self) -> str:
        """Return the French label of the state."""
        return str(dict(state_field(type(self)).flatchoices).get(self.state, self.state))


@cache
def state_field(model: type[Stateful]) -> StateField:
    """Return the field that holds the state of a machine."""
    return next(field for field in model._meta.concrete_fields if isinstance(field, StateField))


def transition(
    field: StateField,
    *,
    source: Any,
    target: str,
    permission: str,
    label: str,
    guards: Iterable[Guard] = (),
    needs_comment: bool = False,
    danger: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a transition.

    Args:
        permission: who may, as ``app.codename`` (granted to roles in the app's ``permissions.py``).
        label: the French verb on the button.
        guards: functions ``(object, actor, arguments)`` that return the reason to refuse, in French, or None.
        needs_comment: a reason has to be given (and is kept in the history).
        danger: the page asks once more before it does it.
    """
    return django_fsm.transition(
        field=field,
        source=source,
        target=target,
        permission=permission,
        custom={
            "label": label,
            "permission": permission,
            "guards": tuple(guards),
            "needs_comment": needs_comment,
            "danger": danger,
        },
    )


class TransitionRefused(Exception):
    """A change of state was refused; ``reason`` is a French sentence that one can show."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
