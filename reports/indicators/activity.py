"""Actions, and who took part in them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Min, QuerySet, Sum

from actions.models import Action, Participation
from association.models.members import PERSON
from association.nomenclature import ActionType
from reports.indicators.conventions import month_label
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, rolled_up
from reports.indicators.people import PROFESSION, by_profession
from reports.indicators.teams import by_department, by_team
from reports.periods import Period, months_later

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

DECLARED = "Actions déclarées par les équipes et validées par l’association"
CONCERTATION = (ActionType.RCP, ActionType.RCPP)
IDLE_MONTHS = 3
TYPES = {str(code): str(label) for code, label in ActionType.choices}


class Meeting(NamedTuple):
    """A meeting of concertation: how many different people, and their different professions in the order of codes."""

    team: int
    type: str
    people: int
    trades: tuple[str, ...]


class ActivityFacts:
    """The actions of a scope and a period, added up by the database: seven queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @property
    def _held(self) -> QuerySet[Action]:
        period = self._facts.period
        return Action.objects.filter(
            self._facts.scope.teams("team__"), held_on__range=(period.first, period.last)
        ).order_by()

    @property
    def _validated(self) -> QuerySet[Action]:
        return self._held.filter(state=Action.State.VALIDATED)

    @property
    def _taking_part(self) -> QuerySet[Participation]:
        period = self._facts.period
        return Participation.objects.filter(
            self._facts.scope.teams("action__team__"),
            refused_at__isnull=True,
            action__state=Action.State.VALIDATED,
            action__held_on__range=(period.first, period.last),
        ).order_by()

    @cached_property
    def by_team_and_type(self) -> dict[tuple[int, str], tuple[int, int]]:
        """(team, type) -> validated actions, and the patients that they concern."""
        rows = self._validated.values_list("team_id", "type").annotate(
            count=Count("pk"), patients=Sum("patients_count")
        )
        return {(team, type_): (count, patients or 0) for team, type_, count, patients in rows}

    @cached_property
    def by_day(self) -> Counter[date]:
        """Day -> validated actions."""
        return Counter(dict(self._validated.values_list("held_on").annotate(Count("pk"))))

    @cached_property
    def by_theme(self) -> Counter[str]:
        """Theme as it was written -> validated actions; no theme is the empty text."""
        return Counter(dict(self._validated.values_list("theme").annotate(Count("pk"))))

    @cached_property
    def pending(self) -> dict[tuple[int, str], int]:
        """(team, state) -> actions that were declared and are not decided."""
        states = [Action.State.DECLARED, Action.State.TO_COMPLETE]
        rows = self._held.filter(state__in=states).values_list("team_id", "state").annotate(count=Count("pk"))
        return {(team, state): count for team, state, count in rows}

    @cached_property
    def teams_lately(self) -> set[int]:
        """The teams with an action, declared or validated, in the three months up to the last day."""
        day = self._facts.period.last
        since = months_later(day, -IDLE_MONTHS) + timedelta(days=1)
        rows = Action.objects.filter(
            self._facts.scope.teams("team__"),
            held_on__range=(since, day),
            state__in=[Action.State.DECLARED, Action.State.TO_COMPLETE, Action.State.VALIDATED],
        )
        return set(rows.order_by().values_list("team_id", flat=True).distinct())

    @cached_property
    def first_action(self) -> dict[int, date]:
        """By team, the first validated action, other than writing the project, since its first convention took effect.

        The first of all is nearly always it; the teams with an earlier one are read once more, day by day.
        """
        effects = self._facts.conventions.first_effect
        rows = (
            Action.objects.filter(self._facts.scope.teams("team__"), state=Action.State.VALIDATED)
            .exclude(type=ActionType.PROJET)
            .order_by()
            .values_list("team_id")
        )
        first = dict(rows.annotate(Min("held_on")))
        found = {team: day for team, day in first.items() if team in effects and day >= effects[team]}
        early = [team for team, day in first.items() if team in effects and day < effects[team]]
        for team, day in rows.filter(team__in=early).values_list("team_id", "held_on"):
            if day >= effects[team]:
                found[team] = min(day, found.get(team, day))
        return found

    @cached_property
    def parts_by_team_and_type(self) -> dict[tuple[int, str], int]:
        """(team, type) -> participations."""
        rows = self._taking_part.values_list("action__team_id", "action__type").annotate(count=Count("pk"))
        return {(team, type_): count for team, type_, count in rows}

    @cached_property
    def parts_by_person(self) -> dict[tuple[int, str], int]:
        """(person, profession) -> participations."""
        rows = (
            self._taking_part.annotate(person=PERSON, trade=PROFESSION)
            .values_list("person", "trade")
            .annotate(count=Count("pk"))
        )
        return {(person, trade): count for person, trade, count in rows}

    @cached_property
    def meetings(self) -> Counter[Meeting]:
        """Meetings of concertation with somebody in them, those alike counted together."""
        rows = (
            self._taking_part.filter(action__type__in=CONCERTATION)
            .annotate(trade=PROFESSION)
            .values_list("action_id", "action__team_id", "action__type", "trade")
            .annotate(people=Count(PERSON, distinct=True))
            .order_by("action_id", "trade")
        )
        found: Counter[Meeting] = Counter()
        for (_, team, type_), present in groupby(rows, key=lambda row: row[:3]):
            trades = [(trade, people) for _, _, _, trade, people in present]
            found[Meeting(team, type_, sum(people for _, people in trades), tuple(trade for trade, _ in trades))] += 1
        return found


def by_type(counts: Counter[str]) -> Cut:
    """Return a cut by type of action."""
    return cut("type", "Par type d’action", counts, TYPES, order=TYPES)


def by_month(counts: Counter[date], period: Period) -> Cut:
    """Return a cut by month, from days: every month of the period has its row, also those with nothing."""
    months: Counter[str] = Counter()
    for day, count in counts.items():
        months[f"{day:%Y-%m}"] += count
    order = [f"{month:%Y-%m}" for month in period.months]
    return cut("month", "Par mois", months, month_label, order=order, zeros=bool(months))


def of_departments(facts: Facts, teams: Counter[int]) -> Counter[str]:
    """Return counts by team added up by department."""
    found: Counter[str] = Counter()
    for team, count in teams.items():
        found[facts.teams.all[team].department] += count
    return found


def spatial(facts: Facts, teams: Counter[int]) -> tuple[Cut, Cut]:
    """Return the cuts by department and by team."""
    return by_department(facts, of_departments(facts, teams)), by_team(facts, teams)


def _validated(facts: Facts) -> Measure:
    counts = {key: count for key, (count, _) in facts.activity.by_team_and_type.items()}
    themes = facts.activity.by_theme
    return Measure(
        sum(counts.values()),
        (
            by_type(rolled_up(counts, 1)),
            by_month(facts.activity.by_day, facts.period),
            cut("theme", "Par thématique", themes, lambda theme: theme.replace("'", "’") or "Sans thématique"),
            *spatial(facts, rolled_up(counts, 0)),
        ),
    )


def _pending(facts: Facts) -> Measure:
    counts = facts.activity.pending
    states = {str(state): str(state.label) for state in (Action.State.DECLARED, Action.State.TO_COMPLETE)}
    return Measure(
        sum(counts.values()),
        (
            cut("state", "Par état", rolled_up(counts, 1), states, order=states),
            by_department(facts, of_departments(facts, rolled_up(counts, 0))),
        ),
    )


def _active(facts: Facts) -> Measure:
    teams = {team for team, _ in facts.activity.by_team_and_type}
    return Measure(len(teams), (by_department(facts, Counter(facts.teams.all[team].department for team in teams)),))


def _patients(facts: Facts) -> Measure:
    counts = {key: patients for key, (_, patients) in facts.activity.by_team_and_type.items()}
    return Measure(sum(counts.values()), (by_type(rolled_up(counts, 1)), *spatial(facts, rolled_up(counts, 0))))


def _participations(facts: Facts) -> Measure:
    counts, people = facts.activity.parts_by_team_and_type, facts.activity.parts_by_person
    teams = rolled_up(counts, 0)
    return Measure(
        sum(counts.values()),
        (
            by_type(rolled_up(counts, 1)),
            *_trades(people, teams),
            *spatial(facts, teams),
        ),
    )


def _trades(people: dict[Any, int], teams: Counter[int]) -> list[Cut]:
    """By profession: of one team, it is left out, for participations do not tell how many people they are of."""
    return [by_profession(rolled_up(people, 1), one_team=False)] if len(teams) > 1 else []


def _people(facts: Facts) -> Measure:
    people = facts.activity.parts_by_person
    trades = Counter(trade for _, trade in people)
    one_team = len({team for team, _ in facts.activity.parts_by_team_and_type}) < 2
    return Measure(len(people), (by_profession(trades, one_team=one_team),))


INDICATORS = (
    Indicator(
        "activity.validated",
        Section.ACTIVITY,
        "Actions validées",
        "Actions dont la date est dans la période, validées au moment du calcul. Une action validée plus tard, ou "
        "annulée, change ce nombre dans une version suivante du rapport.",
        Unit.COUNT,
        DECLARED,
        _validated,
    ),
    Indicator(
        "activity.pending",
        Section.ACTIVITY,
        "Actions en attente de validation",
        "Actions dont la date est dans la période, déclarées ou à compléter au moment du calcul.",
        Unit.COUNT,
        DECLARED,
        _pending,
    ),
    Indicator(
        "activity.teams",
        Section.ACTIVITY,
        "Équipes actives",
        "Équipes avec au moins une action validée dans la période.",
        Unit.TEAMS,
        DECLARED,
        _active,
    ),
    Indicator(
        "activity.participations",
        Section.ACTIVITY,
        "Participations",
        "Participations aux actions validées de la période, sauf celles que l’association a refusées.",
        Unit.COUNT,
        DECLARED,
        _participations,
    ),
    Indicator(
        "activity.people",
        Section.ACTIVITY,
        "Professionnels qui ont participé",
        "Personnes avec au moins une participation à une action validée de la période.",
        Unit.PEOPLE,
        DECLARED,
        _people,
    ),
    Indicator(
        "activity.patients",
        Section.ACTIVITY,
        "Patients concernés",
        "Somme des nombres de patients portés sur les actions validées de la période\u00a0: un patient concerné par "
        "deux actions compte deux fois.",
        Unit.COUNT,
        DECLARED,
        _patients,
    ),
)
