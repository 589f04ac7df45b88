"""Fonds dédiés: what a grant paid in and the fiscal year did not use, as a proposal for the accountant, per grant.

What was received of a grant by its last day, with what was carried to it and less what was carried on or given back,
less what it was used for by then: lines of its period, charges à payer for actions of its period, running costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils import timezone

from association.models import User
from payments.exercise import Exercise
from payments.models import Grant, GrantDecision
from payments.selectors.accruals import Accruals, accruals
from payments.selectors.grants import granted, spent, used


@dataclass(frozen=True)
class DedicatedFunds:
    """One grant at the end of a fiscal year, in euro cents.

    Attributes:
        received: what the funder had paid by then.
        carried: what earlier grants carried to it, less what was carried on or given back.
        due: lines of the period; ``owed``: charges à payer for actions of the period; ``spent``: running costs.
    """

    grant: Grant
    granted: int
    received: int
    carried: int
    due: int
    owed: int
    spent: int

    @property
    def used(self) -> int:
        return self.due + self.owed + self.spent

    @property
    def proposed(self) -> int:
        """What came in and was not used: to be carried to fonds dédiés."""
        return max(0, self.received + self.carried - self.used)

    @property
    def awaited(self) -> int:
        """What was used before it came in."""
        return max(0, self.used - self.received - self.carried)


def dedicated_funds(exercise: Exercise, *, user: User, found: Accruals | None = None) -> list[DedicatedFunds]:
    """Return the signed grants that have a day in a fiscal year, or something left of before, as they stand at its end.

    While it lasts, as they stand today.

    Args:
        found: the charges à payer by its last day, when they were computed already.
    """
    day = min(exercise.ends_on, timezone.localdate())
    owed = (found or accruals(exercise.ends_on)).days
    grants = Grant.objects.visible_to(user).binding().filter(starts_on__lte=day).order_by("starts_on", "pk")
    rows = [_of(grant, day, _between(owed, grant.starts_on, grant.ends_on)) for grant in grants]
    return [row for row in rows if row.grant.ends_on >= exercise.starts_on or row.proposed]


def _of(grant: Grant, day: date, owed: int) -> DedicatedFunds:
    received = grant.instalments.filter(received_on__lte=day).aggregate(cents=Sum("received_cents", default=0))["cents"]
    decided = GrantDecision.objects.filter(decided_on__lte=day)
    came = decided.filter(to_grant=grant).aggregate(cents=Sum("amount_cents", default=0))["cents"]
    left = decided.filter(grant=grant).aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return DedicatedFunds(
        grant=grant,
        granted=sum(granted(grant, at=day)),
        received=received,
        carried=came - left,
        due=used(grant, at=day)[0],
        owed=owed,
        spent=spent(grant, at=day),
    )


def _between(days: Mapping[date, int], first: date, last: date) -> int:
    return sum(cents for day, cents in days.items() if first <= day <= last)
