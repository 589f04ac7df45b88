"""The ledger over all runs, line by line: what its lists show, and how a line stands today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Case, CharField, DateField, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from actions.models import Action
from association.models import User
from payments.models import Allocation, DueLine, Exclusion, LineKind, Payment, Run

PAID, ON_THE_WAY, CLEARED, LEFT_DUE = "paid", "on_the_way", "cleared", "left_due"
SITUATIONS = {PAID: "Payé", ON_THE_WAY: "Virement en cours", CLEARED: "Compensé", LEFT_DUE: "Reste dû"}
ENDED = {PAID: Payment.State.PAID, CLEARED: Payment.State.CLEARED}
CAME_BACK = (Payment.State.REJECTED, Payment.State.RETURNED)


def ledger(user: User) -> QuerySet[DueLine]:
    """Return the lines of all approved runs with ``situation`` and ``paid_on``, the latest action first."""
    if not user.has_perm("payments.view_run"):
        return DueLine.objects.none()
    live = Allocation.objects.filter(line=OuterRef("pk"), released_at__isnull=True)
    settled = Case(
        *(When(payment__state=state, then=Value(code)) for code, state in ENDED.items()),
        default=Value(ON_THE_WAY),
        output_field=CharField(),
    )
    return (
        DueLine.objects.select_related("participation__action", "team", "professional")
        .annotate(
            situation=Coalesce(Subquery(live.values_list(settled)[:1]), Value(LEFT_DUE)),
            paid_on=Subquery(
                live.filter(payment__state=Payment.State.PAID).values("payment__paid_on")[:1],
                output_field=DateField(),
            ),
        )
        .order_by("-held_on", "-pk")
    )


def in_situation(lines: QuerySet[DueLine], situation: str) -> QuerySet[DueLine]:
    """Return the lines that stand so today (a code of `SITUATIONS`)."""
    live = Allocation.objects.filter(released_at__isnull=True).order_by()
    if situation == LEFT_DUE:
        return lines.exclude(pk__in=live.values("line"))
    if situation in ENDED:
        return lines.filter(pk__in=live.filter(payment__state=ENDED[situation]).values("line"))
    return lines.filter(pk__in=live.exclude(payment__state__in=list(ENDED.values())).values("line"))


def paid_between(lines: QuerySet[DueLine], first: date | None, last: date | None) -> QuerySet[DueLine]:
    """Return the lines that a transfer paid on one of these days settles."""
    paid = Allocation.objects.filter(released_at__isnull=True, payment__state=Payment.State.PAID).order_by()
    if first is not None:
        paid = paid.filter(payment__paid_on__gte=first)
    if last is not None:
        paid = paid.filter(payment__paid_on__lte=last)
    return lines.filter(pk__in=paid.values("line"))


def returned_between(lines: QuerySet[DueLine], first: date | None, last: date | None) -> QuerySet[DueLine]:
    """Return the lines of transfers that the bank rejected or gave back on one of these days."""
    back = Allocation.objects.filter(payment__state__in=CAME_BACK).order_by()
    if first is not None:
        back = back.filter(payment__back_on__gte=first)
    if last is not None:
        back = back.filter(payment__back_on__lte=last)
    return lines.filter(pk__in=back.values("line"))


def came_back_for(lines: QuerySet[DueLine], reasons: Collection[str]) -> QuerySet[DueLine]:
    """Return the lines of transfers that the bank gave back for one of these reasons."""
    back = Allocation.objects.filter(payment__state__in=CAME_BACK, payment__bank_reason__in=reasons).order_by()
    return lines.filter(pk__in=back.values("line"))


def sum_of(lines: QuerySet[DueLine]) -> int:
    """Return what lines add up to, in euro cents."""
    return lines.order_by().aggregate(cents=Sum("amount_cents"))["cents"] or 0


def excluded(user: User) -> QuerySet[Exclusion]:
    """Return the validated participations that no run has paid, each under its last reason, the latest action first."""
    if not user.has_perm("payments.view_run"):
        return Exclusion.objects.none()
    paid = DueLine.objects.filter(kind=LineKind.INITIAL).order_by().values("participation")
    last = (
        Exclusion.objects.filter(
            ~Q(run__state=Run.State.VOIDED),
            participation__action__state=Action.State.VALIDATED,
            participation__refused_at__isnull=True,
        )
        .exclude(participation__in=paid)
        .order_by()
        .values("participation")
        .annotate(last=Max("pk"))
        .values("last")
    )
    return (
        Exclusion.objects.filter(pk__in=last)
        .select_related("participation__action__team", "participation__professional")
        .order_by("-participation__action__held_on", "-pk")
    )
