"""The list of bank accounts: their end only, whoever looks."""

from __future__ import annotations

import django_tables2 as tables

from association.tables import CODE, NAMES, StateColumn


class AccountTable(tables.Table):
    beneficiary = tables.Column(verbose_name="Bénéficiaire", orderable=False, attrs=NAMES)
    holder = tables.Column(verbose_name="Titulaire du compte", attrs=NAMES)
    iban_last4 = tables.Column(verbose_name="IBAN", orderable=False, attrs=CODE)
    bic = tables.Column(verbose_name="BIC", attrs=CODE, default="")
    state = StateColumn()
    entered_at = tables.DateTimeColumn(verbose_name="Saisi le", format="d/m/Y", attrs=CODE)
    entered_by = tables.Column(verbose_name="Saisi par", accessor="entered_by__full_name")
    verified_at = tables.DateTimeColumn(verbose_name="Vérifié le", format="d/m/Y", attrs=CODE)
    verified_by = tables.Column(verbose_name="Vérifié par", accessor="verified_by__full_name", default="")

    class Meta:
        order_by = "-entered_at"
        empty_text = "Aucun compte ne répond à ces filtres. Un compte se saisit depuis la page d’un professionnel."

    def render_iban_last4(self, value: str) -> str:
        return f"•••• {value}"

    def value_iban_last4(self, value: str) -> str:
        return f"•••• {value}"
