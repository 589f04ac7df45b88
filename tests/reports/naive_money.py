"""The indicators of money and ceilings a second time (tests.reports.naive)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from association.models import TransitionLog
from payments.models import DueLine, Exclusion, Payment, Price
from reports.periods import Period
from tests.reports.arithmetic import median, quartiles, ratio, rounded

if TYPE_CHECKING:
    from tests.reports.naive import Found, Naive


def money(naive: Naive) -> dict[str, Found]:
    period = naive.period
    due = [line for line in naive.lines if line.held_on in period and line.kind not in ("repaid", "waived")]
    live = [a for a in naive.allocations if a.released_at is None]
    paid = [a for a in live if a.payment.state == "paid" and a.payment.paid_on in period]
    reversed_ = {line.reverses_id for line in naive.lines if line.reverses_id}
    cut = [line for line in due if line.cut_by and line.kind != "reversal" and line.pk not in reversed_]
    situation = {a.line_id: {"paid": "paid", "cleared": "cleared"}.get(a.payment.state, "on_the_way") for a in live}
    back = {
        row.object_id for row in TransitionLog.objects.filter(content_type__model="payment")
        if row.to_state in ("rejected", "returned") and timezone.localdate(row.at) in period
    }  # fmt: skip
    returned = [a for a in naive.allocations if a.payment_id in back]
    days = [max((a.payment.paid_on - a.line.held_on).days, 0) for a in paid if a.line.kind == "initial"]
    return {
        "money.due": naive.summed(
            (line.team, line.amount_cents,
             {"type": line.action_type, "month": f"{line.held_on:%Y-%m}", "kind": line.kind,
              "settled": situation.get(line.pk, "left_due")})
            for line in due
        ),
        "money.paid": naive.summed(
            (a.line.team, a.line.amount_cents,
             {"type": a.line.action_type, "month": f"{a.payment.paid_on:%Y-%m}"}) for a in paid
        ),
        "money.returned": only(naive.summed(
            (a.line.team, a.line.amount_cents, {"state": a.payment.state, "reason": a.payment.bank_reason})
            for a in returned
        ), "state", "reason"),
        "money.cut": only(naive.summed(
            (line.team, line.price_cents - line.amount_cents,
             {"ceiling": "+".join(sorted(line.cut_by.split("+")))}) for line in cut
        ), "ceiling", "team"),
        "money.delay": (median(days), {"quartiles": quartiles(days)}),
        **left_out(naive),
        **ceilings(naive),
    }  # fmt: skip


def only(found: Found, *names: str) -> Found:
    value, cuts = found
    return value, {name: cuts.get(name, Counter()) for name in names}


def left_out(naive: Naive) -> dict[str, Found]:
    excluded: dict[int, Exclusion] = {}
    for one in Exclusion.objects.order_by("pk"):
        excluded[one.participation_id] = one
    paid_parts = {line.participation_id for line in DueLine.objects.filter(kind="initial")}
    found = [excluded[p.pk] for p in naive.parts if p.pk in excluded and p.pk not in paid_parts]

    def worth(one: Exclusion) -> int:
        part = one.participation
        profession = part.professional.person.profession
        for wanted in (profession, ""):
            prices = [
                p for p in Price.objects.all()
                if (p.kind, p.action_type, p.role, p.profession)
                == (part.action.team.kind, part.action.type, part.role, wanted)
                and p.starts_on <= part.action.held_on
            ]  # fmt: skip
            if prices:
                return max(prices, key=lambda p: (p.starts_on, p.version)).amount_cents
        return 0

    def told(value_of: Callable[[Exclusion], int]) -> Found:
        return naive.summed(
            (naive.team[one.participation.action.team_id], value_of(one), {"reason": one.reason}) for one in found
        )

    return {"money.excluded": told(lambda one: 1), "money.excluded_cents": told(worth)}


def ceilings(naive: Naive) -> dict[str, Found]:
    used = {naive.team[pk]: pair for pk, pair in naive.used.items()}
    shares = {team: ratio(max(spent, 0), ceiling, 1000) or 0 for team, (spent, ceiling) in used.items()}
    classes: Counter[str] = Counter(class_of(share) for share in shares.values())
    departments: dict[str, Any] = {}
    for team, (spent, ceiling) in used.items():
        before = departments.get(team.department_id, (0, 0))
        departments[team.department_id] = (before[0] + spent, before[1] + ceiling)
    spent, whole = sum(spent for spent, _ in used.values()), sum(ceiling for _, ceiling in used.values())
    tenths = list(shares.values())
    quarters = Counter({name: rounded(Fraction(value, 10)) for name, value in quartiles(tenths).items()})
    return {
        "ceiling.used_cents": naive.by((team, spent) for team, (spent, _) in used.items()),
        "ceiling.cents": naive.by((team, ceiling) for team, (_, ceiling) in used.items()),
        "ceiling.share": (
            ratio(max(spent, 0), whole, 1000),
            {
                "class": classes,
                "team": Counter({team.code: share for team, share in shares.items()}),
                "department": Counter(
                    {code: ratio(max(some, 0), of, 1000) or 0 for code, (some, of) in departments.items()}
                ),
            },
        ),
        "ceiling.median": (quarters["median"] if tenths else None, {"quartiles": quarters}),
    }


def class_of(share: int) -> str:
    for highest, name in ((0, "0"), (250, "1-25"), (500, "25-50"), (750, "50-75"), (999, "75-100")):
        if share <= highest:
            return name
    return "100"


def total_of_payments(period: Period) -> int:
    """What the payments' own table says was paid in a period, in cents."""
    return sum(p.amount_cents for p in Payment.objects.all() if p.state == "paid" and p.paid_on in period)
