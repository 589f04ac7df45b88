"""Conventions in force, signed, ending and amended; what teams used of their ceilings follows from them too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Q

from conventions.models import Amendment, Convention, ConventionTerms
from reports.indicators.model import Indicator, Measure, Section, Unit, cut
from reports.indicators.teams import by_department, by_kind
from reports.periods import months_later

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

ENDING_MONTHS = 6
SIGNED = "Conventions d’équipe signées"


class ConventionFact(NamedTuple):
    """A convention that was signed."""

    pk: int
    team: int
    starts_on: date
    signed_on: date
    effective_on: date
    ends_on: date
    terminated_on: date | None

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a day (docs/payment-rules.md, CONVENTION; a suspension does not end it)."""
        return self.effective_on <= day <= self.ends_on and not (self.terminated_on and self.terminated_on <= day)

    @property
    def ended_on(self) -> date:
        """The day of its end: the term, or the termination."""
        return min(self.terminated_on, self.ends_on) if self.terminated_on else self.ends_on


class ConventionFacts:
    """The signed conventions of a scope, their terms and amendments, in three queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def all(self) -> list[ConventionFact]:
        """The conventions that were signed, the one that took effect first before the others."""
        rows = (
            Convention.objects.filter(self._facts.scope.teams("team__"), state__in=Convention.PAYING)
            .order_by("effective_on", "pk")
            .values_list("pk", "team_id", "starts_on", "signed_on", "effective_on", "ends_on", "terminated_on")
        )
        return [ConventionFact(*row) for row in rows]  # type: ignore[arg-type] # signed: it has its dates

    @cached_property
    def in_force(self) -> list[ConventionFact]:
        """Those in force on the last day."""
        return [one for one in self.all if one.in_force(self._facts.period.last)]

    @cached_property
    def teams_in_force(self) -> set[int]:
        """The keys of the teams of these."""
        return {one.team for one in self.in_force}

    @cached_property
    def first_start(self) -> dict[int, date]:
        """By team, the first day of its first convention."""
        return self._first("starts_on")

    @cached_property
    def first_signature(self) -> dict[int, date]:
        """By team, the day on which it first signed a convention."""
        return self._first("signed_on")

    @cached_property
    def first_effect(self) -> dict[int, date]:
        """By team, the day on which its first convention took effect."""
        return self._first("effective_on")

    @cached_property
    def last_end(self) -> dict[int, date]:
        """By team, the last end of a convention up to the last day."""
        found: dict[int, date] = {}
        for one in self.all:
            if one.ended_on <= self._facts.period.last:
                found[one.team] = max(one.ended_on, found.get(one.team, one.ended_on))
        return found

    def _first(self, name: str) -> dict[int, date]:
        found: dict[int, date] = {}
        for one in self.all:
            day = getattr(one, name)
            found[one.team] = min(day, found.get(one.team, day))
        return found

    @cached_property
    def amended(self) -> list[tuple[int, str]]:
        """(team, kind) of the amendments that were signed in the period."""
        period = self._facts.period
        rows = Amendment.objects.filter(
            self._facts.scope.teams("convention__team__"),
            state=Amendment.State.SIGNED,
            signed_on__range=(period.first, period.last),
        ).order_by("pk")
        return list(rows.values_list("convention__team_id", "kind"))

    @cached_property
    def ceilings(self) -> dict[int, int]:
        """By team, the ceiling in cents of the civil year of the last day, of those that a convention covers in it.

        Of the convention that took effect last, as amended on the last day.
        """
        day = self._facts.period.last
        begin = day.replace(month=1, day=1)
        of_team = {one.team: one.pk for one in self.all if one.effective_on <= day and one.ended_on >= begin}
        rows = (
            ConventionTerms.objects.filter(self._facts.scope.teams("convention__team__"))
            .filter(Q(effective_on=None) | Q(effective_on__lte=day))
            .order_by("convention", F("effective_on").asc(nulls_first=True))
        )
        cents = dict(rows.values_list("convention_id", "ceiling_cents"))  # the last one of each
        return {team: cents[convention] for team, convention in of_team.items() if convention in cents}


def _counted(facts: Facts, teams: Iterable[int]) -> Measure:
    """Return how many, by kind and department of their teams."""
    found = [facts.teams.all[pk] for pk in teams]
    kinds, departments = Counter(team.kind for team in found), Counter(team.department for team in found)
    return Measure(len(found), (by_kind(kinds), by_department(facts, departments)))


def _signed(facts: Facts) -> Measure:
    return _counted(facts, (one.team for one in facts.conventions.all if one.signed_on in facts.period))


def _ended(facts: Facts) -> Measure:
    return _counted(facts, (one.team for one in facts.conventions.all if one.ended_on in facts.period))


def _ending(facts: Facts) -> Measure:
    """The last day is the end of a month or not: the bound is the same day of the month six months later."""
    day = facts.period.last
    bound = months_later(day, ENDING_MONTHS)
    ending = [one for one in facts.conventions.in_force if one.ended_on <= bound]
    measure = _counted(facts, (one.team for one in ending))
    months: Counter[str] = Counter(f"{one.ended_on:%Y-%m}" for one in ending)
    return Measure(measure.value, (*measure.cuts, cut("month", "Par mois de fin", months, month_label)))


def month_label(code: str) -> str:
    """``2026-10`` as ``10/2026``."""
    year, month = code.split("-")
    return f"{month}/{year}"


def _amended(facts: Facts) -> Measure:
    amended = facts.conventions.amended
    measure = _counted(facts, (team for team, _ in amended))
    kinds = Counter(kind for _, kind in amended)
    return Measure(measure.value, (*measure.cuts, cut("subject", "Par objet", kinds, dict(Amendment.Kind.choices))))


INDICATORS = (
    Indicator(
        "conventions.in_force",
        Section.CONVENTIONS,
        "Conventions en vigueur",
        "Conventions signées dont la prise d’effet est passée, qui ne sont ni arrivées à terme ni résiliées le dernier "
        "jour de la période. Une convention suspendue reste en vigueur.",
        Unit.COUNT,
        SIGNED,
        lambda facts: _counted(facts, (one.team for one in facts.conventions.in_force)),
    ),
    Indicator(
        "conventions.signed",
        Section.CONVENTIONS,
        "Conventions signées",
        "Conventions dont la date de signature est dans la période, renouvellements compris.",
        Unit.COUNT,
        SIGNED,
        _signed,
    ),
    Indicator(
        "conventions.amended",
        Section.CONVENTIONS,
        "Avenants signés",
        "Avenants dont la date de signature est dans la période.",
        Unit.COUNT,
        "Avenants signés",
        _amended,
    ),
    Indicator(
        "conventions.ended",
        Section.CONVENTIONS,
        "Conventions terminées",
        "Conventions dont le terme, ou la résiliation, est dans la période.",
        Unit.COUNT,
        SIGNED,
        _ended,
    ),
    Indicator(
        "conventions.ending",
        Section.CONVENTIONS,
        "Conventions qui se terminent dans les six mois",
        "Conventions en vigueur le dernier jour de la période, dont le terme ou la résiliation décidée est dans les "
        "six mois qui suivent.",
        Unit.COUNT,
        SIGNED,
        _ending,
    ),
)
