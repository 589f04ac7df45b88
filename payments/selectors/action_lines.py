"""What an action has given: its due lines, and what the next run reverses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actions.models import Action
from association.models import User
from association.selectors.people import same_person
from payments.models import DueLine
from payments.selectors.candidates import lines_to_reverse, live_lines


@dataclass(frozen=True)
class ActionLines:
    """The lines that a user sees, and sums in cents over them.

    Attributes:
        live_cents: what stands now; a cancellation reverses it.
        reversed_next_cents: what the next run reverses already.
    """

    lines: tuple[DueLine, ...]
    live_cents: int
    reversed_next_cents: int
    shows_all: bool


def lines_of(action: Action, *, user: User) -> ActionLines | None:
    """Return what an action has given, or nothing when no run decided it yet; a referent sees the own lines only."""
    rows = DueLine.objects.filter(participation__action=action)
    if not rows.exists():
        return None
    shows_all = user.has_perm("payments.view_run")
    if not shows_all:
        rows = rows.filter(professional__in=same_person([user.professional_id or 0]))
    lines = tuple(rows.select_related("run", "professional__merged_into").order_by("run__created_at", "pk"))
    seen = [line.pk for line in lines]
    return ActionLines(
        lines=lines,
        live_cents=_sum(live_lines().filter(pk__in=seen).values_list("amount_cents", flat=True)),
        reversed_next_cents=_sum(lines_to_reverse().filter(pk__in=seen).values_list("amount_cents", flat=True)),
        shows_all=shows_all,
    )


def _sum(cents: Iterable[int]) -> int:
    return sum(cents)
