"""What changed between two versions of a report, and why: what was validated, cancelled, frozen, paid… since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Q, QuerySet, Sum

from actions.models import Action
from association.models import FieldChange, Membership, Team, TransitionLog
from conventions.models import Amendment, Convention
from payments.models import RECOVERED, Allocation, DueLine, Exclusion, Payment
from reports.comparison import differences, explained
from reports.indicators import Scope
from reports.models import TeamReview
from reports.periods import Period

FORMAT = 2  # 1: values and causes alone; what reads it asks for the rest with a default
NAMED = 30  # actions whose reference is given; of the others their number
ACTIONS = ("activity.", "concertation.", "teams.inactive")


def changes(before: Mapping[str, Any], now: Mapping[str, Any], *, number: int, since: datetime) -> dict[str, Any]:
    """Return what differs between two snapshots of a report, and what happened in between.

    Args:
        before, now: the numbers of two versions.
        number: of the version before.
        since: when its numbers were taken.
    """
    scope = Scope(now["scope"]["department"])
    period = Period(*(datetime.fromisoformat(now["period"][name]).date() for name in ("first", "last")))
    found: dict[str, Any] = differences(before, now)
    causes = [cause.told for cause in _causes(scope, period, since) if cause.count]
    explained(found, causes)
    kept = ("code", "label", "count", "cents", "references")
    return {
        "format": FORMAT,
        "number": number,
        **found,
        "causes": [{name: cause[name] for name in kept} for cause in causes],
    }


@dataclass(frozen=True)
class Cause:
    """Something that happened since the version before.

    Attributes:
        rows: (where it happened: cut -> key of the row, how often, cents).
        explains: beginnings of the keys of the indicators whose values, and rows, it changes.
        only_rows: it moves something between the rows of a cut, and leaves the value alone.
    """

    code: str
    label: str
    rows: Sequence[tuple[Mapping[str, str], int, int]]
    explains: tuple[str, ...]
    is_money: bool = False
    only_rows: bool = False
    references: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(count for _, count, _ in self.rows)

    @property
    def told(self) -> dict[str, Any]:
        """The cause in plain words and numbers, with its counts by row of each cut."""
        by: dict[str, dict[str, list[Any]]] = {}
        for where, count, cents in self.rows:
            for cut, key in where.items():
                told = by.setdefault(cut, {}).setdefault(key, [0, 0 if self.is_money else None])
                told[0] += count
                if self.is_money:
                    told[1] += cents
        return {
            "code": self.code,
            "label": self.label,
            "count": self.count,
            "cents": sum(cents for _, _, cents in self.rows) if self.is_money else None,
            "references": list(self.references),
            "by": by,
            "explains": self.explains,
            "only_rows": self.only_rows,
        }


def _causes(scope: Scope, period: Period, since: datetime) -> Iterator[Cause]:
    for code, label, state in (
        ("validated", "Actions validées depuis", Action.State.VALIDATED),
        ("cancelled", "Actions annulées depuis", Action.State.CANCELLED),
        ("declared", "Actions déclarées depuis, en attente de validation", Action.State.DECLARED),
    ):
        about = ("activity.pending", "teams.inactive") if code == "declared" else ACTIONS
        yield _moved_actions(code, label, state, about, scope, period, since)
    yield from _ledger(scope, period, since)
    yield from _files(scope, since)


def _moved_actions(
    code: str, label: str, state: str, about: tuple[str, ...], scope: Scope, period: Period, since: datetime
) -> Cause:
    moved = Action.objects.filter(
        scope.teams("team__"),
        held_on__range=(period.first, period.last),
        state=state,
        pk__in=_logged(Action, since, state),
    ).order_by("held_on", "reference")
    found = list(moved.values_list("team__department", "team__code", "type", "held_on", "theme", "reference"))
    rows = [
        (
            {"department": place, "team": team, "type": kind, "month": f"{day:%Y-%m}", "theme": theme, "state": state},
            1,
            0,
        )
        for place, team, kind, day, theme, _ in found
    ]
    return Cause(code, label, rows, about, references=tuple(row[-1] for row in found[:NAMED]))


def _ledger(scope: Scope, period: Period, since: datetime) -> Iterator[Cause]:
    held = (period.first, period.last)
    lines = (
        DueLine.objects.exclude(kind__in=RECOVERED)
        .filter(scope.teams("team__"), held_on__range=held, run__approved_at__gt=since)
        .order_by()
        .values_list("team__department", "team__code", "action_type", "held_on", "kind", "cut_by")
        .annotate(count=Count("pk"), cents=Sum("amount_cents"))
    )
    yield Cause(
        "due",
        "Indemnités figées depuis",
        [
            (
                {
                    "department": place,
                    "team": team,
                    "type": type_,
                    "month": f"{day:%Y-%m}",
                    "kind": kind,
                    "ceiling": "+".join(sorted(cut_by.split("+"))),
                },
                count,
                cents,
            )
            for place, team, type_, day, kind, cut_by, count, cents in lines
        ],
        (
            "money.due",
            "money.cut",
            "money.excluded",
            "ceiling.",
            "grant.due",
            "grant.left",
            "grant.share",
            "grant.forecast",
        ),
        is_money=True,
    )
    live = Allocation.objects.filter(
        scope.teams("line__team__"),
        released_at__isnull=True,
        payment__state=Payment.State.PAID,
        payment__in=_logged(Payment, since, Payment.State.PAID),
    ).order_by()
    yield Cause(
        "paid",
        "Virements de la période constatés payés depuis",
        _allocated(live.filter(payment__paid_on__range=held), "payment__paid_on"),
        ("money.paid", "money.delay", "grant.paid"),
        is_money=True,
    )
    yield Cause(
        "settled",
        "Indemnités de la période payées depuis",
        [({"settled": "paid"}, *found) for found in _summed(live.filter(line__held_on__range=held))],
        ("money.due",),
        is_money=True,
        only_rows=True,
    )
    gone = Allocation.objects.filter(
        Q(line__held_on__range=held) | Q(payment__paid_on__range=held),
        scope.teams("line__team__"),
        payment__state__in=Payment.GONE,
        payment__in=_logged(Payment, since, *Payment.GONE),
    ).order_by()
    yield Cause(
        "returned",
        "Virements rejetés, retournés ou sans effet depuis",
        _allocated(gone, "payment__paid_on"),
        ("money.paid", "money.returned", "money.delay", "grant.paid"),
        is_money=True,
    )
    left_out = (
        Exclusion.objects.filter(
            scope.teams("participation__action__team__"),
            participation__action__held_on__range=held,
            run__approved_at__gt=since,
        )
        .order_by()
        .values_list("participation__action__team__department", "participation__action__team__code", "reason")
        .annotate(count=Count("pk"))
    )
    yield Cause(
        "excluded",
        "Participations laissées sans indemnité depuis",
        [({"department": place, "team": team, "reason": reason}, count, 0) for place, team, reason, count in left_out],
        ("money.excluded",),
    )


def _allocated(allocations: QuerySet[Allocation], day: str) -> list[tuple[dict[str, str], int, int]]:
    """The sums of allocations by department, team, type and month of a day (none: that of no row)."""
    rows = allocations.values_list("line__team__department", "line__team__code", "line__action_type", F(day)).annotate(
        count=Count("pk"), cents=Sum("line__amount_cents")
    )
    return [
        (
            {"department": place, "team": team, "type": type_, **({"month": f"{on:%Y-%m}"} if on else {})},
            count,
            cents,
        )
        for place, team, type_, on, count, cents in rows
    ]


def _summed(allocations: QuerySet[Allocation]) -> Iterable[tuple[int, int]]:
    total = allocations.aggregate(count=Count("pk"), cents=Sum("line__amount_cents"))
    return [(total["count"], total["cents"] or 0)]


def _files(scope: Scope, since: datetime) -> Iterator[Cause]:
    """What changed in the files of teams: their states, conventions, amendments, members and reviews."""
    for code, label, model, team, about in (
        (
            "teams",
            "Dossiers d’équipe qui ont changé d’état depuis",
            Team,
            "",
            ("teams.", "path.", "territory.", "people."),
        ),
        (
            "conventions",
            "Conventions qui ont changé d’état depuis",
            Convention,
            "team__",
            ("conventions.", "teams.", "path.recognition", "ceiling.", "grant.committed", "grant.forecast"),
        ),
        (
            "amendments",
            "Avenants qui ont changé d’état depuis",
            Amendment,
            "convention__team__",
            ("conventions.amended", "ceiling.", "grant.committed"),
        ),
        ("reviews", "Bilans annuels qui ont changé d’état depuis", TeamReview, "team__", ("reviews.", "objectives.")),
    ):
        moved = model._default_manager.filter(scope.teams(team), pk__in=_logged(model, since))
        yield _in_files(code, label, moved.order_by().values_list(f"{team}department", f"{team}code"), about)
    members = FieldChange.objects.filter(
        scope.teams("team__"),
        content_type=ContentType.objects.get_for_model(Membership),
        team__isnull=False,
        at__gt=since,
    )
    places = members.order_by().values_list("team__department", "team__code", "object_id").distinct()
    yield _in_files("members", "Fiches de membre modifiées depuis", [row[:2] for row in places], ("people.",))


def _in_files(code: str, label: str, places: Iterable[Sequence[Any]], about: tuple[str, ...]) -> Cause:
    return Cause(code, label, [({"department": place, "team": team}, 1, 0) for place, team in places], about)


def _logged(model: Any, since: datetime, *states: str) -> QuerySet[TransitionLog, Any]:
    logs = TransitionLog.objects.filter(content_type=ContentType.objects.get_for_model(model), at__gt=since)
    if states:
        logs = logs.filter(to_state__in=states)
    return logs.order_by().values("object_id")
