"""The lists of the grants, of the running costs and of the board (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from association.listing.declaration import Listing
from association.models import User
from payments.grant_filters import BoardPaidFilter, CostFilter, GrantFilter, MandateFilter
from payments.grant_tables import BoardPaidTable, CostTable, GrantTable, MandateTable
from payments.models import BoardMandate, Grant, RunningCost
from payments.selectors import grant_pages, grants, mandates

YEARS = range(2000, 2101)  # an address that somebody typed may say any


class GrantList(Listing):
    """The "conventions de financement" with the ARS."""

    name = "dotations"
    title, noun = "Dotations", "dotation,dotations"
    lead = (
        "Les conventions de financement avec l’ARS (FIR). Une action compte dans celle dont la période couvre sa date."
    )
    permission = "payments.view_grant"
    address, row_address = "payments:grant_list", "payments:grant"
    table, filters = GrantTable, GrantFilter
    template = "payments/grant_list.html"
    shown = ("reference", "state", "starts_on", "ends_on", "granted_cents", "received_cents", "due_cents")

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        return {"outside": grant_pages.outside_said()}

    def rows(self, user: User, **about: Any) -> QuerySet[Grant]:
        return grants.grant_list(user)


class CostList(Listing):
    """The association's running costs."""

    name = "depenses"
    title, noun = "Dépenses de fonctionnement", "dépense,dépenses"
    lead = "Ce que paie la part du fonctionnement, sous les rubriques du compte rendu financier (Cerfa 15059)."
    permission = "payments.view_grant"
    address = "payments:cost_list"
    table, filters = CostTable, CostFilter
    template = "payments/cost_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[RunningCost]:
        return grant_pages.cost_list(user)


class MandateList(Listing):
    """Who sits on the board, and when."""

    name = "mandats"
    title, noun = "Mandats du bureau", "mandat,mandats"
    lead = "Les membres du bureau, avec leurs dates. Un paiement mensuel qui les indemnise le dit avant le bon à payer."
    permission = "payments.view_mandate"
    address = "payments:mandate_list"
    table, filters = MandateTable, MandateFilter
    template = "payments/mandate_list.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        return {"years": mandates.board_years()}

    def rows(self, user: User, **about: Any) -> QuerySet[BoardMandate]:
        return mandates.mandate_list(user)


class BoardPaidList(Listing):
    """What board members were paid in a civil year, for the general assembly and the auditor."""

    name = "bureau-paye"
    title, noun = "Payé aux membres du bureau", "personne,personnes"
    lead = "Par date de paiement, virements revenus déduits ; ce qui est payé à une société à leur place compte."
    permission = "payments.view_board_paid"
    address = "payments:board_paid"
    table, filters = BoardPaidTable, BoardPaidFilter
    template = "payments/board_paid.html"
    shown = ("last_name", "first_name", "rpps", "mandate", "paid_cents", "last_paid_on")

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        if route["year"] not in YEARS:
            raise Http404
        return {"year": route["year"], "years": mandates.board_years()}

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        return mandates.paid_board(user, about["year"])

    def table_options(self, **about: Any) -> dict[str, Any]:
        return {"mandates": mandates.mandates_in_words(about["year"])}
