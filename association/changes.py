"""The changes of the ground that people are told of (association.registries.change_sources)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from association.models import HealthProject, Team, User
from association.registries import ChangeSource, change_sources


def _told_teams(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    for pk in pks:
        yield pk, pk, ""


def _told_projects(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    for pk, team, number in HealthProject.objects.filter(pk__in=pks).values_list("pk", "team", "number"):
        yield pk, team, f", version {number}"


def _states_of_team(user: User) -> Q:
    """What a team went through before its submission is not the ARS's."""
    return ~Q(to_state__in=Team.BEFORE_SUBMISSION) if user.role == "ars" else Q()


def _projects(user: User, teams: QuerySet[Team]) -> QuerySet[Any]:
    return HealthProject.objects.visible_to(user).filter(team__in=teams)


def register() -> None:
    change_sources.add(
        "association.teams",
        ChangeSource(
            model=Team,
            one="Équipe",
            many="équipes",
            scope=lambda user, teams: teams,
            told=_told_teams,
            page="association:team",
            only=_states_of_team,
        ),
    )
    change_sources.add(
        "association.projects",
        ChangeSource(
            model=HealthProject,
            one="Projet de santé",
            many="versions du projet de santé",
            scope=_projects,
            told=_told_projects,
            only=lambda user: ~Q(to_state=HealthProject.State.DRAFT),
        ),
    )
