"""What is due and what is not, over all runs: the lists behind the figures of the money (docs/lists.md)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet

from association.filters import departments, team_filter
from association.listing.declaration import Listing
from association.listing.filters import (
    ChoicesFilter,
    DatesFilter,
    EurosFilter,
    ListFilter,
    ObjectsFilter,
    SearchFilter,
    any_of,
)
from association.models import User
from association.money import euros
from association.tables import DayColumn, TeamColumn
from association.workbook.report import french
from payments.bank_reasons import BANK_REASONS
from payments.filters import TYPES
from payments.models import DueLine, Exclusion, LineKind
from payments.pricing import Reason
from payments.reasons import explain
from payments.selectors import ledger_pages
from payments.selectors.run_pages import search_exclusions, search_lines
from payments.tables import ActionColumn, LineTable, PersonColumn


class LedgerTable(LineTable):
    situation = tables.Column(verbose_name="Situation", orderable=False)
    paid_on = DayColumn(verbose_name="Payé le", default="", orderable=False)

    class Meta:
        order_by = ()
        sequence = ("professional", "action", "team", "kind", "price_cents", "amount_cents", "situation", "paid_on")
        empty_text = "Aucune indemnité ne répond."

    def render_situation(self, value: str) -> str:
        return ledger_pages.SITUATIONS[value]

    def value_situation(self, value: str) -> str:
        return ledger_pages.SITUATIONS[value]


class SettledDates(DatesFilter):
    """Days of a payment that settles a line, or did."""

    find: ClassVar[Any] = staticmethod(ledger_pages.paid_between)

    def filter(self, qs: QuerySet[Any], value: tuple[Any, Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = type(self).find(qs, *value)
        return found


class ReturnedDates(SettledDates):
    find = staticmethod(ledger_pages.returned_between)


class LedgerFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou action")
    situation = ChoicesFilter("Situation", tuple(ledger_pages.SITUATIONS.items()), method="in_situation")
    team = team_filter()
    department = ObjectsFilter("Département", departments, field_name="team__department")
    action_type = ChoicesFilter("Type", TYPES)
    kind = ChoicesFilter("Nature", LineKind.choices)
    held_on = DatesFilter("Date de l’action")
    paid_on = SettledDates("Payé le")
    returned_on = ReturnedDates("Rejeté ou retourné le")
    bank_reason = ChoicesFilter("Motif de la banque", tuple(BANK_REASONS.items()), method="came_back_for")
    amount_cents = EurosFilter("Montant")

    def search(self, lines: QuerySet[DueLine], name: str, value: str) -> QuerySet[DueLine]:
        return search_lines(lines, value)

    def in_situation(self, lines: QuerySet[DueLine], name: str, value: list[str]) -> QuerySet[DueLine]:
        return any_of(lines, value, ledger_pages.in_situation)

    def came_back_for(self, lines: QuerySet[DueLine], name: str, value: list[str]) -> QuerySet[DueLine]:
        return ledger_pages.came_back_for(lines, value)


class LedgerList(Listing):
    """What is due, line by line, over all months."""

    name = "grand-livre"
    title, noun = "Indemnités de tous les mois", "indemnité,indemnités"
    lead = "Ce que les paiements mensuels approuvés ont figé, et où en est chaque indemnité aujourd’hui."
    permission = "payments.view_run"
    address = "payments:ledger"
    table, filters = LedgerTable, LedgerFilter
    template = "payments/ledger.html"
    shown = ("professional", "action", "team", "kind", "amount_cents", "situation", "paid_on")

    def rows(self, user: User, **about: Any) -> QuerySet[DueLine]:
        return ledger_pages.ledger(user)

    def total(self, rows: QuerySet[Any]) -> str:
        return euros(ledger_pages.sum_of(rows))


class ExcludedTable(tables.Table):
    professional = PersonColumn("participation.professional")
    action = ActionColumn()
    team = TeamColumn("participation__action__team")
    reason = tables.Column(verbose_name="Motif")
    since = DayColumn(verbose_name="Depuis le paiement de")

    class Meta:
        order_by = ()
        empty_text = "Aucune participation ne répond."

    def render_reason(self, value: str) -> str:
        return french(explain(value).label)

    def value_reason(self, value: str) -> str:
        return french(explain(value).label)


class ExcludedFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou action")
    reason = ChoicesFilter("Motif", [(reason.value, explain(reason.value).label) for reason in Reason])
    team = team_filter("participation__action__team")
    department = ObjectsFilter("Département", departments, field_name="participation__action__team__department")
    held_on = DatesFilter("Date de l’action", field_name="participation__action__held_on")

    def search(self, rows: QuerySet[Exclusion], name: str, value: str) -> QuerySet[Exclusion]:
        return search_exclusions(rows, value)


class ExcludedList(Listing):
    """What no run has paid so far, each participation under its last reason."""

    name = "participations-non-indemnisees"
    title, noun = "Participations non indemnisées", "participation,participations"
    lead = "Validées, et qu’aucun paiement mensuel approuvé n’a indemnisées, selon le dernier motif."
    permission = "payments.view_run"
    address = "payments:excluded"
    table, filters = ExcludedTable, ExcludedFilter
    template = "payments/ledger.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Exclusion]:
        return ledger_pages.excluded(user)
