"""Filters above the list of conventions."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from association.searching import words
from association.selectors.teams import teams_named
from conventions.models import Convention


class ConventionFilter(filters.FilterSet):
    q = filters.CharFilter(label="Numéro ou équipe", method="search")
    state = filters.ChoiceFilter(label="État", choices=Convention.State.choices, empty_label="Tous")

    class Meta:
        model = Convention
        fields = ["q", "state"]

    def search(self, conventions: QuerySet[Convention], name: str, value: Any) -> QuerySet[Convention]:
        for word in words(value):
            conventions = conventions.filter(Q(number__icontains=word) | Q(team__in=teams_named(word).values("pk")))
        return conventions
