"""The lists of a year's papers: who was paid, and who is to be declared."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from association.listing.declaration import Listing
from association.listing.filters import ChoicesFilter, EurosFilter, ListFilter, SearchFilter
from association.models import User
from association.money import euros
from association.tables import CODE, NAMES
from payments.models import Beneficiary
from payments.selectors.das2 import INCOMPLETE, das2_rows, incomplete, missing_of, siret_of, threshold_of
from payments.selectors.slips import SENDINGS, in_sending
from payments.selectors.statement_mails import statement_figures, statements_with_sending
from payments.selectors.statements import search_beneficiaries
from payments.selectors.year_days import known_year, of_year
from payments.slip_table import STATE, SendingColumn
from payments.tables import EurosColumn

PERSON, COMPANY = "professionnel", "societe"
NATURES = ((PERSON, "Professionnel"), (COMPANY, "Société"))
BY_NAME = ("professional__last_name", "professional__first_name", "company__name", "pk")


class _PayeeTable(tables.Table):
    """Who was paid in a year; ``year`` is that year."""

    beneficiary = tables.Column(verbose_name="Bénéficiaire", empty_values=(), order_by=BY_NAME, attrs=NAMES)
    number = tables.Column(verbose_name="RPPS ou code", empty_values=(), orderable=False, attrs=CODE)
    nature = tables.Column(verbose_name="Nature", empty_values=(), orderable=False)
    paid_cents = EurosColumn(verbose_name="Payé dans l’année")
    repaid_cents = EurosColumn(verbose_name="Remboursé")
    net_cents = EurosColumn(verbose_name="Net de l’année")

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        self.year = year
        super().__init__(*args, **kwargs)

    def value_beneficiary(self, record: Beneficiary) -> str:
        return str(record)

    def render_number(self, record: Beneficiary) -> str:
        return _number(record)

    def value_number(self, record: Beneficiary) -> str:
        return _number(record)

    def render_nature(self, record: Beneficiary) -> str:
        return _nature(record)

    def value_nature(self, record: Beneficiary) -> str:
        return _nature(record)


class StatementTable(_PayeeTable):
    address = tables.Column(verbose_name="Courriel", default="", attrs={"td": {"class": "wrap"}})
    sending = SendingColumn(STATE, verbose_name="Envoi", orderable=False)

    class Meta:
        order_by = ()
        empty_text = "Rien n’a été payé cette année."

    def render_beneficiary(self, record: Beneficiary) -> str:
        url = reverse("payments:statement_page", args=[self.year, record.pk])
        return format_html('<a href="{}">{}</a>', url, record)


class Das2Table(_PayeeTable):
    profession = tables.Column(verbose_name="Profession", empty_values=(), orderable=False)
    siret = tables.Column(verbose_name="SIRET", empty_values=(), orderable=False, attrs=CODE)
    address = tables.Column(verbose_name="Adresse", accessor="tax_identity__address", default="", orderable=False)
    postcode = tables.Column(verbose_name="Code postal", accessor="tax_identity__postcode", default="", orderable=False)
    town = tables.Column(verbose_name="Commune", accessor="tax_identity__town", default="", orderable=False)
    missing = tables.Column(verbose_name="À compléter", empty_values=(), orderable=False)

    class Meta:
        order_by = ()
        sequence = ("beneficiary", "nature", "number", "siret", "net_cents", "missing", "...")
        empty_text = "Personne n’a reçu plus que le seuil cette année."

    def render_beneficiary(self, record: Beneficiary) -> str:
        url = reverse("payments:tax_identity", args=[self.year, record.pk])
        return format_html('<a href="{}">{}</a>', url, record)

    def render_profession(self, record: Beneficiary) -> str:
        return str(record.professional.get_profession_display()) if record.professional else ""

    def value_profession(self, record: Beneficiary) -> str:
        return self.render_profession(record)

    def render_siret(self, record: Beneficiary) -> str:
        return siret_of(record)

    def value_siret(self, record: Beneficiary) -> str:
        return siret_of(record)

    def render_missing(self, record: Beneficiary) -> str:
        return ", ".join(missing_of(record)) or "complet"

    def value_missing(self, record: Beneficiary) -> str:
        return ", ".join(missing_of(record))


class StatementFilter(ListFilter):
    q = SearchFilter("Nom ou RPPS")
    nature = ChoicesFilter("Nature", NATURES, method="of_nature")
    paid_cents = EurosFilter("Payé dans l’année")

    def search(self, rows: QuerySet[Beneficiary], name: str, value: str) -> QuerySet[Beneficiary]:
        return search_beneficiaries(rows, value)

    def of_nature(self, rows: QuerySet[Beneficiary], name: str, value: list[str]) -> QuerySet[Beneficiary]:
        if set(value) == {PERSON, COMPANY}:
            return rows
        return rows.filter(professional__isnull=COMPANY in value)


class SentStatementFilter(StatementFilter):
    envoi = ChoicesFilter("Envoi", list(SENDINGS), method="with_sending")

    def with_sending(self, rows: QuerySet[Beneficiary], name: str, value: list[str]) -> QuerySet[Beneficiary]:
        return in_sending(rows, *value)


class Das2Filter(StatementFilter):
    missing = ChoicesFilter("Dossier", ((INCOMPLETE, "À compléter"),), method="incomplete")

    def incomplete(self, rows: QuerySet[Beneficiary], name: str, value: list[str]) -> QuerySet[Beneficiary]:
        return incomplete(rows)


class _OfYear(Listing):
    """A list of one civil year."""

    permission = "payments.view_year"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        return {**of_year(known_year(route["year"])), "tab": self.address.split(":")[1]}

    def table_options(self, **about: Any) -> dict[str, Any]:
        return {"year": about["year"]}


class StatementList(_OfYear):
    """Who was paid something in a year: one statement each."""

    name = "releves"
    title, noun = "Relevés annuels", "bénéficiaire,bénéficiaires"
    address = "payments:statement_list"
    shown = ("beneficiary", "number", "net_cents", "address", "sending")
    table, filters = StatementTable, SentStatementFilter
    template = "payments/year/statements.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        about = super().about(user, **route)
        figures = statement_figures(user, about["year"])
        return about | {
            "statement_figures": figures,
            "job": figures.job,
            "is_over": timezone.localdate().year > about["year"],
        }

    def rows(self, user: User, **about: Any) -> QuerySet[Beneficiary]:
        return statements_with_sending(user, about["year"])


class Das2List(_OfYear):
    """Who is to be declared for a year."""

    name = "das2"
    title, noun = "DAS2", "bénéficiaire à déclarer,bénéficiaires à déclarer"
    address = "payments:das2_list"
    table, filters = Das2Table, Das2Filter
    shown = ("beneficiary", "nature", "siret", "net_cents", "missing")
    template = "payments/year/das2.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        about = super().about(user, **route)
        return about | {"threshold": euros(threshold_of(about["year"]))}

    def rows(self, user: User, **about: Any) -> QuerySet[Beneficiary]:
        return das2_rows(user, about["year"])


def _number(record: Beneficiary) -> str:
    if record.professional is not None:
        return record.professional.rpps
    return record.company.code if record.company else ""


def _nature(record: Beneficiary) -> str:
    return "Professionnel" if record.professional_id else "Société"
