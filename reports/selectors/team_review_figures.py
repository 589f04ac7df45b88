"""The figures of teams in a civil year, as their reviews show and freeze them: in a number of queries of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from actions.models import Action, Participation
from conventions.models import Convention
from conventions.selectors.terms import terms_on
from payments.models import RECOVERED, Allocation, DueLine, Payment
from reports.team_review_content import YearFigures

# What such a payment settles has reached the beneficiary: by a transfer, or against what was owed back.
SETTLED = (Payment.State.PAID, Payment.State.CLEARED)


def under_convention(year: int, *, teams: Collection[int] | None = None) -> QuerySet[Convention]:
    """Return the conventions that were in force on at least one day of a year, suspended or not (dates alone).

    The last day of a convention is its end, or the day before its termination took effect (docs/payment-rules.md).
    """
    found = Convention.objects.filter(
        state__in=Convention.PAYING, effective_on__lte=date(year, 12, 31), ends_on__gte=date(year, 1, 1)
    )
    found = found.exclude(terminated_on__lte=date(year, 1, 1)).exclude(terminated_on__lte=F("effective_on"))
    return found if teams is None else found.filter(team__in=teams)


def figures_by_team(teams: Collection[int], year: int, *, on: date | None = None) -> dict[int, YearFigures]:
    """Return the figures of a year by team's key, in as many queries for a region as for one team.

    Args:
        on: the day that the figures bear (today by default); they are counted now.
    """
    day = on or timezone.localdate()
    types, patients = _actions(teams, year)
    parts, people = _participations(teams, year)
    due, paid = _due(teams, year), _paid(teams, year)
    ceilings = _ceilings(teams, year)
    return {
        team: YearFigures(
            counted_on=day,
            actions=dict(sorted(types[team].items())),
            participations=parts.get(team, 0),
            professionals=people.get(team, 0),
            patients=patients[team],
            due_cents=due.get(team, 0),
            paid_cents=paid.get(team, 0),
            ceiling_cents=ceilings.get(team),
        )
        for team in teams
    }


def figures_of(team: int, year: int) -> YearFigures:
    """Return the figures of one team as they are now."""
    return figures_by_team([team], year)[team]


def _in(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _actions(teams: Collection[int], year: int) -> tuple[dict[int, dict[str, int]], dict[int, int]]:
    types: dict[int, dict[str, int]] = defaultdict(dict)
    patients: dict[int, int] = defaultdict(int)
    rows = Action.objects.filter(team__in=teams, state=Action.State.VALIDATED, held_on__range=_in(year)).order_by()
    for team, code, count, concerned in rows.values_list("team", "type").annotate(
        count=Count("pk"), concerned=Sum("patients_count", default=0)
    ):
        types[team][code] = count
        patients[team] += concerned
    return types, patients


def _participations(teams: Collection[int], year: int) -> tuple[dict[int, int], dict[int, int]]:
    person = Coalesce("professional__merged_into", "professional")
    rows = (
        Participation.objects.filter(
            refused_at=None,
            action__team__in=teams,
            action__state=Action.State.VALIDATED,
            action__held_on__range=_in(year),
        )
        .order_by()
        .values_list("action__team")
        .annotate(count=Count("pk"), people=Count(person, distinct=True))
    )
    found = list(rows)
    return {team: count for team, count, _ in found}, {team: people for team, _, people in found}


def _due(teams: Collection[int], year: int) -> dict[int, int]:
    rows = DueLine.objects.exclude(kind__in=RECOVERED).filter(team__in=teams, held_on__range=_in(year)).order_by()
    return dict(rows.values_list("team").annotate(Sum("amount_cents")))


def _paid(teams: Collection[int], year: int) -> dict[int, int]:
    rows = Allocation.objects.filter(
        released_at=None, payment__state__in=SETTLED, line__team__in=teams, line__held_on__range=_in(year)
    ).order_by()
    return dict(rows.values_list("line__team").annotate(Sum("line__amount_cents")))


def _ceilings(teams: Collection[int], year: int) -> dict[int, int]:
    """As amended on the last day of the year on which a convention was in force; of two, that of the later effect."""
    found: dict[int, tuple[tuple[date, date, int], int]] = {}
    for convention in under_convention(year, teams=teams).prefetch_related("terms"):
        last = min(convention.ends_on, date(year, 12, 31))
        if convention.terminated_on is not None:
            last = min(last, convention.terminated_on - timedelta(days=1))
        rank = (last, convention.effective_on or date.min, convention.pk)
        if convention.terms.all() and (convention.team_id not in found or rank > found[convention.team_id][0]):
            found[convention.team_id] = (rank, terms_on(convention, last).ceiling_cents)
    return {team: ceiling for team, (_, ceiling) in found.items()}
