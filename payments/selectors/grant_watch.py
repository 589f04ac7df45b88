"""What has to be looked at of the grants: targets, alerts, what a run would make due, and what no grant covers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from actions.models import Action, Participation
from association.models import User
from association.nomenclature import ActionType
from conventions.models import Convention
from payments.models import RECOVERED, DueLine, Grant, Indicator, PreflightSettings
from payments.selectors.grants import granted, used

TYPES_OF: dict[str, tuple[str, ...]] = {
    Indicator.ACTIONS: tuple(ActionType.values),
    Indicator.RCP: (ActionType.RCP, ActionType.RCPP),
    Indicator.PPS: (ActionType.PPS,),
    Indicator.PROTOCOLE: (ActionType.PROTOCOLE,),
    Indicator.PREVENTION: (ActionType.PREVENTION, ActionType.ETP),
}


@dataclass(frozen=True)
class Reached:
    """A target, and what the period has reached of it."""

    target: Any
    reached: int

    @property
    def percent(self) -> int:
        return self.reached * 100 // self.target.value if self.target.value else 100


def reached(grant: Grant) -> list[Reached]:
    """Return the targets of a grant with what the period has reached."""
    targets = list(grant.targets.all())
    if not targets:
        return []
    period = {"held_on__gte": grant.starts_on, "held_on__lte": grant.ends_on}
    counts: dict[str, int] = defaultdict(int)
    validated = Action.objects.filter(state=Action.State.VALIDATED, **period).order_by()
    counts.update(validated.values_list("type").annotate(Count("id")))
    found: dict[str, int] = {
        indicator: sum(counts[action_type] for action_type in types) for indicator, types in TYPES_OF.items()
    }
    wanted = {target.indicator for target in targets}
    if Indicator.TEAMS in wanted:
        found[Indicator.TEAMS] = _teams_under_convention(grant)
    if Indicator.PROFESSIONALS in wanted:
        parts = Participation.objects.filter(action__in=validated, refused_at__isnull=True).order_by()
        person = Coalesce("professional__merged_into", "professional")
        found[Indicator.PROFESSIONALS] = parts.aggregate(count=Count(person, distinct=True))["count"]
    return [Reached(target, found[target.indicator]) for target in targets]


@dataclass(frozen=True)
class Alert:
    """A signed grant that has passed a threshold: ``percent`` of its teams' part is due."""

    grant: Grant
    percent: int
    threshold: int


def alerts(user: User, *, today: date | None = None) -> list[Alert]:
    """Return the grants of the day, in the user's scope, that have passed a threshold of the settings: one, or none."""
    settings, day = PreflightSettings.current(), today or timezone.localdate()
    found = []
    for grant in Grant.objects.visible_to(user).holding(day, day).filter(state=Grant.State.SIGNED):
        teams, due = granted(grant, at=day)[0], used(grant, at=day)[0]
        for threshold in (settings.grant_second_percent, settings.grant_first_percent):
            if teams and due * 100 >= threshold * teams:
                found.append(Alert(grant, due * 100 // teams, threshold))
                break
    return found


def grants_after(lines: QuerySet[Any]) -> dict[int, tuple[int, int]]:
    """Return, for each signed grant to which new lines belong, (due with them, the teams' part), in cents."""
    found = {}
    for grant in Grant.objects.binding().order_by("pk"):
        of_period = lines.filter(held_on__gte=grant.starts_on, held_on__lte=grant.ends_on)
        mine = of_period.exclude(kind__in=RECOVERED)
        new = mine.aggregate(cents=Sum("amount_cents"))["cents"]
        if new is not None:
            found[grant.pk] = (used(grant)[0] + new, granted(grant)[0])
    return found


def without_grant(year: int) -> int:
    """Return what the actions of a civil year made due on days that no signed grant holds, in cents."""
    outside = DueLine.objects.exclude(kind__in=RECOVERED).filter(
        held_on__gte=date(year, 1, 1), held_on__lte=date(year, 12, 31)
    )
    for grant in Grant.objects.holding(date(year, 1, 1), date(year, 12, 31)):
        outside = outside.exclude(held_on__gte=grant.starts_on, held_on__lte=grant.ends_on)
    return int(outside.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _teams_under_convention(grant: Grant) -> int:
    """How many teams had a convention in force on a day of the period; an opened suspension does not take it away."""
    rows = Convention.objects.filter(
        Q(terminated_on__isnull=True) | Q(terminated_on__gt=grant.starts_on),
        state__in=Convention.PAYING,
        effective_on__lte=grant.ends_on,
        ends_on__gte=grant.starts_on,
    )
    return rows.order_by().values("team").distinct().count()
