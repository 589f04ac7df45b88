"""A grant's figures once more, by plain loops over every row: what the sums of the house are compared with."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from conventions.models import Convention
from payments.models import DueLine, Grant, Payment


def naive_figures(grant: Grant, today: date) -> dict[str, int]:
    """Return due, paid, on_its_way, waiting and committed of a grant, in cents, as things are now."""
    found = dict.fromkeys(("due", "paid", "on_its_way", "waiting"), 0)
    used: dict[tuple[int, int], int] = defaultdict(int)
    for line in DueLine.objects.prefetch_related("allocations__payment"):
        used[line.team_id, line.held_on.year] += line.amount_cents
        if not grant.starts_on <= line.held_on <= grant.ends_on:
            continue
        found["due"] += line.amount_cents
        live = [one.payment for one in line.allocations.all() if one.released_at is None]
        if not live:
            found["waiting"] += line.amount_cents
        elif live[0].state in (Payment.State.PAID, Payment.State.CLEARED):
            found["paid"] += line.amount_cents
        else:
            found["on_its_way"] += line.amount_cents
    ceilings: dict[tuple[int, int], int] = defaultdict(int)
    conventions = list(
        Convention.objects.filter(effective_on__isnull=False, state__in=Convention.PAYING).prefetch_related(
            "terms", "suspensions"
        )
    )
    day = max(today, grant.starts_on)
    while day <= grant.ends_on:
        for one in conventions:
            if in_force(one, day):
                key = (one.team_id, day.year)
                ceilings[key] = max(ceilings[key], ceiling_on(one, day))
        day += timedelta(days=1)
    found["committed"] = sum(max(0, cents - used[key]) for key, cents in ceilings.items())
    return found


def in_force(convention: Convention, day: date) -> bool:
    assert convention.effective_on is not None
    if day < convention.effective_on or day > convention.ends_on:
        return False
    if convention.terminated_on and day >= convention.terminated_on:
        return False
    return not any(
        one.starts_on <= day and (one.ends_on is None or day < one.ends_on) for one in convention.suspensions.all()
    )


def ceiling_on(convention: Convention, day: date) -> int:
    known = [one for one in convention.terms.all() if one.effective_on is None or one.effective_on <= day]
    return max(known, key=lambda one: one.effective_on or date.min).ceiling_cents
