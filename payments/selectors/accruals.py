"""What a year owes and no run of that year has priced: the charges à payer of 31 December, by team.

Three parts, all by the pricing function of the run: lines that a run approved after the year; validated actions that
no run has decided; declared actions, which may still be refused (an estimate). Actions are priced in the fixed order,
after what the next run reverses, as the next run would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Sum

from actions.models import Action
from association.models import Team
from association.selectors.people import kept_ids
from payments.models import RECOVERED, DueLine, PaymentSettings, Run
from payments.pricing import Decision, MissingPrice, Priced, Rules, price
from payments.selectors import candidates as reading
from payments.selectors.kept import kept, stamp_of_the_data
from payments.selectors.ledger import balances as read_balances
from payments.selectors.year_days import after, last_day

Sums = Mapping[tuple[int, date], int]  # by team and day of the action, in euro cents
# « À compléter » was declared too, and may still be paid.
UNDECIDED = (Action.State.DECLARED, Action.State.TO_COMPLETE)
DECLARED = (Action.State.VALIDATED, *UNDECIDED)


@dataclass(frozen=True)
class TeamAccrual:
    """The charges à payer of one team, in euro cents."""

    team: Team
    frozen_cents: int
    validated_cents: int
    declared_cents: int

    @property
    def total_cents(self) -> int:
        """The three parts together."""
        return self.frozen_cents + self.validated_cents + self.declared_cents


@dataclass(frozen=True)
class Accruals:
    """The charges à payer of a year.

    Attributes:
        without_price: participations that the estimate leaves out.
        days: what the actions of each day add to the total, in euro cents.
    """

    year: int
    teams: list[TeamAccrual]
    without_price: int
    days: Mapping[date, int] = field(default_factory=dict)

    @property
    def frozen_cents(self) -> int:
        return sum(row.frozen_cents for row in self.teams)

    @property
    def validated_cents(self) -> int:
        return sum(row.validated_cents for row in self.teams)

    @property
    def declared_cents(self) -> int:
        return sum(row.declared_cents for row in self.teams)

    @property
    def total_cents(self) -> int:
        """What the entry of 31 December would amount to."""
        return self.frozen_cents + self.validated_cents + self.declared_cents


def accruals(year: int) -> Accruals:
    """Return the charges à payer of a civil year, as things are now."""
    until = last_day(year)
    frozen = _frozen_later(until)
    (validated, _), (declared, without_price) = _priced(until)
    of_teams = [_by_team(sums) for sums in (frozen, validated, declared)]
    teams = Team.objects.in_bulk(set().union(*of_teams))
    rows = [_of_team(team, *(sums.get(pk, 0) for sums in of_teams)) for pk, team in teams.items()]
    rows = [row for row in rows if row.frozen_cents or row.validated_cents or row.declared_cents]
    days: dict[date, int] = defaultdict(int)
    for sums in (frozen, declared):  # the declared are priced with the validated
        for (_, day), cents in sums.items():
            days[day] += cents
    return Accruals(year, sorted(rows, key=lambda row: (row.team.name, row.team.pk)), without_price, days)


def _by_team(sums: Sums) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for (team, _), cents in sums.items():
        found[team] += cents
    return found


def _of_team(team: Team, frozen: int, validated: int, both: int) -> TeamAccrual:
    return TeamAccrual(team, frozen, validated, both - validated)


def _frozen_later(until: date) -> Sums:
    """Lines of actions of the year, or before, in runs that were approved after it."""
    found = Run.objects.frozen().exclude(kind=Run.Kind.OPENING).filter(approved_at__gte=after(until))
    later = list(found.order_by().values_list("pk", flat=True))
    lines = DueLine.objects.exclude(kind__in=RECOVERED).filter(run__in=later, held_on__lte=until).order_by()
    rows = lines.values_list("team_id", "held_on").annotate(Sum("amount_cents"))
    return {(team, day): cents for team, day, cents in rows}


def _priced(until: date) -> tuple[tuple[Sums, int], tuple[Sums, int]]:
    """Return what a run would make due now, and how many participations have no price.

    First of the validated actions alone, then with the declared ones: both from one reading.
    """
    settings, records = PaymentSettings.current(), kept_ids()
    rules = Rules(settings.deadline_months, settings.personal_ceiling_cents, settings.project_lookahead_months)
    found: dict[tuple[int, date], int] = defaultdict(int)
    # Of lines alone, and of who is whose record: what the year has used is kept as long as no line is added.
    balances = kept(f"balances|{sorted(records.items())}", read_balances, stamp=stamp_of_the_data())
    prices = reading.price_list()
    for line in reading.lines_to_reverse():
        reading.give_back(balances, line, records)
        if line.held_on <= until:
            found[line.team_id, line.held_on] -= line.amount_cents
    candidates = [one.candidate for one in reading.candidates(until=until, states=DECLARED)]
    waiting = Action.objects.filter(state__in=UNDECIDED, held_on__lte=until).order_by().values_list("pk", flat=True)
    undecided = set(waiting)
    of_validated = [one for one in candidates if one.action.id not in undecided]
    return (
        _added(found, price(of_validated, prices, balances.copy(), rules=rules, until=until)),
        _added(found, price(candidates, prices, balances, rules=rules, until=until)),
    )


def _added(reversed_cents: Sums, decisions: Iterable[Decision]) -> tuple[Sums, int]:
    found: dict[tuple[int, date], int] = defaultdict(int, reversed_cents)
    without_price = 0
    for decision in decisions:
        match decision:
            case Priced():
                action = decision.candidate.action
                found[action.team.id, action.date] += decision.amount_cents
            case MissingPrice():
                without_price += 1
    return found, without_price
