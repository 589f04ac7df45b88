"""Filters above the lists of the payments."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from association.models import Team
from association.nomenclature import ActionType
from association.searching import having, words
from payments.models import LineKind, Payment
from payments.pricing import Reason
from payments.reasons import explain
from payments.selectors.run_pages import search_exclusions, search_lines

TYPES = [(code, code) for code in ActionType.values]


class LineFilter(filters.FilterSet):
    q = filters.CharFilter(label="Nom, RPPS ou action", method="search")
    team = filters.ModelChoiceFilter(label="Équipe", queryset=Team.objects.all(), empty_label="Toutes")
    action_type = filters.ChoiceFilter(label="Type", choices=TYPES, empty_label="Tous")
    kind = filters.ChoiceFilter(label="Nature", choices=LineKind.choices, empty_label="Toutes")

    def search(self, lines: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return search_lines(lines, value)


class ExclusionFilter(filters.FilterSet):
    q = filters.CharFilter(label="Nom, RPPS ou action", method="search")
    reason = filters.ChoiceFilter(
        label="Motif", choices=[(reason.value, explain(reason.value).label) for reason in Reason], empty_label="Tous"
    )
    team = filters.ModelChoiceFilter(
        label="Équipe", queryset=Team.objects.all(), field_name="participation__action__team", empty_label="Toutes"
    )

    def search(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return search_exclusions(rows, value)


class PaymentFilter(filters.FilterSet):
    q = filters.CharFilter(label="Titulaire ou référence", method="search")
    state = filters.ChoiceFilter(label="État", choices=Payment.State.choices, empty_label="Tous")

    def search(self, payments: QuerySet[Payment], name: str, value: Any) -> QuerySet[Payment]:
        for word in words(value):
            payments = having(payments, word, "holder", "reference")
        return payments
