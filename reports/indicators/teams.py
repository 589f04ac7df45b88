"""Teams on the last day of a period, what happened to them in it, and the delays of their path.

What a team is on a day follows from the dates of its file, never from its state of today: the same question gives the
same answer next year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from association.models import Membership, RecognitionRequest, Team
from association.nomenclature import TeamKind
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, mean, spread

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

FILES = "Dossiers des équipes, tenus par l’association"


class Stage(StrEnum):
    """Where a team is on a day."""

    ACCOMPANIED = "accompanied"
    SUBMITTED = "submitted"
    TO_COMPLETE = "to_complete"
    REFUSED = "refused"
    RECOGNISED = "recognised"
    UNDER_CONVENTION = "under_convention"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


STAGES = {
    Stage.ACCOMPANIED: "En accompagnement",
    Stage.SUBMITTED: "Déposées à l’ARS",
    Stage.TO_COMPLETE: "À compléter",
    Stage.RECOGNISED: "Reconnues ou enregistrées, sans convention",
    Stage.UNDER_CONVENTION: "Sous convention",
    Stage.REFUSED: "Refusées",
    Stage.WITHDRAWN: "Reconnaissance retirée",
    Stage.CLOSED: "Closes",
}
NOT_FOLLOWED = (Stage.REFUSED, Stage.WITHDRAWN, Stage.CLOSED)


class Request(NamedTuple):
    """One submission to the ARS."""

    submitted_on: date
    decided_on: date | None
    decision: str
    closed_on: date | None

    def is_open(self, day: date) -> bool:
        """Whether the ARS still had to answer it on a day."""
        ended = min((d for d in (self.decided_on, self.closed_on) if d), default=None)
        return self.submitted_on <= day and (ended is None or ended > day)


@dataclass(frozen=True)
class TeamFact:
    """A team, with the dates of its file."""

    pk: int
    code: str
    name: str
    kind: str
    department: str
    began_on: date
    recognised_on: date | None
    withdrawn_on: date | None
    closed_on: date | None
    outcome: str
    requests: tuple[Request, ...]

    @property
    def label(self) -> str:
        """How it is named in a table: code, then name."""
        return f"{self.code} – {self.name}"

    def stage(self, day: date, *, has_convention: bool) -> Stage | None:
        """Return where it is on a day; None when it was not known yet."""
        if self.began_on > day:
            return None
        if self.closed_on and self.closed_on <= day:
            return Stage.CLOSED
        if self.withdrawn_on and self.withdrawn_on <= day:
            return Stage.WITHDRAWN
        if has_convention:
            return Stage.UNDER_CONVENTION
        if self.recognised_on and self.recognised_on <= day:
            return Stage.RECOGNISED
        return self._stage_at_the_ars(day)

    def _stage_at_the_ars(self, day: date) -> Stage:
        made = [request for request in self.requests if request.submitted_on <= day]
        if not made:
            return Stage.ACCOMPANIED
        last = made[-1]
        if last.decided_on and last.decided_on <= day and last.decision == RecognitionRequest.Decision.REFUSED:
            return Stage.REFUSED
        return Stage.SUBMITTED if last.is_open(day) else Stage.TO_COMPLETE


class TeamFacts:
    """The teams of a scope, in three queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def all(self) -> dict[int, TeamFact]:
        """By key, in the order of their codes."""
        scope = self._facts.scope
        requests: dict[int, list[Request]] = defaultdict(list)
        for team, submitted_on, decided_on, decision, closed_at in (
            RecognitionRequest.objects.filter(scope.teams("team__"))
            .order_by("submitted_on", "pk")
            .values_list("team_id", "submitted_on", "decided_on", "decision", "closed_at")
        ):
            closed_on = timezone.localdate(closed_at) if closed_at else None
            requests[team].append(Request(submitted_on, decided_on, decision, closed_on))
        joined = dict(
            Membership.objects.filter(scope.teams("team__"))
            .order_by()
            .values_list("team_id")
            .annotate(Min("joined_on"))
        )
        first_of = self._facts.conventions.first_start
        found = {}
        columns = ("pk", "code", "name", "kind", "department_id", "created_at", "recognised_on",
                   "recognition_withdrawn_on", "closed_on", "outcome")  # fmt: skip
        rows = Team.objects.filter(scope.teams()).order_by("code").values_list(*columns, named=True)
        for row in rows:
            made = tuple(requests.get(row.pk, ()))
            known = [
                timezone.localdate(row.created_at),
                row.recognised_on,
                row.closed_on,
                joined.get(row.pk),
                first_of.get(row.pk),
                *(request.submitted_on for request in made[:1]),
            ]
            found[row.pk] = TeamFact(
                pk=row.pk,
                code=row.code,
                name=row.name,
                kind=row.kind,
                department=row.department_id,
                began_on=min(day for day in known if day),
                recognised_on=row.recognised_on,
                withdrawn_on=row.recognition_withdrawn_on,
                closed_on=row.closed_on,
                outcome=row.outcome,
                requests=made,
            )
        return found

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """Where each team is on the last day; those that were not known yet are left out."""
        day, under = self._facts.period.last, self._facts.conventions.teams_in_force
        found = {pk: team.stage(day, has_convention=pk in under) for pk, team in self.all.items()}
        return {pk: stage for pk, stage in found.items() if stage}

    @cached_property
    def followed(self) -> list[TeamFact]:
        """The teams that are followed on the last day: neither refused, withdrawn nor closed."""
        return [self.all[pk] for pk, stage in self.stages.items() if stage not in NOT_FOLLOWED]

    @cached_property
    def under_convention(self) -> list[TeamFact]:
        """The teams under convention on the last day."""
        return [self.all[pk] for pk, stage in self.stages.items() if stage is Stage.UNDER_CONVENTION]

    def label(self, pk: int) -> str:
        """How a team is named in a table."""
        return self.all[pk].label


def by_kind(counts: Counter[str]) -> Cut:
    """Return a cut by kind of team, in their usual order."""
    return cut("kind", "Par nature", counts, dict(TeamKind.choices), order=TeamKind.values)


def by_department(facts: Facts, counts: Counter[str], *, sums: bool = True, unit: Unit | None = None) -> Cut:
    """Return a cut by department."""
    return cut(
        "department", "Par département", counts, facts.departments, order=facts.departments, sums=sums, unit=unit
    )


def by_team(facts: Facts, counts: Counter[int], *, unit: Unit | None = None, sums: bool = True) -> Cut:
    """Return a cut by team: code and name, never a person."""
    known = facts.teams.all
    rows = cut("team", "Par équipe", counts, facts.teams.label, order=known, sums=sums, unit=unit).rows
    codes = {str(pk): team.code for pk, team in known.items()}
    renamed = tuple(type(row)(codes[row.key], row.label, row.value) for row in rows)
    return Cut("team", "Par équipe", renamed, sums=sums, unit=unit)


def counted(facts: Facts, teams: Iterable[TeamFact], *more: Cut) -> Measure:
    """Return how many teams, by kind and department, and ``more``."""
    found = list(teams)
    kinds, departments = Counter(team.kind for team in found), Counter(team.department for team in found)
    return Measure(len(found), (by_kind(kinds), by_department(facts, departments), *more))


def _followed(facts: Facts) -> Measure:
    stages = Counter(facts.teams.stages[team.pk] for team in facts.teams.followed)
    order = [stage for stage in STAGES if stage not in NOT_FOLLOWED]
    return counted(
        facts,
        facts.teams.followed,
        cut("stage", "Par étape", stages, STAGES, order=order),
        facts.territory.teams_by_epci,
    )


def _entered(facts: Facts) -> Measure:
    return counted(facts, (team for team in facts.teams.all.values() if team.began_on in facts.period))


def _recognised(facts: Facts) -> Measure:
    known = facts.teams.all.values()
    return counted(facts, (team for team in known if team.recognised_on and team.recognised_on in facts.period))


def _left(facts: Facts) -> Measure:
    gone = [team for team in facts.teams.all.values() if team.closed_on and team.closed_on in facts.period]
    outcomes = Counter(team.outcome for team in gone)
    return counted(facts, gone, cut("outcome", "Par devenir", outcomes, dict(Team.Outcome.choices)))


def _share(facts: Facts) -> Measure:
    return Measure(mean(len(facts.teams.under_convention), len(facts.teams.followed), Unit.PERCENT))


def _inactive(facts: Facts) -> Measure:
    active = facts.activity.teams_lately
    idle = [team for team in facts.teams.under_convention if team.pk not in active]
    return counted(facts, idle, by_team(facts, Counter(team.pk for team in idle)))


def _waiting(facts: Facts) -> Measure:
    return counted(facts, _at_the_ars(facts, days=0))


def _late(facts: Facts) -> Measure:
    late = list(_at_the_ars(facts, days=settings.OPINION_DAYS))
    return counted(facts, late, by_team(facts, Counter(team.pk for team in late)))


def _at_the_ars(facts: Facts, *, days: int) -> Iterable[TeamFact]:
    day = facts.period.last
    before = day - timedelta(days=days)
    for team in facts.teams.followed:
        if facts.teams.stages[team.pk] is Stage.SUBMITTED and any(
            request.is_open(day) and request.submitted_on <= before for request in team.requests
        ):
            yield team


def _delay(of: Callable[[Facts, TeamFact], Iterable[tuple[date | None, date | None]]]) -> Callable[[Facts], Measure]:
    """Return what computes the days between two steps, of those whose second step lies in the period."""

    def compute(facts: Facts) -> Measure:
        days = (
            (end - begin).days
            for team in facts.teams.all.values()
            for begin, end in of(facts, team)
            if begin and end and end in facts.period and begin <= end
        )
        return spread(Counter(days))

    return compute


def _contact_to_submission(facts: Facts, team: TeamFact) -> Iterable[tuple[date | None, date | None]]:
    return [(team.began_on, request.submitted_on) for request in team.requests[:1]]


def _submission_to_decision(facts: Facts, team: TeamFact) -> Iterable[tuple[date | None, date | None]]:
    return [(request.submitted_on, request.decided_on) for request in team.requests]


def _recognition_to_convention(facts: Facts, team: TeamFact) -> Iterable[tuple[date | None, date | None]]:
    return [(team.recognised_on, facts.conventions.first_signature.get(team.pk))]


INDICATORS = (
    Indicator(
        "teams.followed",
        Section.TEAMS,
        "Équipes suivies",
        "Équipes connues de l’association le dernier jour de la période, sauf celles qui sont closes, refusées ou dont "
        "la reconnaissance est retirée. Une équipe compte dans chaque EPCI où elle a une commune.",
        Unit.TEAMS,
        FILES,
        _followed,
    ),
    Indicator(
        "teams.under_convention",
        Section.TEAMS,
        "Équipes sous convention",
        "Équipes dont une convention signée est en vigueur le dernier jour de la période\u00a0: ce sont celles qui "
        "comptent dans le nombre d’équipes financées.",
        Unit.TEAMS,
        "Conventions d’équipe signées",
        lambda facts: counted(facts, facts.teams.under_convention),
    ),
    Indicator(
        "teams.share_under_convention",
        Section.TEAMS,
        "Part des équipes suivies qui sont sous convention",
        "Équipes sous convention rapportées aux équipes suivies, le dernier jour de la période.",
        Unit.PERCENT,
        FILES,
        _share,
    ),
    Indicator(
        "teams.entered",
        Section.TEAMS,
        "Nouvelles équipes",
        "Équipes dont la première date connue (inscription, première entrée d’un membre, dépôt, reconnaissance ou "
        "convention) est dans la période.",
        Unit.TEAMS,
        FILES,
        _entered,
    ),
    Indicator(
        "teams.recognised",
        Section.TEAMS,
        "Équipes reconnues ou enregistrées",
        "Équipes reconnues, ou enregistrées pour une ESP CLAP, par l’ARS dans la période.",
        Unit.TEAMS,
        "Courriers de l’ARS",
        _recognised,
    ),
    Indicator(
        "teams.left",
        Section.TEAMS,
        "Équipes closes",
        "Équipes closes dans la période, avec ce qu’elles sont devenues (MSP, CDS, dissoute, autre).",
        Unit.TEAMS,
        FILES,
        _left,
    ),
    Indicator(
        "teams.inactive",
        Section.TEAMS,
        "Équipes sans action depuis trois mois",
        "Équipes sous convention le dernier jour de la période, sans action déclarée ou validée dont la date est dans "
        "les trois mois qui précèdent.",
        Unit.TEAMS,
        "Actions déclarées",
        _inactive,
    ),
    Indicator(
        "path.contact_to_submission",
        Section.PATH,
        "Du premier contact au dépôt",
        "Jours entre la première date connue de l’équipe et son premier dépôt, pour les premiers dépôts de la période.",
        Unit.DAYS,
        FILES,
        _delay(_contact_to_submission),
    ),
    Indicator(
        "path.submission_to_decision",
        Section.PATH,
        "Du dépôt à la décision",
        "Jours entre le dépôt et la décision de l’ARS, pour les décisions de la période.",
        Unit.DAYS,
        "Dossiers déposés et courriers de l’ARS",
        _delay(_submission_to_decision),
    ),
    Indicator(
        "path.recognition_to_convention",
        Section.PATH,
        "De la reconnaissance à la convention",
        "Jours entre la reconnaissance et la signature de la première convention, pour les premières signatures de la "
        "période.",
        Unit.DAYS,
        "Courriers de l’ARS et conventions signées",
        _delay(_recognition_to_convention),
    ),
    Indicator(
        "path.waiting",
        Section.PATH,
        "Dossiers en attente de l’ARS",
        "Équipes dont le dossier est déposé et sans réponse le dernier jour de la période.",
        Unit.TEAMS,
        "Dossiers déposés",
        _waiting,
    ),
    Indicator(
        "path.late",
        Section.PATH,
        "Dossiers en attente au-delà du délai",
        "Parmi eux, ceux qui sont déposés depuis au moins le délai réglé pour l’avis de la délégation.",
        Unit.TEAMS,
        "Dossiers déposés",
        _late,
    ),
)
