"""Filters above the lists of the payments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.filters import team_filter
from association.listing.filters import ChoicesFilter, DatesFilter, EurosFilter, ListFilter, SearchFilter
from association.nomenclature import ActionType
from association.searching import having, words
from payments.found import search_runs
from payments.models import Account, LineKind, Payment, Run
from payments.pricing import Reason
from payments.reasons import explain
from payments.selectors.run_pages import search_exclusions, search_lines

TYPES = [(code, code) for code in ActionType.values]


class RunFilter(ListFilter):
    q = SearchFilter("Mois")
    state = ChoicesFilter("État", Run.State.choices)
    due_cents = EurosFilter("Montant")

    def search(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        return search_runs(runs, value)


class LineFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou action")
    team = team_filter()
    action_type = ChoicesFilter("Type", TYPES)
    kind = ChoicesFilter("Nature", LineKind.choices)
    amount_cents = EurosFilter("Montant")

    def search(self, lines: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return search_lines(lines, value)


class ExclusionFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou action")
    reason = ChoicesFilter("Motif", [(reason.value, explain(reason.value).label) for reason in Reason])
    team = team_filter("participation__action__team")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return search_exclusions(rows, value)


class AccountFilter(ListFilter):
    q = SearchFilter("Titulaire, ou fin de l’IBAN")
    state = ChoicesFilter("État", Account.State.choices)
    entered_at = DatesFilter("Saisi", field_name="entered_at__date")

    def search(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        for word in words(value):
            accounts = having(accounts, word, "holder", "iban_last4")
        return accounts


class PaymentFilter(ListFilter):
    q = SearchFilter("Titulaire ou référence")
    state = ChoicesFilter("État", Payment.State.choices)
    amount_cents = EurosFilter("Montant")

    def search(self, payments: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        for word in words(value):
            payments = having(payments, word, "holder", "reference")
        return payments
