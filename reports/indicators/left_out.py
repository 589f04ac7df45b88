"""Participations that no run has paid, by the reason given, and what they would have been worth at the price."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from actions.models import Action
from payments.models import DueLine, Exclusion, LineKind, Run
from payments.reasons import explain
from payments.selectors.candidates import price_list
from reports.indicators.activity import spatial
from reports.indicators.model import Indicator, Measure, Section, Unit, cut
from reports.indicators.money import LEDGER

if TYPE_CHECKING:
    from reports.indicators.facts import Facts


class LeftOut(NamedTuple):
    """Participations alike: by reason, team, and what a price is looked up by."""

    reason: str
    team: int
    type: str
    role: str
    profession: str
    held_on: date


class LeftOutFacts:
    """The participations left out of a scope and a period, in two queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def counts(self) -> Counter[LeftOut]:
        """Those of the period that no run has paid, under the last reason given."""
        period = self._facts.period
        paid = DueLine.objects.filter(kind=LineKind.INITIAL).order_by().values("participation")
        last = (
            Exclusion.objects.filter(
                self._facts.scope.teams("participation__action__team__"),
                participation__action__state=Action.State.VALIDATED,
                participation__action__held_on__range=(period.first, period.last),
                participation__refused_at__isnull=True,
            )
            .exclude(run__state=Run.State.VOIDED)
            .exclude(participation__in=paid)
            .order_by()
            .values("participation")
            .annotate(last=Max("pk"))
            .values("last")
        )
        rows = (
            Exclusion.objects.filter(pk__in=last)
            .order_by()
            .annotate(
                trade=Coalesce(
                    "participation__professional__merged_into__profession", "participation__professional__profession"
                )
            )
            .values_list(
                "reason",
                "participation__action__team_id",
                "participation__action__type",
                "participation__role",
                "trade",
                "participation__action__held_on",
            )
            .annotate(count=Count("pk"))
        )
        return Counter({LeftOut(*row[:-1]): row[-1] for row in rows})

    @cached_property
    def cents(self) -> Counter[LeftOut]:
        """What they would have been worth at the price in force on the day, before any ceiling."""
        prices, teams = price_list(), self._facts.teams.all
        found: Counter[LeftOut] = Counter()
        for one, count in self.counts.items():
            price = prices.find(teams[one.team].kind, one.type, one.role, one.profession, one.held_on)
            found[one] = price.amount_cents * count if price else 0
        return found


def _by_reason(facts: Facts, found: Counter[LeftOut]) -> Measure:
    reasons: Counter[str] = Counter()
    teams: Counter[int] = Counter()
    for one, number in found.items():
        reasons[one.reason] += number
        teams[one.team] += number
    return Measure(
        sum(reasons.values()),
        (
            cut("reason", "Par motif", reasons, lambda code: explain(code).label.replace("'", "’")),
            *spatial(facts, teams),
        ),
    )


INDICATORS = (
    Indicator(
        "money.excluded",
        Section.MONEY,
        "Participations non indemnisées",
        "Participations aux actions validées de la période qu’un paiement mensuel approuvé n’a pas indemnisées, et qui "
        "ne l’ont pas été depuis, selon le dernier motif.",
        Unit.COUNT,
        LEDGER,
        lambda facts: _by_reason(facts, facts.left_out.counts),
    ),
    Indicator(
        "money.excluded_cents",
        Section.MONEY,
        "Valeur des participations non indemnisées",
        "Ce qu’elles auraient valu au tarif en vigueur à la date de l’action, avant tout plafond. Une participation "
        "pour laquelle le barème n’a pas de tarif vaut zéro.",
        Unit.CENTS,
        f"{LEDGER}\u00a0; barème",
        lambda facts: _by_reason(facts, facts.left_out.cents),
    ),
)
