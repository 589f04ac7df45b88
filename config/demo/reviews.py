"""The yearly reviews of the demo: those of the year before the last month, in every state."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from association.models import Team, User
from association.workflow import enter_at
from config.demo.span import Span, at
from config.demo.users import DemoUsers
from reports.models import ReviewObjective, TeamReview
from reports.review_calendar import due_date
from reports.selectors.team_review_figures import figures_by_team
from reports.selectors.team_reviews import plan, project_of, teams_to_ask
from reports.services.team_reviews import objectives_of

State, Result = TeamReview.State, ReviewObjective.Result
# Of twenty teams; the referent of the demo finds the own one to fill in.
STATES = (
    State.TO_FILL,
    State.VALIDATED,
    State.SUBMITTED,
    State.RETURNED,
    State.WAIVED,
    State.TO_FILL,
    *[State.VALIDATED] * 14,
)
ANSWERS: tuple[tuple[str, str, str], ...] = (
    ("Réunions de concertation tenues", "8 sur 10 prévues", Result.PARTLY),
    ("Patients connus de deux professionnels au moins", "46", Result.REACHED),
    ("Délai de réponse à une demande d’avis", "2 jours en moyenne", Result.REACHED),
    ("Sorties d’hospitalisation annoncées avant le retour", "une sur deux", Result.PARTLY),
    ("Protocoles écrits et suivis", "aucun encore", Result.NOT_REACHED),
    ("", "", Result.NOT_FOLLOWED),
)
DIFFICULTIES = (
    "Deux départs dans l’année, et des agendas difficiles à accorder : les réunions se sont tenues en visio.",
    "La messagerie sécurisée n’est pas encore un réflexe pour tous. Peu de temps pour écrire les comptes rendus.",
    "Le lien avec l’hôpital reste fragile : les sorties sont encore souvent annoncées trop tard.",
)
PLANS = (
    "Accueillir une infirmière en pratique avancée, et tenir une réunion par mois à jour fixe.",
    "Écrire le protocole plaies chroniques commencé cette année ; y associer les pharmaciens.",
    "Poursuivre les concertations, et proposer un atelier de prévention avec la CPTS.",
)
RETURNED = "Il manque la valeur de l’année pour un objectif : complétez-la, puis remettez le bilan de nouveau."
WAIVED = "Équipe réorganisée dans l’année : son bilan se fait avec celui de la nouvelle équipe."


@dataclass
class Drawn:
    """One review, unsaved, with its state and its objectives."""

    review: TeamReview
    state: str
    objectives: list[ReviewObjective]


def seed_reviews(*, span: Span, seed: int, users: DemoUsers) -> int:
    """Make the reviews of the year before the last month, and return how many there are."""
    year = span.last.year - 1
    teams = list(teams_to_ask(year))
    own = set(Team.objects.visible_to(users.referent).values_list("pk", flat=True))
    teams.sort(key=lambda team: (team.pk not in own, team.pk))
    rng = random.Random(f"reviews {seed}")  # noqa: S311 - a demo wants the same draw again
    figures = figures_by_team([team.pk for team in teams], year)
    drawn = [
        _draw(team, year, STATES[number % len(STATES)], figures[team.pk].to_json(), rng)
        for number, team in enumerate(teams)
    ]
    _write(drawn, users.admin)
    return len(drawn)


def _draw(team: Team, year: int, state: str, figures: dict[str, Any], rng: random.Random) -> Drawn:
    opened_on = date(year + 1, 1, 5)
    review = TeamReview(
        team=team,
        year=year,
        project=project_of(team, year),
        opened_on=opened_on,
        due_on=due_date(year, plan(), asked_on=opened_on),
        created_at=at(opened_on, 5),
    )
    objectives = objectives_of(review, review.project)
    if state in (State.SUBMITTED, State.VALIDATED, State.RETURNED):
        review.submitted_on = opened_on + timedelta(days=rng.randint(20, 80))
        review.figures = {**figures, "counted_on": f"{review.submitted_on:%Y-%m-%d}"}
        review.difficulties, review.plans = rng.choice(DIFFICULTIES), rng.choice(PLANS)
        for one, answer in zip(objectives, rng.sample(ANSWERS, len(ANSWERS)), strict=False):
            one.indicator, one.value, one.result = answer
    for one in objectives:
        one.frozen = state not in TeamReview.OPEN
    if state == State.VALIDATED and review.submitted_on:
        review.validated_on = review.submitted_on + timedelta(days=rng.randint(2, 12))
    return Drawn(review, state, objectives)


def _write(drawn: list[Drawn], actor: User) -> None:
    for state, comment in ((None, ""), (State.RETURNED, RETURNED), (State.WAIVED, WAIVED)):
        mine = [one for one in drawn if (one.state if one.state in (State.RETURNED, State.WAIVED) else None) == state]
        enter_at(((one.review, one.state) for one in mine), actor=actor, origin="demo", comment=comment)
    ReviewObjective.objects.bulk_create(_objectives(drawn), batch_size=2_000)


def _objectives(drawn: list[Drawn]) -> Iterator[ReviewObjective]:
    for one in drawn:
        yield from one.objectives
