"""Actions, who took part in them, and the meetings of concertation."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, QuerySet, Sum

from actions.models import Action, Participation
from association.models.members import PERSON
from association.nomenclature import ActionType
from reports.indicators.conventions import month_label
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, mean, rolled_up
from reports.indicators.people import PROFESSION, by_profession
from reports.indicators.teams import by_department, by_team
from reports.periods import Period, months_later

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

DECLARED = "Actions déclarées par les équipes et validées par l’association"
CONCERTATION = (ActionType.RCP, ActionType.RCPP)
IDLE_MONTHS = 3
TYPES = {str(code): str(label) for code, label in ActionType.choices}
LARGEST = 7  # people of a meeting; beyond, they are counted together


class ActivityFacts:
    """The actions of a scope and a period, added up by the database: eight queries."""

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
    def people_by_department(self) -> Counter[str]:
        """Department of the team -> persons; one with teams in two departments counts in both."""
        rows = self._taking_part.values_list("action__team__department_id")
        return Counter(dict(rows.annotate(people=Count(PERSON, distinct=True))))

    @cached_property
    def meetings(self) -> Counter[tuple[int, str, int, int]]:
        """(team, type, people, professions) -> meetings of concertation with somebody in them."""
        rows = (
            self._taking_part.filter(action__type__in=CONCERTATION)
            .values_list("action_id", "action__team_id", "action__type")
            .annotate(people=Count(PERSON, distinct=True), trades=Count(PROFESSION, distinct=True))
        )
        return Counter(row[1:] for row in rows)


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
    departments = by_department(facts, facts.activity.people_by_department, sums=False)
    return Measure(len(people), (by_profession(trades, one_team=one_team), departments))


def _meetings(facts: Facts) -> Measure:
    meetings = facts.activity.meetings
    return Measure(sum(meetings.values()), (by_type(rolled_up(meetings, 1)), *spatial(facts, rolled_up(meetings, 0))))


def _mean_of(place: Literal[2, 3], by: str, label: str, noun: str) -> Any:
    """Return what computes the mean of a part of the meetings' keys, and how many meetings have how many of it."""

    def compute(facts: Facts) -> Measure:
        meetings = facts.activity.meetings
        sizes: Counter[int] = Counter()
        for size, count in rolled_up(meetings, place).items():
            sizes[min(size, LARGEST)] += count
        total = sum(key[place] * count for key, count in meetings.items())
        rows = cut(by, label, sizes, lambda size: _sized(size, noun), order=sorted(sizes), sums=False, unit=Unit.COUNT)
        return Measure(mean(total, sum(meetings.values())), (rows,))

    return compute


def _sized(size: int, noun: str) -> str:
    plural = f"{noun}s" if size > 1 else noun
    return f"{size} {plural} ou plus" if size == LARGEST else f"{size} {plural}"


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
        "Personnes avec au moins une participation à une action validée de la période. Une personne compte une fois "
        "dans la région, et une fois dans chaque département où elle a participé.",
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
    Indicator(
        "concertation.meetings",
        Section.CONCERTATION,
        "Réunions de concertation",
        "Réunions de concertation validées de la période (RCP et RCPP) avec au moins une participation.",
        Unit.COUNT,
        DECLARED,
        _meetings,
    ),
    Indicator(
        "concertation.size",
        Section.CONCERTATION,
        "Participants par réunion",
        "Personnes différentes par réunion de concertation, en moyenne.",
        Unit.MEAN,
        DECLARED,
        _mean_of(2, "size", "Réunions par nombre de participants", "participant"),
    ),
    Indicator(
        "concertation.professions",
        Section.CONCERTATION,
        "Professions par réunion",
        "Professions différentes par réunion de concertation, en moyenne.",
        Unit.MEAN,
        DECLARED,
        _mean_of(3, "professions", "Réunions par nombre de professions", "profession"),
    ),
)
