"""The way of a team: how long each step takes until the next, and the teams that do not get on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from association.models import Team
from reports.indicators.model import Indicator, Measure, Section, Unit, cut, spread
from reports.indicators.teams import FILES, Stage, TeamFact, by_team, counted

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

LETTERS = "Courriers de l’ARS"
LOGGED = "Historique des dossiers des équipes"
Pairs = Iterable[tuple[date | None, date | None]]
STEPS: dict[str, str] = {
    Team.State.REGISTERED: "Inscrites",
    Team.State.ACCOMPANIED: "En accompagnement",
    Team.State.DRAFTING: "Projet en rédaction",
    Team.State.SUBMITTED: "Déposées à l’ARS",
    Team.State.TO_COMPLETE: "À compléter",
    Team.State.RECOGNISED: "Reconnues ou enregistrées, sans convention",
}


class Waiting(NamedTuple):
    """Where a team is on its way on a day, by the names of the states, and since when."""

    step: str
    since: date

    def is_stuck(self, day: date) -> bool:
        """Whether it is there for longer than is usual (`TEAM_LATE_DAYS`, as on the board of teams)."""
        usual = settings.TEAM_LATE_DAYS.get(str(self.step))
        return usual is not None and (day - self.since).days > usual


def waiting_of(facts: Facts, team: TeamFact) -> Waiting | None:
    """Return where a followed team stands on the last day; None for one under convention, which has arrived."""
    day, stage = facts.period.last, facts.teams.stages[team.pk]
    if stage is Stage.ACCOMPANIED:
        noted = [(on, state) for on, state in team.steps if on <= day]
        # Of what was taken over from elsewhere nothing more is known than that it is accompanied.
        on, state = noted[-1] if noted else (team.began_on, Team.State.ACCOMPANIED)
        return Waiting(state, on)
    if stage is Stage.SUBMITTED:
        opened = [request.submitted_on for request in team.requests if request.is_open(day)]
        return Waiting(Team.State.SUBMITTED, opened[-1])
    if stage is Stage.TO_COMPLETE:
        last = [request for request in team.requests if request.submitted_on <= day][-1]
        ended = min(on for on in (last.decided_on, last.closed_on) if on)
        return Waiting(Team.State.TO_COMPLETE, ended)
    if stage is Stage.RECOGNISED and team.recognised_on:
        last_end = facts.conventions.last_end.get(team.pk, team.recognised_on)
        return Waiting(Team.State.RECOGNISED, max(team.recognised_on, last_end))
    return None


def _stuck(facts: Facts) -> Measure:
    found: list[TeamFact] = []
    steps: Counter[str] = Counter()
    for team in facts.teams.followed:
        waiting = waiting_of(facts, team)
        if waiting and waiting.is_stuck(facts.period.last):
            found.append(team)
            steps[waiting.step] += 1
    return counted(
        facts,
        found,
        cut("step", "Par étape où elles sont arrêtées", steps, STEPS, order=STEPS),
        by_team(facts, Counter(team.pk for team in found)),
    )


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


def _delay(of: Callable[[Facts, TeamFact], Pairs]) -> Callable[[Facts], Measure]:
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


def _first(team: TeamFact, state: str) -> date | None:
    """The day on which somebody first noted that a team entered a state."""
    return next((on for on, noted in team.steps if noted == state), None)


def _contact_to_support(facts: Facts, team: TeamFact) -> Pairs:
    return [(team.began_on, _first(team, Team.State.ACCOMPANIED))]


def _support_to_drafting(facts: Facts, team: TeamFact) -> Pairs:
    return [(_first(team, Team.State.ACCOMPANIED), _first(team, Team.State.DRAFTING))]


def _drafting_to_submission(facts: Facts, team: TeamFact) -> Pairs:
    return [(_first(team, Team.State.DRAFTING), request.submitted_on) for request in team.requests[:1]]


def _contact_to_submission(facts: Facts, team: TeamFact) -> Pairs:
    return [(team.began_on, request.submitted_on) for request in team.requests[:1]]


def _submission_to_decision(facts: Facts, team: TeamFact) -> Pairs:
    return [(request.submitted_on, request.decided_on) for request in team.requests]


def _recognition_to_convention(facts: Facts, team: TeamFact) -> Pairs:
    return [(team.recognised_on, facts.conventions.first_signature.get(team.pk))]


def _convention_to_action(facts: Facts, team: TeamFact) -> Pairs:
    return [(facts.conventions.first_effect.get(team.pk), facts.activity.first_action.get(team.pk))]


def _step(key: str, name: str, definition: str, source: str, of: Callable[[Facts, TeamFact], Pairs]) -> Indicator:
    return Indicator(f"path.{key}", Section.PATH, name, definition, Unit.DAYS, source, _delay(of))


INDICATORS = (
    _step(
        "contact_to_support",
        "Du premier contact à l’accompagnement",
        "Jours entre la première date connue de l’équipe et le début de son accompagnement, pour les débuts de la "
        "période. Les équipes reprises d’un autre suivi n’y comptent pas\u00a0: cette date n’en est pas connue.",
        LOGGED,
        _contact_to_support,
    ),
    _step(
        "support_to_drafting",
        "De l’accompagnement au projet de santé",
        "Jours entre le début de l’accompagnement et celui de la rédaction du projet de santé, pour les rédactions "
        "commencées dans la période.",
        LOGGED,
        _support_to_drafting,
    ),
    _step(
        "drafting_to_submission",
        "De la rédaction au dépôt",
        "Jours entre le début de la rédaction du projet de santé et le premier dépôt, pour les premiers dépôts de la "
        "période.",
        f"{LOGGED}\u00a0; dossiers déposés",
        _drafting_to_submission,
    ),
    _step(
        "contact_to_submission",
        "Du premier contact au dépôt",
        "Jours entre la première date connue de l’équipe et son premier dépôt, pour les premiers dépôts de la période.",
        FILES,
        _contact_to_submission,
    ),
    _step(
        "submission_to_decision",
        "Du dépôt à la décision",
        "Jours entre le dépôt et la décision de l’ARS, pour les décisions de la période.",
        f"Dossiers déposés et {LETTERS[:1].lower()}{LETTERS[1:]}",
        _submission_to_decision,
    ),
    _step(
        "recognition_to_convention",
        "De la reconnaissance à la convention",
        "Jours entre la reconnaissance et la signature de la première convention, pour les premières signatures de la "
        "période.",
        f"{LETTERS} et conventions signées",
        _recognition_to_convention,
    ),
    _step(
        "convention_to_action",
        "De la convention à la première action",
        "Jours entre la prise d’effet de la première convention et la première action validée qui n’est pas la "
        "rédaction du projet de santé, ce jour-là ou ensuite, pour les premières actions de la période.",
        "Conventions d’équipe signées\u00a0; actions validées",
        _convention_to_action,
    ),
    Indicator(
        "path.stuck",
        Section.PATH,
        "Équipes arrêtées à une étape",
        "Équipes suivies qui, le dernier jour de la période, sont à la même étape depuis plus longtemps que le délai "
        "réglé pour elle. Une équipe sous convention n’est jamais arrêtée.",
        Unit.TEAMS,
        f"{FILES}\u00a0; délais réglés",
        _stuck,
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
