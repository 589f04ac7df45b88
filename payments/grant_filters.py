"""Filters above the lists of the grants, of the running costs and of the board."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.filters import ChoicesFilter, DatesFilter, EurosFilter, ListFilter, SearchFilter
from association.searching import having, words
from payments.models import BoardFunction, CostHeading, Grant


class GrantFilter(ListFilter):
    q = SearchFilter("Référence ou financeur")
    state = ChoicesFilter("État", Grant.State.choices)
    starts_on = DatesFilter("Début")

    def search(self, grants: QuerySet[Grant], name: str, value: str) -> QuerySet[Grant]:
        for word in words(value):
            grants = having(grants, word, "reference", "funder")
        return grants


class CostFilter(ListFilter):
    q = SearchFilter("Libellé")
    heading = ChoicesFilter("Rubrique", CostHeading.choices)
    spent_on = DatesFilter("Date")
    amount_cents = EurosFilter("Montant")

    def search(self, costs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            costs = having(costs, word, "label")
        return costs


class MandateFilter(ListFilter):
    q = SearchFilter("Nom")
    function = ChoicesFilter("Fonction", BoardFunction.choices)
    starts_on = DatesFilter("Début")

    def search(self, mandates: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            mandates = having(mandates, word, "professional__last_name", "professional__first_name", "user__full_name")
        return mandates


class BoardPaidFilter(ListFilter):
    q = SearchFilter("Nom ou RPPS")
    paid_cents = EurosFilter("Payé")

    def search(self, people: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            people = having(people, word, "last_name", "first_name", "rpps")
        return people
