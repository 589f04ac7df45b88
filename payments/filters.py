"""Filters above the lists of the payments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.filters import team_filter
from association.listing.filters import (
    ChoicesFilter,
    DatesFilter,
    EurosFilter,
    ListFilter,
    ObjectsFilter,
    SearchFilter,
    any_of,
)
from association.nomenclature import ActionType, ParticipationRole, Profession, TeamKind
from association.searching import having, words
from payments.found import search_runs
from payments.models import Account, LineKind, Payment, Price, RepaymentRequest, Run
from payments.models.accounts import MANAGE
from payments.pricing import Reason
from payments.reasons import explain
from payments.selectors.accounts import IN_DOUBT, WAITING, search_accounts, waiting_accounts, with_shared_iban
from payments.selectors.recoveries import search_beneficiaries
from payments.selectors.run_pages import search_exclusions, search_lines
from payments.selectors.runs import NEW
from payments.selectors.transfers import runs_with_payments, search_payments

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
    depuis = ChoicesFilter("Depuis", ((NEW, "Ce mois-ci"),), method="new")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return search_exclusions(rows, value)

    def new(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return rows.filter(since=self.about["run"].month)


class AccountFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou fin de l’IBAN")
    state = ChoicesFilter("État", Account.State.choices)
    waiting = ChoicesFilter("Attendu", WAITING, method="for_what")
    iban = ChoicesFilter("Alerte", IN_DOUBT, method="in_doubt")
    entered_at = DatesFilter("Saisi le", field_name="entered_at__date")

    def closed(self) -> list[str]:
        return [] if self.user.has_perm(MANAGE) else ["waiting"]

    def search(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return search_accounts(accounts, value)

    def for_what(self, accounts: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        return any_of(accounts, value, lambda rows, what: waiting_accounts(rows, what, user=self.user))

    def in_doubt(self, accounts: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        return with_shared_iban(accounts)


class PaymentFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou référence")
    state = ChoicesFilter("État", Payment.State.choices)
    run = ObjectsFilter("Paiement", runs_with_payments)
    amount_cents = EurosFilter("Montant")
    paid_on = DatesFilter("Payé le")
    back_on = DatesFilter("Rejeté ou revenu le")

    def search(self, payments: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        return search_payments(payments, value)


class RunPaymentFilter(ListFilter):
    q = SearchFilter("Titulaire ou référence")
    state = ChoicesFilter("État", Payment.State.choices)
    amount_cents = EurosFilter("Montant")

    def search(self, payments: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        for word in words(value):
            payments = having(payments, word, "holder", "reference")
        return payments


class PriceHistoryFilter(ListFilter):
    q = SearchFilter("Publié par")
    kind = ChoicesFilter("Nature", TeamKind.choices)
    action_type = ChoicesFilter("Type", TYPES)
    role = ChoicesFilter("Rôle", ParticipationRole.choices)
    profession = ChoicesFilter("Profession", Profession.choices)
    starts_on = DatesFilter("En vigueur le")
    published_at = DatesFilter("Publié le", field_name="published_at__date")

    def search(self, prices: QuerySet[Price], name: str, value: str) -> QuerySet[Price]:
        for word in words(value):
            prices = having(prices, word, "published_by__full_name")
        return prices


class DebtFilter(ListFilter):
    q = SearchFilter("Nom ou RPPS")
    debt_cents = EurosFilter("À rembourser")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return search_beneficiaries(rows, value)


class RepaymentFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou numéro")
    state = ChoicesFilter("État", RepaymentRequest.State.choices)
    amount_cents = EurosFilter("Montant demandé")
    requested_on = DatesFilter("Demandé le")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return search_beneficiaries(rows, value, "number", under="beneficiary__")


class ScenarioFilter(ListFilter):
    q = SearchFilter("Nom")
    created_at = DatesFilter("Créée le", field_name="created_at__date")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in words(value):
            rows = having(rows, word, "name")
        return rows
