"""Filters above the list of conventions."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from association.models import User
from association.searching import words
from association.selectors.teams import teams_named
from conventions.models import Convention
from conventions.selectors.awaited import WAITING_LABELS, waiting_conventions


class ConventionFilter(filters.FilterSet):
    q = filters.CharFilter(label="Numéro ou équipe", method="search")
    state = filters.ChoiceFilter(label="État", choices=Convention.State.choices, empty_label="Tous")

    waiting = filters.ChoiceFilter(
        label="Ce qui est attendu", choices=WAITING_LABELS, method="for_what", empty_label="Tout"
    )
    officer = filters.ModelChoiceFilter(
        label="Suivie par",
        field_name="team__officer",
        queryset=User.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        null_label="Personne",
    )

    class Meta:
        model = Convention
        fields = ["q", "state", "waiting", "officer"]

    def search(self, conventions: QuerySet[Convention], name: str, value: Any) -> QuerySet[Convention]:
        for word in words(value):
            conventions = conventions.filter(Q(number__icontains=word) | Q(team__in=teams_named(word).values("pk")))
        return conventions

    def for_what(self, conventions: QuerySet[Convention], name: str, value: Any) -> QuerySet[Convention]:
        return waiting_conventions(conventions, value)
