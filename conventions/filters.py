"""Filters above the list of conventions."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from association.filters import officers
from association.listing.carried import CountedFilter
from association.listing.filters import (
    ChoicesFilter,
    DatesFilter,
    ListFilter,
    ObjectsFilter,
    SearchFilter,
    any_of,
)
from association.searching import words
from association.selectors.teams import teams_named
from conventions.models import Convention
from conventions.selectors.awaited import WAITING_LABELS, waiting_conventions


class ConventionFilter(ListFilter):
    q = SearchFilter("Numéro ou équipe")
    state = ChoicesFilter("État", Convention.State.choices)
    waiting = ChoicesFilter("Ce qui est attendu", WAITING_LABELS, method="for_what")
    officer = ObjectsFilter("Suivie par", officers, nobody="Personne", field_name="team__officer")
    starts_on = DatesFilter("Début")
    ends_on = DatesFilter("Fin")
    compte = CountedFilter("conventions")

    def search(self, conventions: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        for word in words(value):
            conventions = conventions.filter(Q(number__icontains=word) | Q(team__in=teams_named(word).values("pk")))
        return conventions

    def for_what(self, conventions: QuerySet[Convention], name: str, value: list[str]) -> QuerySet[Convention]:
        return any_of(conventions, value, waiting_conventions)
