"""What the ledger of the payments says: added up by the database, in integer cents, never priced again."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from association.models import TransitionLog
from payments.bank_reasons import BANK_REASONS
from payments.models import RECOVERED, Allocation, DueLine, LineKind, Payment
from reports.indicators.activity import by_month, by_type, spatial
from reports.indicators.model import Indicator, Measure, Section, Unit, cut, spread
from reports.indicators.teams import by_team

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

LEDGER = "Indemnités et virements, figés par le bon à payer"
KINDS = {str(kind): str(kind.label) for kind in LineKind}
CEILINGS = {
    "CAP_TEAM": "Plafond de l’équipe",
    "CAP_PERSON": "Plafond par professionnel",
    "CAP_PERSON+CAP_TEAM": "Les deux plafonds",
}
PAID, ON_THE_WAY, CLEARED, LEFT_DUE = "paid", "on_the_way", "cleared", "left_due"
SETTLED = {
    PAID: "Payé",
    ON_THE_WAY: "Virement en cours",
    CLEARED: "Compensé",
    LEFT_DUE: "Reste dû",
}
SETTLED_BY = {Payment.State.PAID: PAID, Payment.State.CLEARED: CLEARED}


class Due(NamedTuple):
    """What lines of one team, type and kind add up to, in cents."""

    team: int
    type: str
    kind: str
    amount: int


class MoneyFacts:
    """The ledger of a scope and a period, in nine queries. The date of a line is that of its action."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @property
    def _lines(self) -> QuerySet[DueLine]:
        period = self._facts.period
        return (
            DueLine.objects.exclude(kind__in=RECOVERED)
            .filter(self._facts.scope.teams("team__"), held_on__range=(period.first, period.last))
            .order_by()
        )

    @property
    def _allocated(self) -> QuerySet[Allocation]:
        """The lines of the scope that a payment settles now."""
        return Allocation.objects.filter(self._facts.scope.teams("line__team__"), released_at__isnull=True).order_by()

    @cached_property
    def due(self) -> list[Due]:
        """The lines of the actions of the period."""
        rows = self._lines.values_list("team_id", "action_type", "kind").annotate(amount=Sum("amount_cents"))
        return [Due(*row) for row in rows]

    @cached_property
    def cut(self) -> dict[tuple[int, str], int]:
        """(team, ceilings) -> cents by which the lines that were not reversed are less than their price."""
        rows = (
            self._lines.exclude(cut_by="")
            .exclude(kind=LineKind.REVERSAL)
            .filter(reversal__isnull=True)
            .values_list("team_id", "cut_by")
            .annotate(price=Sum("price_cents"), amount=Sum("amount_cents"))
        )
        return {(team, cut_by): price - amount for team, cut_by, price, amount in rows}

    @cached_property
    def due_by_day(self) -> Counter[date]:
        """Day of the action -> cents."""
        return Counter(dict(self._lines.values_list("held_on").annotate(Sum("amount_cents"))))

    @cached_property
    def settled(self) -> Counter[str]:
        """How the lines of the period stand now (`SETTLED`) -> cents; what no payment settles is left due.

        What settles a trop-perçu is left out.
        """
        period = self._facts.period
        rows = (
            self._allocated.filter(line__held_on__range=(period.first, period.last))
            .exclude(line__kind__in=RECOVERED)
            .values_list("payment__state")
            .annotate(Sum("line__amount_cents"))
        )
        found: Counter[str] = Counter()
        for state, cents in rows:
            found[SETTLED_BY.get(state, ON_THE_WAY)] += cents
        found[LEFT_DUE] = sum(due.amount for due in self.due) - sum(found.values())
        return found

    @property
    def _paid(self) -> QuerySet[Allocation]:
        period = self._facts.period
        return self._allocated.filter(
            payment__state=Payment.State.PAID, payment__paid_on__range=(period.first, period.last)
        )

    @cached_property
    def paid_by_team_and_type(self) -> dict[tuple[int, str], int]:
        """(team, type) -> cents of the payments that reached somebody in the period."""
        rows = self._paid.values_list("line__team_id", "line__action_type").annotate(cents=Sum("line__amount_cents"))
        return {(team, type_): cents for team, type_, cents in rows}

    @cached_property
    def paid_by_day(self) -> dict[tuple[date, date, str], tuple[int, int]]:
        """(day of payment, day of the action, kind) -> cents, and how many lines."""
        rows = self._paid.values_list("payment__paid_on", "line__held_on", "line__kind").annotate(
            cents=Sum("line__amount_cents"), count=Count("pk")
        )
        return {(paid_on, held_on, kind): (cents, count) for paid_on, held_on, kind, cents, count in rows}

    @cached_property
    def returned(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(state, reason of the bank) -> cents and transfers that came back in the period."""
        period = self._facts.period
        logged = TransitionLog.objects.filter(
            content_type=ContentType.objects.get_for_model(Payment),
            to_state__in=[Payment.State.REJECTED, Payment.State.RETURNED],
            at__gte=_begin(period.first),
            at__lt=_begin(period.last, after=True),
        )
        rows = (
            Allocation.objects.filter(
                self._facts.scope.teams("line__team__"),
                payment__in=logged.order_by().values("object_id"),
                payment__state__in=[Payment.State.REJECTED, Payment.State.RETURNED],
            )
            .order_by()
            .values_list("payment__state", "payment__bank_reason")
            .annotate(cents=Sum("line__amount_cents"), count=Count("payment", distinct=True))
        )
        return {(state, reason): (cents, count) for state, reason, cents, count in rows}

    @cached_property
    def used(self) -> dict[int, tuple[int, int]]:
        """Team -> (used, ceiling) in cents of the civil year of the last day, up to that day."""
        day = self._facts.period.last
        spent = dict(
            DueLine.objects.exclude(kind__in=RECOVERED)
            .filter(self._facts.scope.teams("team__"), held_on__range=(day.replace(month=1, day=1), day))
            .order_by()
            .values_list("team_id")
            .annotate(Sum("amount_cents"))
        )
        ceilings = self._facts.conventions.ceilings
        return {team: (spent.get(team, 0), ceiling) for team, ceiling in ceilings.items() if ceiling}


def _begin(day: date, *, after: bool = False) -> datetime:
    """Return the instant at which a day begins, or ends, in Paris."""
    day = day + timedelta(days=1) if after else day
    return timezone.make_aware(datetime.combine(day, time()))


def _due(facts: Facts) -> Measure:
    teams: Counter[int] = Counter()
    types: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for one in facts.money.due:
        teams[one.team] += one.amount
        types[one.type] += one.amount
        kinds[one.kind] += one.amount
    return Measure(
        sum(teams.values()),
        (
            by_type(types),
            by_month(facts.money.due_by_day, facts.period),
            cut("kind", "Par nature d’écriture", kinds, KINDS, order=KINDS),
            cut("settled", "Par situation au moment du calcul", facts.money.settled, SETTLED, order=SETTLED),
            *spatial(facts, teams),
        ),
    )


def _paid(facts: Facts) -> Measure:
    teams: Counter[int] = Counter()
    types: Counter[str] = Counter()
    for (team, type_), cents in facts.money.paid_by_team_and_type.items():
        teams[team] += cents
        types[type_] += cents
    days: Counter[date] = Counter()
    for (paid_on, _, _), (cents, _) in facts.money.paid_by_day.items():
        days[paid_on] += cents
    return Measure(sum(teams.values()), (by_month(days, facts.period), by_type(types), *spatial(facts, teams)))


def _returned(facts: Facts) -> Measure:
    reasons: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for (state, reason), (cents, _) in facts.money.returned.items():
        reasons[reason] += cents
        states[state] += cents
    named = {str(state): str(state.label) for state in (Payment.State.REJECTED, Payment.State.RETURNED)}
    return Measure(
        sum(states.values()),
        (
            cut("state", "Par situation", states, named, order=named),
            cut("reason", "Par motif de la banque", reasons, lambda code: BANK_REASONS.get(code, code) or "Sans motif"),
        ),
    )


def _cut(facts: Facts) -> Measure:
    ceilings: Counter[str] = Counter()
    teams: Counter[int] = Counter()
    for (team, cut_by), cents in facts.money.cut.items():
        ceilings["+".join(sorted(cut_by.split("+")))] += cents
        teams[team] += cents
    return Measure(sum(ceilings.values()), (cut("ceiling", "Par plafond", ceilings, CEILINGS), by_team(facts, teams)))


def _delay(facts: Facts) -> Measure:
    days: Counter[int] = Counter()
    for (paid_on, held_on, kind), (_, count) in facts.money.paid_by_day.items():
        if kind == LineKind.INITIAL:
            days[max((paid_on - held_on).days, 0)] += count
    return spread(days)


INDICATORS = (
    Indicator(
        "money.due",
        Section.MONEY,
        "Indemnités dues",
        "Indemnités des actions dont la date est dans la période, telles que les paiements mensuels approuvés les ont "
        "figées, régularisations et corrections comprises.",
        Unit.CENTS,
        LEDGER,
        _due,
    ),
    Indicator(
        "money.paid",
        Section.MONEY,
        "Indemnités payées",
        "Indemnités réglées par les virements constatés payés dont la date de paiement est dans la période, quelle que "
        "soit la date de l’action. Un virement retourné depuis n’y est plus.",
        Unit.CENTS,
        LEDGER,
        _paid,
    ),
    Indicator(
        "money.returned",
        Section.MONEY,
        "Virements rejetés ou retournés",
        "Montant des virements que la banque a rejetés ou retournés dans la période. Ces indemnités restent dues et "
        "sont virées de nouveau.",
        Unit.CENTS,
        LEDGER,
        _returned,
    ),
    Indicator(
        "money.cut",
        Section.MONEY,
        "Écrêté par les plafonds",
        "Différence entre le tarif et l’indemnité, pour les actions de la période dont un plafond a réduit "
        "l’indemnité, sauf celles qui ont été régularisées depuis. "
        "Les participations que le plafond laisse sans rien sont comptées dans les non indemnisées.",
        Unit.CENTS,
        LEDGER,
        _cut,
    ),
    Indicator(
        "money.delay",
        Section.MONEY,
        "De l’action au paiement",
        "Jours entre la date de l’action et celle du paiement, par participation, pour les paiements de la période.",
        Unit.DAYS,
        LEDGER,
        _delay,
    ),
)
