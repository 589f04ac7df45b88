"""What one may do with an object on its page."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from association.machine import Stateful
from association.models import User
from association.workflow import Offer, offers


def steps_of(obj: Stateful, *, actor: User, leave_out: Iterable[str] = ()) -> list[Offer]:
    """Return what the actor may do with an object, but for steps that need more than a comment (a date, a file)."""
    left_out = frozenset(leave_out)
    found = offers(obj, actor=actor, leave_out=left_out)
    return [offer for offer in found if not asks_for_more(obj, offer.name)]


def asks_for_more(obj: Stateful, step: str) -> bool:
    """Whether a step has an argument without default."""
    parameters = inspect.signature(getattr(type(obj), step)).parameters.values()
    return any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)
