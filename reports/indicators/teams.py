"""Teams on the last day of a period, and what happened to them in it.

What a team is on a day follows from the dates of its file, never from its state of today: the same question gives the
same answer next year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Min
from django.utils import timezone

from association.models import Membership, RecognitionRequest, Team, TransitionLog
from association.nomenclature import TeamKind
from reports.indicators.grants import targets_on
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, mean

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

FILES = "Dossiers des équipes, tenus par l’association"
OF_EPCI = (
    "L’EPCI d’une équipe est celui de la commune la plus peuplée de son territoire dans la région\u00a0; «\u00a0hors "
    "EPCI\u00a0» réunit les communes qui n’en ont pas et les équipes sans commune."
)


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
    """A team, with the dates of its file.

    ``steps``: (day, state) of each entry into a state before the submission, as somebody noted it then; of a team that
    was taken over from elsewhere its log knows none.
    """

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
    steps: tuple[tuple[date, str], ...]

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
            again = self._began_again(self.withdrawn_on, day)
            return self._stage_at_the_ars(day, since=self.withdrawn_on) if again else Stage.WITHDRAWN
        if has_convention:
            return Stage.UNDER_CONVENTION
        if self.recognised_on and self.recognised_on <= day:
            return Stage.RECOGNISED
        return self._stage_at_the_ars(day)

    def _stage_at_the_ars(self, day: date, *, since: date = date.min) -> Stage:
        """By the requests made after ``since``: what came before is over."""
        made = [request for request in self.requests if since < request.submitted_on <= day]
        if not made:
            return Stage.ACCOMPANIED
        last = made[-1]
        if last.decided_on and last.decided_on <= day and last.decision == RecognitionRequest.Decision.REFUSED:
            return Stage.ACCOMPANIED if self._began_again(last.decided_on, day) else Stage.REFUSED
        return Stage.SUBMITTED if last.is_open(day) else Stage.TO_COMPLETE

    def _began_again(self, since: date, day: date) -> bool:
        """Whether it took up its project again after a refusal or a withdrawal of a day."""
        return any(since <= on <= day and state == Team.State.DRAFTING for on, state in self.steps)


class TeamFacts:
    """The teams of a scope, in five queries."""

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
        first_of, steps = self._facts.conventions.first_start, self._steps
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
                steps=tuple(steps.get(row.pk, ())),
            )
        return found

    @property
    def _steps(self) -> dict[int, list[tuple[date, str]]]:
        """By team, the days on which somebody noted that it entered a state before the submission, in order."""
        found: dict[int, list[tuple[date, str]]] = defaultdict(list)
        logged = TransitionLog.objects.filter(
            content_type=ContentType.objects.get_for_model(Team), origin="", to_state__in=Team.BEFORE_SUBMISSION
        )
        for team, at, state in logged.order_by("at", "pk").values_list("object_id", "at", "to_state"):
            found[team].append((timezone.localdate(at), state))
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
    """Return a cut by department; where the rows do not add up, one that is 0 is told like any other."""
    order = facts.departments if sums else [code for code in facts.departments if code in counts]
    return cut(
        "department", "Par département", counts, facts.departments, order=order, sums=sums, unit=unit, zeros=not sums
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
        facts.territory.by_epci(facts.teams.followed),
    )


def _under_convention(facts: Facts) -> Measure:
    under = facts.teams.under_convention
    return counted(facts, under, facts.territory.by_epci(under))


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


def _share_of_cap(facts: Facts) -> Measure:
    """None for a department, or without such a target: the grant is regional."""
    cap = targets_on(facts.scope, facts.period).get("teams.under_convention", 0)
    return Measure(mean(len(facts.teams.under_convention), cap, Unit.PERCENT))


def _inactive(facts: Facts) -> Measure:
    active = facts.activity.teams_lately
    idle = [team for team in facts.teams.under_convention if team.pk not in active]
    return counted(facts, idle, by_team(facts, Counter(team.pk for team in idle)))


INDICATORS = (
    Indicator(
        "teams.followed",
        Section.TEAMS,
        "Équipes suivies",
        "Équipes connues de l’association le dernier jour de la période, sauf celles qui sont closes, refusées ou dont "
        "la reconnaissance est retirée. Celles qui ont repris leur projet depuis comptent de nouveau. "
        f"{OF_EPCI}",
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
        _under_convention,
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
        "teams.share_of_cap",
        Section.TEAMS,
        "Part du nombre d’équipes à financer",
        "Équipes sous convention rapportées au nombre d’équipes que la convention de financement fixe parmi ses "
        "objectifs chiffrés.",
        Unit.PERCENT,
        "Conventions d’équipe signées\u00a0; convention de financement",
        _share_of_cap,
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
)
