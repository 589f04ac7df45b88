"""The indicators of yearly reviews a second time (tests.reports.naive)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reports.models import ReviewObjective, TeamReview
from tests.reports.arithmetic import ratio

if TYPE_CHECKING:
    from tests.reports.naive import Found, Naive


def reviews(naive: Naive) -> dict[str, Found]:
    year = naive.day.year if f"{naive.day:%m-%d}" == "12-31" else naive.day.year - 1
    asked = [r for r in TeamReview.objects.all() if r.team_id in naive.team and r.year == year and r.state != "waived"]
    received = [r for r in asked if r.state in ("submitted", "validated")]
    validated = [r for r in asked if r.state == "validated"]
    missing = [r for r in asked if r.state in ("to_fill", "returned")]
    objectives = [
        o for o in ReviewObjective.objects.select_related("review") if o.review_id in {r.pk for r in validated}
    ]  # fmt: skip
    followed = [o for o in objectives if o.value or o.result in ("atteint", "partiel", "non_atteint")]
    reached = [o for o in objectives if o.result == "atteint"]
    decided = [o for o in objectives if o.result in ("atteint", "partiel", "non_atteint")]

    def places(rows: list[TeamReview]) -> Counter[str]:
        return Counter(naive.team[r.team_id].department_id for r in rows)

    def of(rows: list[ReviewObjective]) -> Found:
        return naive.by((naive.team[o.review.team_id], 1) for o in rows)

    def share(part: Counter[str], whole: Counter[str]) -> Found:
        shares = {code: ratio(part[code], whole[code], 1000) for code in whole}
        return ratio(part.total(), whole.total(), 1000), {"department": Counter({c: s for c, s in shares.items() if s})}

    value, cuts = of(objectives)
    return {
        "reviews.expected": (
            len(asked), {"state": Counter(r.state for r in asked), "department": places(asked)}
        ),
        "reviews.received": (len(received), {"department": places(received)}),
        "reviews.validated": (len(validated), {"department": places(validated)}),
        "reviews.share": share(places(received), places(asked)),
        "reviews.missing": (
            len(missing),
            {"department": places(missing), "team": Counter(naive.team[r.team_id].code for r in missing)},
        ),
        "objectives.all": (
            value,
            {**cuts, "result": Counter(o.result for o in objectives),
             "audience": Counter(o.audience for o in objectives)},
        ),
        "objectives.followed": of(followed),
        "objectives.reached": of(reached),
        "objectives.share": share(of(reached)[1]["department"], of(decided)[1]["department"]),
    }  # fmt: skip
