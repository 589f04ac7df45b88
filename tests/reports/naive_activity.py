"""The indicators of actions and meetings a second time (tests.reports.naive)."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from actions.models import Participation
from tests.reports.arithmetic import ratio
from tests.reports.naive_money import only

if TYPE_CHECKING:
    from tests.reports.naive import Cuts, Found, Naive


def activity(naive: Naive) -> dict[str, Found]:
    validated = [a for a in naive.actions if a.state == "validated"]
    pending = [a for a in naive.actions if a.state in ("declared", "to_complete")]
    active = {a.team for a in validated}
    people = {(p.professional.person.pk, p.professional.person.profession) for p in naive.parts}
    participations = naive.summed((p.action.team, 1, {"type": p.action.type}) for p in naive.parts)
    if len({p.action.team_id for p in naive.parts}) > 1:
        participations[1]["profession"] = Counter(p.professional.person.profession for p in naive.parts)
    return {
        "activity.validated": naive.summed(
            (a.team, 1, {"type": a.type, "month": f"{a.held_on:%Y-%m}", "theme": a.theme}) for a in validated
        ),
        "activity.pending": only(naive.summed((a.team, 1, {"state": a.state}) for a in pending),
                                 "state", "department"),
        "activity.teams": (len(active), {"department": Counter(t.department_id for t in active)}),
        "activity.patients": naive.summed((a.team, a.patients_count or 0, {"type": a.type}) for a in validated),
        "activity.participations": participations,
        "activity.people": (len(people), {"profession": Counter(trade for _, trade in people)}),
        **concertation(naive),
    }  # fmt: skip


def concertation(naive: Naive) -> dict[str, Found]:
    meetings: dict[int, list[Participation]] = defaultdict(list)
    for part in naive.parts:
        if part.action.type in ("RCP", "RCPP"):
            meetings[part.action_id].append(part)
    held = [parts[0].action for parts in meetings.values()]
    sizes = [len({p.professional.person.pk for p in parts}) for parts in meetings.values()]
    trades = [sorted({p.professional.person.profession for p in parts}) for parts in meetings.values()]
    counts = [len(found) for found in trades]
    mixed: Cuts = {}
    if len({a.team_id for a in held}) > 1:
        mixed["profession"] = Counter(trade for found in trades for trade in found)
        mixes = Counter("+".join(found) for found in trades)
        ordered = sorted(mixes, key=lambda mix: (-mixes[mix], mix.split("+")))
        mixed["mix"] = Counter({mix: mixes[mix] for mix in ordered[:10]})
        mixed["mix"]["autres"] = sum(mixes[mix] for mix in ordered[10:])
    return {
        "concertation.meetings": naive.summed((a.team, 1, {"type": a.type}) for a in held),
        "concertation.size": (
            ratio(sum(sizes), len(sizes), 100), {"size": Counter(min(size, 7) for size in sizes)}
        ),
        "concertation.professions": (
            ratio(sum(counts), len(counts), 100), {"professions": Counter(min(count, 7) for count in counts)}
        ),
        "concertation.mixed": (ratio(sum(count > 1 for count in counts), len(counts), 1000), mixed),
    }  # fmt: skip
