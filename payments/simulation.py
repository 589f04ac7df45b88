"""Replaying a past period: the pricing function over all its actions, from nothing, and what that adds up to. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from payments.pricing import Balances, Candidate, MissingPrice, Priced, PriceList, Rules, TeamFacts, price


@dataclass
class Sums:
    """Lines and euro cents."""

    lines: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        self.lines += 1
        self.cents += cents


@dataclass
class Tally:
    """What one set of rules gives over the period.

    ``cut``: lines that a ceiling made smaller; ``excluded``: participations by reason; ``missing``: without a price.
    """

    total: Sums = field(default_factory=Sums)
    teams: defaultdict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))
    professions: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    excluded: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    missing: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "total": [self.total.lines, self.total.cents],
            "teams": {str(key): [sums.lines, sums.cents] for key, sums in self.teams.items()},
            "professions": {key: [sums.lines, sums.cents] for key, sums in self.professions.items()},
            "excluded": dict(self.excluded),
            "cut": self.cut,
            "missing": self.missing,
        }


def replay(
    candidates: Iterable[Candidate],
    prices: PriceList,
    balances: Balances,
    *,
    rules: Rules,
    since: dt.date,
    until: dt.date,
    advance: Callable[[int], None] = lambda count: None,
) -> Tally:
    """Decide all candidates as one run would, and add up those from ``since`` on.

    Args:
        candidates: in the fixed order, from the first day of the civil year of ``since``: what comes before it in that
            year uses the ceilings and is not added up.
        balances: what opening lines have used; it is changed.
        advance: told how many are decided, now and then.
    """
    tally, waiting = Tally(), 0
    for decision in price(candidates, prices, balances, rules=rules, until=until):
        waiting += 1
        if waiting == 500:
            advance(waiting)
            waiting = 0
        candidate = decision.candidate
        if candidate.action.date < since:
            continue
        if isinstance(decision, Priced):
            for sums in (
                tally.total,
                tally.teams[candidate.action.team.id],
                tally.professions[candidate.profession],
            ):
                sums.add(decision.amount_cents)
            tally.cut += bool(decision.cut_by)
        elif isinstance(decision, MissingPrice):
            tally.missing += 1
        else:
            tally.excluded[decision.reason.value] += 1
    advance(waiting)
    return tally


def with_ceiling(candidates: Iterable[Candidate], ceiling_cents: int) -> list[Candidate]:
    """Return the candidates with another ceiling in every convention, whatever its amendments say."""
    teams: dict[int, TeamFacts] = {}
    actions: dict[int, Any] = {}
    found = []
    for candidate in candidates:
        action = candidate.action
        if action.id not in actions:
            team = action.team
            if team.id not in teams:
                teams[team.id] = _capped(team, ceiling_cents)
            actions[action.id] = action._replace(team=teams[team.id])
        found.append(candidate._replace(action=actions[action.id]))
    return found


def _capped(team: TeamFacts, ceiling_cents: int) -> TeamFacts:
    conventions = tuple(
        replace(one, terms=tuple(replace(terms, ceiling_cents=ceiling_cents) for terms in one.terms))
        for one in team.conventions
    )
    return replace(team, conventions=conventions)


def compared(present: Mapping[str, Any], other: Mapping[str, Any], of: str) -> list[tuple[str, list[int], list[int]]]:
    """Return (key, [lines, cents] of the present rules, of the others) for all that either gives something to."""
    keys = sorted(present[of].keys() | other[of].keys())
    return [(key, present[of].get(key, [0, 0]), other[of].get(key, [0, 0])) for key in keys]
