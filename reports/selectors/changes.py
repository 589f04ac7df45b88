"""What changed between two versions of a report, and why: actions validated or cancelled since, money paid since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet, Sum

from actions.models import Action
from association.models import TransitionLog
from payments.models import Allocation, DueLine, Payment
from reports.indicators import Scope
from reports.periods import Period

NAMED = 30  # actions whose reference is given; of the others their number


def changes(before: Mapping[str, Any], now: Mapping[str, Any], *, number: int, since: datetime) -> dict[str, Any]:
    """Return what differs between two snapshots of a report, and what happened in between.

    Args:
        before, now: the numbers of two versions.
        number: of the version before.
        since: when its numbers were taken.
    """
    known = {told["key"]: told for told in before["indicators"]}
    values = [
        {
            "key": told["key"],
            "name": told["name"],
            "unit": told["unit"],
            "before": known[told["key"]]["value"] if told["key"] in known else None,
            "now": told["value"],
        }
        for told in now["indicators"]
        if told["key"] not in known or known[told["key"]]["value"] != told["value"]
    ]
    scope = Scope(now["scope"]["department"])
    period = Period(*(datetime.fromisoformat(now["period"][name]).date() for name in ("first", "last")))
    return {"number": number, "values": values, "causes": _causes(scope, period, since)}


def _causes(scope: Scope, period: Period, since: datetime) -> list[dict[str, Any]]:
    moved = {
        "validated": ("Actions validées depuis", _moved(scope, period, since, Action.State.VALIDATED)),
        "cancelled": ("Actions annulées depuis", _moved(scope, period, since, Action.State.CANCELLED)),
    }
    found: list[dict[str, Any]] = []
    for code, (label, actions) in moved.items():
        if count := actions.count():
            references = list(actions.order_by("held_on", "reference").values_list("reference", flat=True)[:NAMED])
            found.append({"code": code, "label": label, "count": count, "cents": None, "references": references})
    lines = DueLine.objects.filter(
        scope.teams("team__"), held_on__range=(period.first, period.last), run__approved_at__gt=since
    )
    paid = Allocation.objects.filter(
        scope.teams("line__team__"),
        released_at__isnull=True,
        line__held_on__range=(period.first, period.last),
        payment__in=_logged(Payment, since, Payment.State.PAID),
        payment__state=Payment.State.PAID,
    )
    sums = (
        ("due", "Indemnités figées depuis", lines.count(), lines.aggregate(sum=Sum("amount_cents"))),
        ("paid", "Indemnités payées depuis", paid.count(), paid.aggregate(sum=Sum("line__amount_cents"))),
    )
    for code, label, count, total in sums:
        if count:
            found.append({"code": code, "label": label, "count": count, "cents": total["sum"] or 0, "references": []})
    return found


def _moved(scope: Scope, period: Period, since: datetime, state: str) -> QuerySet[Action]:
    return Action.objects.filter(
        scope.teams("team__"),
        held_on__range=(period.first, period.last),
        state=state,
        pk__in=_logged(Action, since, state),
    )


def _logged(model: Any, since: datetime, state: str) -> QuerySet[TransitionLog, Any]:
    logs = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(model), to_state=state, at__gt=since
    )
    return logs.order_by().values("object_id")
