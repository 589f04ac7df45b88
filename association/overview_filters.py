"""Filters above the board and the map; their state is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from association.forms.shared import UNKNOWN_CHOICE
from association.models import Department, Team, User
from association.nomenclature import TeamKind
from association.selectors.region_map import STAGES, at_stage

SAID = {"invalid_choice": UNKNOWN_CHOICE}


class BoardFilter(filters.FilterSet):
    """Above the board: the same names as in the list, so that a column leads to exactly its teams there."""

    department = filters.ModelChoiceFilter(
        label="Département",
        queryset=Department.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        error_messages=SAID,
    )
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes", error_messages=SAID)
    officer = filters.ModelChoiceFilter(
        label="Suivie par",
        queryset=User.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        null_label="Personne",
        error_messages=SAID,
    )

    class Meta:
        model = Team
        fields = ["department", "kind", "officer"]


class MapFilter(filters.FilterSet):
    """Above the map: which teams, and what the size of a point says."""

    POINTS = (("membres", "Nombre de membres"),)

    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes", error_messages=SAID)
    stage = filters.ChoiceFilter(
        label="Équipes", choices=STAGES[1:], method="that_far", empty_label=STAGES[0][1], error_messages=SAID
    )
    points = filters.ChoiceFilter(
        label="Taille des points",
        choices=POINTS,
        method="all_of_them",
        empty_label="Nombre d’équipes",
        error_messages=SAID,
    )

    class Meta:
        model = Team
        fields = ["kind", "stage", "points"]

    def that_far(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return at_stage(teams, value)

    def all_of_them(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        """The size of points leaves out no team."""
        return teams
