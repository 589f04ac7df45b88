"""Filters above the lists of the ground; their state is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from association.models import Department, Team, User
from association.nomenclature import TeamKind
from association.selectors.findings import teams_with, watch_choices
from association.selectors.recognition import waiting_for
from association.selectors.teams import search_teams


class TeamFilter(filters.FilterSet):
    q = filters.CharFilter(label="Nom, code ou commune", method="search")
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes")
    state = filters.ChoiceFilter(label="État", choices=Team.State.choices, empty_label="Tous")
    department = filters.ModelChoiceFilter(
        label="Département", queryset=Department.objects.filter(teams__isnull=False).distinct(), empty_label="Tous"
    )
    officer = filters.ModelChoiceFilter(
        label="Suivie par",
        queryset=User.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        null_label="Personne",
    )
    constat = filters.ChoiceFilter(label="Constat", choices=watch_choices, method="found", empty_label="Tous")

    class Meta:
        model = Team
        fields = ["q", "kind", "state", "department", "officer", "constat"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None or not self.request.user.has_perm("association.view_findings"):
            del self.filters["constat"]

    def search(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return search_teams(teams, value)

    def found(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return teams_with(teams, value)


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
