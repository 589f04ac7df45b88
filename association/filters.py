"""Filters above the lists of the ground; their state is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from association.listing.filters import (
    ChoicesFilter,
    ListFilter,
    NumbersFilter,
    ObjectsFilter,
    SearchFilter,
    any_of,
)
from association.models import Department, Professional, Team, User
from association.nomenclature import Profession, TeamKind
from association.selectors.findings import teams_with, watch_choices
from association.selectors.people import people_of_department, search_people
from association.selectors.recognition import waiting_for
from association.selectors.region_map import STAGES, at_stage
from association.selectors.teams import search_teams


def departments(user: User) -> QuerySet[Department]:
    """Return the departments that have teams."""
    return Department.objects.filter(teams__isnull=False).distinct()


def officers(user: User) -> QuerySet[User]:
    """Return those who follow a team."""
    return User.objects.filter(teams__isnull=False).distinct().order_by("full_name", "pk")


class TeamFilter(ListFilter):
    q = SearchFilter("Nom, code ou commune")
    state = ChoicesFilter("État", Team.State.choices)
    kind = ChoicesFilter("Nature", TeamKind.choices)
    department = ObjectsFilter("Département", departments)
    officer = ObjectsFilter("Suivie par", officers, nobody="Personne")
    constat = ChoicesFilter("Constat", watch_choices, method="found")
    members_count = NumbersFilter("Membres")

    def closed(self) -> list[str]:
        return [] if self.user.has_perm("association.view_findings") else ["constat"]

    def search(self, teams: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        return search_teams(teams, value)

    def found(self, teams: QuerySet[Team], name: str, value: list[str]) -> QuerySet[Team]:
        return any_of(teams, value, teams_with)


class RecognitionFilter(filters.FilterSet):
    WAITING = (("instruire", "À l’instruction"), ("retard", "Avis en retard"), ("completer", "À compléter"))

    q = filters.CharFilter(label="Nom, code ou commune", method="search")
    waiting = filters.ChoiceFilter(label="Ce qui est attendu", choices=WAITING, method="for_what", empty_label="Tout")
    department = filters.ModelChoiceFilter(
        label="Département", queryset=Department.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )
    officer = filters.ModelChoiceFilter(
        label="Suivie par", queryset=User.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )

    class Meta:
        model = Team
        fields = ["q", "waiting", "department", "officer"]

    def search(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return search_teams(teams, value)

    def for_what(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return waiting_for(teams, value)


class PeopleFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou commune")
    profession = ChoicesFilter("Profession", Profession.choices)
    department = ObjectsFilter("Département", departments, method="of_departments")

    def search(self, people: QuerySet[Professional], name: str, value: str) -> QuerySet[Professional]:
        return search_people(people, value)

    def of_departments(
        self, people: QuerySet[Professional], name: str, value: list[str]
    ) -> QuerySet[Professional]:  # fmt: skip
        return any_of(people, value, people_of_department)


class BoardFilter(filters.FilterSet):
    """Above the board: the same names as in the list, so that a column leads to exactly its teams there."""

    department = filters.ModelChoiceFilter(
        label="Département", queryset=Department.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes")
    officer = filters.ModelChoiceFilter(
        label="Suivie par",
        queryset=User.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        null_label="Personne",
    )

    class Meta:
        model = Team
        fields = ["department", "kind", "officer"]


class MapFilter(filters.FilterSet):
    """Above the map: which teams, and what the size of a point says."""

    POINTS = (("membres", "Nombre de membres"),)

    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes")
    stage = filters.ChoiceFilter(label="Équipes", choices=STAGES[1:], method="that_far", empty_label=STAGES[0][1])
    points = filters.ChoiceFilter(
        label="Taille des points", choices=POINTS, method="all_of_them", empty_label="Nombre d’équipes"
    )

    class Meta:
        model = Team
        fields = ["kind", "stage", "points"]

    def that_far(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return at_stage(teams, value)

    def all_of_them(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        """The size of points leaves out no team."""
        return teams
