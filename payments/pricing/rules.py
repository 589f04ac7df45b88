"""The rules in their order: docs/payment-rules.md, "From participation to due line"."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from payments.pricing.balances import Balances
from payments.pricing.decisions import Decision, Excluded, MissingPrice, Priced
from payments.pricing.exclusions import Judged, first_exclusion, judge
from payments.pricing.facts import ActionFacts, Candidate, Practice, Reason, Rules
from payments.pricing.prices import PriceList


class OutOfOrder(ValueError):
    """The candidates do not rise strictly by action date, action reference, RPPS."""

    def __init__(self, *neighbours: Candidate) -> None:
        places = (f"{its.action.date} {its.action.reference} {its.rpps}" for its in neighbours)
        super().__init__("out of order: " + ", then ".join(places))


def price(
    candidates: Iterable[Candidate], prices: PriceList, balances: Balances, *, rules: Rules, until: dt.date
) -> Iterator[Decision]:
    """Decide each candidate, in the same order; count in `balances` what is due.

    `until`: the last day of the run's month. One action is held at a time; it is counted before its first
    decision comes out. While the decisions are read, raises OutOfOrder when the order does not rise
    strictly (a participation given twice included), ValueError for an action after `until`. What was
    counted before stays counted: start again with fresh balances.
    """
    for action, participants in one_action_at_a_time(candidates):
        if action.date > until:
            raise ValueError(f"action {action.reference} of {action.date} is not of a run until {until}")
        judged = judge(action, rules=rules, until=until)
        decisions = one_by_one(action, participants, judged, prices, balances)
        left = balances.left_to_team(action.team.id, judged.year, judged.ceiling_cents)
        if total_due(decisions) > left:
            decisions = within_team_ceiling(decisions, left, judged)
        if rules.personal_ceiling_cents is not None:
            cut_to_personal_ceiling(decisions, rules.personal_ceiling_cents, judged, balances)
        balances.add_lines_of(action, decisions)
        yield from decisions


def one_by_one(
    action: ActionFacts, participants: list[Candidate], judged: Judged, prices: PriceList, balances: Balances
) -> list[Decision]:
    """Rules 1 to 3, for each participation by itself.

    2. The price is that of the action's date, also for a project.
    3. Beyond the number cap of the price that applies: `CAP_COUNT`. It counts what was paid of that type,
       with whatever role or price. Who is beyond it takes no share of what is left to the team.
    """
    kind, action_type, date = action.team.kind, action.type, action.date
    paid_counts = balances.paid_counts_of(action_type, judged.year)
    convention_id, ceiling_cents = judged.convention.id, judged.ceiling_cents
    decisions: list[Decision] = []
    for candidate in participants:
        answer = first_exclusion(judged, candidate.memberships)
        if not isinstance(answer, Practice):
            decisions.append(Excluded(candidate, answer, judged.on))
            continue
        found = prices.find(kind, action_type, candidate.role, candidate.profession, date)
        if found is None:
            decisions.append(MissingPrice(candidate))
            continue
        cap = found.yearly_cap
        if cap is not None and paid_counts.get(candidate.professional_id, 0) >= cap:
            decisions.append(Excluded(candidate, Reason.CAP_COUNT, judged.on, cap))
            continue
        amount, company_id = found.amount_cents, answer.company_id
        decisions.append(Priced(candidate, found, amount, (), company_id, convention_id, ceiling_cents))
    return decisions


def total_due(decisions: Iterable[Decision]) -> int:
    """Cents of the lines among these decisions."""
    return sum([decision.amount_cents for decision in decisions if type(decision) is Priced])


def within_team_ceiling(decisions: list[Decision], left: int, judged: Judged) -> list[Decision]:
    """4. The lines of one action add up to more than is left to the team in the civil year: each gets its share.

    The ceiling is that of the convention that pays, as amended on the date judged. Only the lines of this run
    share: what the action earned in an earlier run is among the lines of the team already.
    """
    due = [decision.amount_cents for decision in decisions if type(decision) is Priced]
    shares = iter(share(left, due))
    return [
        cut(decision, next(shares), Reason.CAP_TEAM, judged, judged.ceiling_cents)
        if type(decision) is Priced
        else decision
        for decision in decisions
    ]


def share(left: int, amounts: Sequence[int]) -> list[int]:
    """`left` cents among `amounts` that add up to more: `floor(left x amount / sum)` each, and the cents that remain
    one each to the first. Adds up to `left`; no share exceeds its amount.
    """
    due = sum(amounts)
    shares = [left * amount // due for amount in amounts]
    for position in range(left - sum(shares)):
        shares[position] += 1
    return shares


def cut_to_personal_ceiling(decisions: list[Decision], ceiling_cents: int, judged: Judged, balances: Balances) -> None:
    """5. Each line stays within what is left to the person in the civil year, all teams together; cut in place.

    After the team's shares, and without going back to them: what is cut here is neither taken from the team's ceiling
    nor given to the others of this action; it is left for the team's next action.
    """
    cents_of_people = balances.cents_of_people(judged.year)
    for place, line in enumerate(decisions):
        if type(line) is Priced:
            used = cents_of_people.get(line.candidate.professional_id, 0)
            if used + line.amount_cents > ceiling_cents:
                left = max(0, ceiling_cents - used)
                decisions[place] = cut(line, left, Reason.CAP_PERSON, judged, ceiling_cents)


def cut(line: Priced, to_cents: int, reason: Reason, judged: Judged, ceiling_cents: int) -> Priced | Excluded:
    """The line cut to that much; nothing of it left: excluded; all of it left (a cent that remained): as it was."""
    if to_cents == 0:
        return Excluded(line.candidate, reason, judged.on, ceiling_cents)
    if to_cents == line.amount_cents:
        return line
    return replace(line, amount_cents=to_cents, cut_by=(*line.cut_by, reason))


def one_action_at_a_time(candidates: Iterable[Candidate]) -> Iterator[tuple[ActionFacts, list[Candidate]]]:
    """Each action with its candidates. Raises OutOfOrder; also for two actions of one date and reference."""
    last: Candidate | None = None
    for action, group in groupby(candidates, key=attrgetter("action")):
        participants = list(group)
        if last and (action.date, action.reference) <= (last.action.date, last.action.reference):
            raise OutOfOrder(last, participants[0])
        rpps = ""
        for candidate in participants:
            if candidate.rpps <= rpps:
                raise OutOfOrder(last or candidate, candidate)
            last, rpps = candidate, candidate.rpps
        yield action, participants
