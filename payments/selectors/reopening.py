"""What a team's ceiling cut and excluded in a civil year, and the decisions that reopened it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from actions.models import Participation
from association.models import Team
from payments.models import DueLine, Exclusion, Run, YearReopening
from payments.pricing import Reason
from payments.selectors.candidates import live_lines


@dataclass(frozen=True)
class Cut:
    """What the ceiling took from a team in a year, as frozen; amounts in euro cents.

    ``lines``: lines that it cut, ``cut_cents``: by how much. ``excluded``: participations that it left with nothing.
    """

    year: int
    lines: int
    cut_cents: int
    excluded: int
    participations: frozenset[int]

    @property
    def count(self) -> int:
        return self.lines + self.excluded


def cut_of(team: Team, year: int) -> Cut:
    """Return what the ceiling took from a team in a civil year and no later run gave back."""
    lines = cut_lines(team).filter(held_on__year=year)
    sums = lines.aggregate(cents=Sum(F("price_cents") - F("amount_cents")))
    of_lines = set(lines.values_list("participation_id", flat=True))
    excluded = set(
        _excluded(team).filter(participation__action__held_on__year=year).values_list("participation_id", flat=True)
    )
    excluded -= set(live_lines().filter(participation__in=excluded).values_list("participation_id", flat=True))
    return Cut(year, len(of_lines), sums["cents"] or 0, len(excluded), frozenset(of_lines | excluded))


def cut_lines(team: Team) -> QuerySet[DueLine]:
    """Return the live lines of a team that its ceiling cut."""
    return live_lines().filter(team=team, cut_by__contains=Reason.CAP_TEAM.value, price__isnull=False)


def _excluded(team: Team) -> QuerySet[Exclusion]:
    standing = Run.objects.frozen()
    return Exclusion.objects.filter(
        participation__action__team=team,
        participation__action__state="validated",
        participation__refused_at__isnull=True,
        reason=Reason.CAP_TEAM.value,
        run__in=standing,
    )


def reopenings_of(team: Team) -> QuerySet[YearReopening]:
    """Return the decisions on a team's years, newest first."""
    return YearReopening.objects.filter(team=team).select_related("decided_by")


def parts_named(parts: Iterable[Any]) -> list[tuple[Any, Participation]]:
    """Put beside each part of a preview its participation, with action and professional; in one query."""
    known = list(parts)
    rows = Participation.objects.select_related("action", "professional").in_bulk(
        [one.participation_id for one in known]
    )
    return [(one, rows[one.participation_id]) for one in known]
