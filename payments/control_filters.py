"""Filters above the lists of the auditor."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.filters import ChoicesFilter, DatesFilter, ListFilter, SearchFilter
from association.models import Role
from association.searching import having, words
from payments.models import Account


class SampleFilter(ListFilter):
    drawn_at = DatesFilter("Tiré le", field_name="drawn_at__date")


class AccessFilter(ListFilter):
    q = SearchFilter("Nom ou courriel")
    role = ChoicesFilter("Rôle", Role.choices)
    at = DatesFilter("À partir du", field_name="at__date")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            rows = having(rows, word, "user__full_name", "user__email")
        return rows


class AccountChangeFilter(ListFilter):
    q = SearchFilter("Titulaire du compte")
    to_state = ChoicesFilter("Vers", Account.State.choices)
    at = DatesFilter("Le", field_name="at__date")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            rows = having(rows, word, "holder")
        return rows
