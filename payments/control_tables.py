"""The tables of the auditor: samples, and dated lists."""

from __future__ import annotations

import django_tables2 as tables

from association.tables import CODE, NAMES, NUMBER, DayColumn, InstantColumn
from payments.models import Account
from payments.tables import EurosColumn, IbanColumn


class SampleTable(tables.Table):
    drawn_at = InstantColumn(verbose_name="Tiré le", linkify=("payments:sample", {"pk": tables.A("pk")}))
    drawn_by = tables.Column(verbose_name="Par", accessor="drawn_by__full_name")
    starts_on = DayColumn(verbose_name="Payés du")
    ends_on = DayColumn(verbose_name="Au")
    items_count = tables.Column(verbose_name="Virements", attrs=NUMBER)
    above_cents = EurosColumn(verbose_name="Tous à partir de", default="")
    seed = tables.Column(verbose_name="Graine", attrs=CODE)
    with_evidence = tables.Column(verbose_name="Pièces")

    class Meta:
        order_by = "-drawn_at"
        empty_text = "Aucun dossier de contrôle. Tirez un échantillon de virements."

    def render_with_evidence(self, value: bool) -> str:
        return "jointes" if value else "citées"

    def value_with_evidence(self, value: bool) -> str:
        return self.render_with_evidence(value)


class AccessTable(tables.Table):
    person = tables.Column(verbose_name="Personne", accessor="user__full_name", attrs=NAMES)
    email = tables.Column(verbose_name="Courriel", accessor="user__email")
    role = tables.Column(verbose_name="Rôle", accessor="get_role_display", order_by=("role", "id"))
    at = InstantColumn(verbose_name="À partir du")
    until = InstantColumn(verbose_name="Jusqu’au")
    is_active = tables.Column(verbose_name="Compte")
    access_until = DayColumn(verbose_name="Accès jusqu’au")

    class Meta:
        order_by = "-at"
        empty_text = "Aucun droit n’est noté."

    def render_is_active(self, value: bool) -> str:
        return "actif" if value else "fermé"

    def value_is_active(self, value: bool) -> str:
        return self.render_is_active(value)


class AccountChangeTable(tables.Table):
    """Changes of state of the accounts; ``target`` is the account, of which the end of the IBAN is shown."""

    at = InstantColumn(verbose_name="Le")
    actor = tables.Column(verbose_name="Par", accessor="actor__full_name")
    beneficiary = tables.Column(
        verbose_name="Bénéficiaire",
        accessor="target__beneficiary",
        orderable=False,
        attrs=NAMES,
        linkify=("payments:account", {"pk": tables.A("object_id")}),
    )
    holder = tables.Column(verbose_name="Titulaire du compte", attrs=NAMES)
    iban_last4 = IbanColumn(accessor="target__iban_last4")
    from_state = tables.Column(verbose_name="De", default="")
    to_state = tables.Column(verbose_name="Vers")
    comment = tables.Column(verbose_name="Motif", default="", orderable=False)

    class Meta:
        order_by = "-at"
        empty_text = "Aucun compte n’a changé."

    def render_from_state(self, value: str) -> str:
        return dict(Account.State.choices).get(value, value)

    def render_to_state(self, value: str) -> str:
        return dict(Account.State.choices).get(value, value)

    def value_from_state(self, value: str) -> str:
        return self.render_from_state(value)

    def value_to_state(self, value: str) -> str:
        return self.render_to_state(value)
