"""What is granted, due, paid, committed and left of a "convention de financement", today or as at a past day.

Every figure is summed from the ledger by the date of the action (docs/payment-rules.md, "Grants"): nothing is kept
twice, and `reports` reads the same functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import User
from conventions.models import Convention
from payments.forecast import (
    PACE_MONTHS,
    Forecast,
    Window,
    committed,
    foresee,
    months_between,
    windows,
)
from payments.models import (
    RECOVERED,
    Allocation,
    DueLine,
    Grant,
    GrantAmendment,
    GrantDecision,
    GrantInstalment,
    Payment,
    Run,
    RunningCost,
)
from payments.pricing.facts import ConventionFacts, Suspension, Terms
from payments.selectors.kept import kept, stamp_of_the_data

TEAMS, RUNNING = "part des équipes", "part du fonctionnement"


@dataclass(frozen=True)
class GrantFigures:
    """A grant in figures, in euro cents, as at the end of a day.

    ``team_granted`` and ``running_granted`` are as amended, with what was carried over from earlier grants; ``due`` is
    what the actions of the period earned, ``paid`` what the bank has paid of it, ``on_its_way`` what is in a payment
    that is not paid yet, ``waiting`` the rest. ``committed`` is what signed conventions may still cost.
    """

    at: date
    team_granted: int
    running_granted: int
    expected: int
    received: int
    due: int
    paid: int
    on_its_way: int
    committed: int
    spent: int
    team_decided: int
    running_decided: int

    @property
    def granted(self) -> int:
        return self.team_granted + self.running_granted

    @property
    def waiting(self) -> int:
        return self.due - self.paid - self.on_its_way

    @property
    def left(self) -> int:
        """What is left of the teams' part: below zero, more is due than was granted."""
        return self.team_granted - self.due

    @property
    def free(self) -> int:
        """What neither a line nor a signed convention may still take."""
        return self.left - self.committed

    @property
    def running_left(self) -> int:
        return self.running_granted - self.spent

    @property
    def percent(self) -> int:
        """The share of the teams' part that is due, whole percents rounded down."""
        return self.due * 100 // self.team_granted if self.team_granted else 0


# --- which grant -------------------------------------------------------------------------------------------------


def grant_on(day: date) -> Grant | None:
    """Return the signed grant that pays for what happened on a day: at most one (`shares_no_day`)."""
    return Grant.objects.holding(day, day).first()


def grant_list(user: User) -> QuerySet[Grant]:
    """Return the grants of the user's scope with what their list shows, in one query."""
    lines = DueLine.objects.exclude(kind__in=RECOVERED).filter(
        held_on__gte=OuterRef("starts_on"), held_on__lte=OuterRef("ends_on")
    )
    return Grant.objects.visible_to(user).annotate(
        granted_cents=F("team_cents")
        + F("running_cents")
        + _of(GrantAmendment.objects.filter(grant=OuterRef("pk")), F("team_change_cents") + F("running_change_cents"))
        + _of(GrantDecision.objects.filter(to_grant=OuterRef("pk")), F("amount_cents")),
        received_cents=_of(GrantInstalment.objects.filter(grant=OuterRef("pk")), F("received_cents")),
        # A draft pays for nothing yet.
        due_cents=Case(When(state__in=Grant.BINDING, then=_of(lines, F("amount_cents"))), default=Value(0)),
    )


def _of(rows: QuerySet[Any], amount: Any) -> Coalesce:
    """The sum over the rows of one grant, zero without any."""
    summed = rows.order_by().annotate(one=Value(1)).values("one").annotate(cents=Sum(amount)).values("cents")
    return Coalesce(Subquery(summed), Value(0))


# --- figures -----------------------------------------------------------------------------------------------------


def figures_of(grant: Grant, *, at: date | None = None) -> GrantFigures:
    """Return a grant in figures as at the end of a day (today), in a number of queries that its lines do not change."""
    day = at or timezone.localdate()
    team_granted, running_granted = granted(grant, at=day)
    due, paid, on_its_way = used(grant, at=day)
    team_decided, running_decided = _decided(grant, day)
    instalments = grant.instalments.aggregate(
        expected=Sum("expected_cents", default=0),
        received=Sum("received_cents", filter=Q(received_on__lte=day), default=0),
    )
    return GrantFigures(
        at=day,
        team_granted=team_granted,
        running_granted=running_granted,
        expected=instalments["expected"],
        received=instalments["received"],
        due=due,
        paid=paid,
        on_its_way=on_its_way,
        committed=committed_of(grant, at=day),
        spent=spent(grant, at=day),
        team_decided=team_decided,
        running_decided=running_decided,
    )


def granted(grant: Grant, *, at: date | None = None) -> tuple[int, int]:
    """Return (teams' part, running costs) as amended by a day, with what was carried over from earlier grants."""
    day = at or timezone.localdate()
    changes = grant.amendments.filter(signed_on__lte=day).aggregate(
        team=Sum("team_change_cents", default=0), running=Sum("running_change_cents", default=0)
    )
    carried = _by_part(GrantDecision.objects.filter(to_grant=grant, decided_on__lte=day))
    return (
        grant.team_cents + changes["team"] + carried[GrantDecision.Part.TEAMS],
        grant.running_cents + changes["running"] + carried[GrantDecision.Part.RUNNING],
    )


def used(grant: Grant, *, at: date | None = None) -> tuple[int, int, int]:
    """Return (due, paid of it, in payments that are on their way) for the actions of the period, in cents.

    What no live payment settles is the rest. A payment that came back later counts as it stood on the day.
    """
    first, last, day = grant.starts_on, grant.ends_on, at or timezone.localdate()
    return kept(f"used|{first}|{last}|{day}", lambda: _used(first, last, day), stamp=stamp_of_the_data())


def _used(first: date, last: date, day: date) -> tuple[int, int, int]:
    end = _end_of(day)
    due = _lines(first, last, end).aggregate(cents=Sum("amount_cents", default=0))["cents"]
    live = (
        Allocation.objects.filter(line__held_on__gte=first, line__held_on__lte=last)
        .filter(Q(released_at__isnull=True) | Q(released_at__gte=end))
        .alias(frozen_at=Coalesce("payment__run__approved_at", "payment__run__created_at"))
        .filter(frozen_at__lt=end)
    )
    is_paid = Q(payment__paid_on__lte=day) | Q(payment__state=Payment.State.CLEARED)
    found = live.aggregate(
        paid=Sum("line__amount_cents", filter=is_paid, default=0), all=Sum("line__amount_cents", default=0)
    )
    return due, found["paid"], found["all"] - found["paid"]


def spent(grant: Grant, *, at: date | None = None) -> int:
    """Return the running costs of the period, in cents."""
    last = min(grant.ends_on, at or timezone.localdate())
    rows = RunningCost.objects.filter(spent_on__gte=grant.starts_on, spent_on__lte=last)
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def spent_by_heading(grant: Grant) -> dict[str, int]:
    """Return heading -> cents of the running costs of the period, in the order of the accounts."""
    rows = RunningCost.objects.filter(spent_on__gte=grant.starts_on, spent_on__lte=grant.ends_on)
    return dict(rows.order_by("heading").values_list("heading").annotate(Sum("amount_cents")))


def committed_of(grant: Grant, *, at: date | None = None) -> int:
    """Return what signed conventions may still cost in what is left of the period (docs/payment-rules.md, "Grants")."""
    day = at or timezone.localdate()
    ahead = list(windows(grant.starts_on, grant.ends_on, day=day))
    return committed(_conventions(), _used_of_years(ahead, _end_of(day)), ahead) if ahead else 0


def left(grant: Grant, *, at: date | None = None) -> tuple[int, int]:
    """Return what is left of (teams' part, running costs), in cents; below zero when more was used."""
    teams, running = granted(grant, at=at)
    return teams - used(grant, at=at)[0], running - spent(grant, at=at)


def forecast(grant: Grant, *, at: date | None = None) -> Forecast | None:
    """Return what will be due at the end of the period; None as long as no month was ever settled.

    The mean of the last `PACE_MONTHS` settled months (fewer when the house is younger), by type of action, for each
    month to come; never more than what signed conventions may still cost.
    """
    day = at or timezone.localdate()
    end = _end_of(day)
    runs = Run.objects.frozen().exclude(state=Run.State.VOIDED)
    frozen = runs.alias(at=Coalesce("approved_at", "created_at")).filter(at__lt=end)
    last = frozen.exclude(kind=Run.Kind.EXTRA).aggregate(last=Max("month"))["last"]
    oldest = DueLine.objects.aggregate(first=Min("held_on"))["first"] if last else None
    if last is None or oldest is None:
        return None
    months = months_between(max(_shifted(last, 1 - PACE_MONTHS), min(oldest.replace(day=1), last)), last)
    first_ahead = max(_shifted(last, 1), grant.starts_on.replace(day=1))
    ahead = months_between(first_ahead, grant.ends_on) if first_ahead <= grant.ends_on else []
    rows = (
        _lines(months[0], _shifted(last, 1) - timedelta(days=1), end)
        .values_list("held_on", "action_type")
        .annotate(Sum("amount_cents"))
    )
    by_month: dict[tuple[date, str], int] = defaultdict(int)
    for held_on, action_type, cents in rows:
        by_month[held_on.replace(day=1), action_type] += cents
    return foresee(
        by_month,
        months=months,
        months_ahead=len(ahead),
        due_cents=used(grant, at=day)[0],
        most=committed_of(grant, at=day),
    )


def undecided(grant: Grant) -> dict[str, int]:
    """Return what is left of each part, by its name, and that no decision has carried over or given back yet."""
    teams, running = left(grant, at=max(grant.ends_on, timezone.localdate()))
    decided = _by_part(grant.decisions.all())
    return {
        TEAMS: max(0, teams - decided[GrantDecision.Part.TEAMS]),
        RUNNING: max(0, running - decided[GrantDecision.Part.RUNNING]),
    }


# --- what they are read from -------------------------------------------------------------------------------------


def _end_of(day: date) -> datetime:
    """The first instant after a day, in Paris."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _shifted(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _lines(first: date, last: date, end: datetime) -> QuerySet[DueLine]:
    """The lines of the actions of some days that were frozen before an instant."""
    return (
        DueLine.objects.order_by()
        .exclude(kind__in=RECOVERED)
        .filter(held_on__gte=first, held_on__lte=last)
        .alias(frozen_at=Coalesce("run__approved_at", "run__created_at"))
        .filter(frozen_at__lt=end)
    )


def _by_part(rows: QuerySet[GrantDecision]) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    found.update(rows.order_by().values_list("part").annotate(Sum("amount_cents")))
    return found


def _decided(grant: Grant, day: date) -> tuple[int, int]:
    found = _by_part(grant.decisions.filter(decided_on__lte=day))
    return found[GrantDecision.Part.TEAMS], found[GrantDecision.Part.RUNNING]


def _used_of_years(ahead: list[Window], end: datetime) -> dict[tuple[int, int], int]:
    """Return (team, civil year) -> cents due: a ceiling is that of the whole year, whatever the grant."""
    return {
        (team, window.year): cents
        for window in ahead
        for team, cents in _lines(date(window.year, 1, 1), date(window.year, 12, 31), end)
        .values_list("team_id")
        .annotate(Sum("amount_cents"))
    }


def _conventions() -> dict[int, list[ConventionFacts]]:
    """Return the signed conventions by team, as the pricing reads them."""
    found: dict[int, list[ConventionFacts]] = defaultdict(list)
    for one in Convention.objects.filter(state__in=Convention.PAYING).prefetch_related("terms", "suspensions"):
        terms = sorted(one.terms.all(), key=lambda row: row.effective_on or date.min)
        found[one.team_id].append(
            ConventionFacts(
                one.pk,
                one.effective_on,
                one.ends_on,
                tuple(Terms(row.effective_on, row.ceiling_cents, frozenset(row.action_types)) for row in terms),
                one.terminated_on,
                tuple(Suspension(row.starts_on, row.ends_on) for row in one.suspensions.all()),
            )
        )
    return found
