"""Filters above the lists of the ground; their state is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from association.models import Department, Team, User
from association.nomenclature import TeamKind
from association.selectors.teams import search_teams


class TeamFilter(filters.FilterSet):
    q = filters.CharFilter(label="Nom, code ou commune", method="search")
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes")
    state = filters.ChoiceFilter(label="État", choices=Team.State.choices, empty_label="Tous")
    department = filters.ModelChoiceFilter(
        label="Département", queryset=Department.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )
    officer = filters.ModelChoiceFilter(
        label="Suivie par", queryset=User.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )

    class Meta:
        model = Team
        fields = ["q", "kind", "state", "department", "officer"]

    def search(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return search_teams(teams, value)
