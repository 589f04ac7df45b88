"""The tables of the grants, of the running costs and of the board."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables

from association.tables import CODE, NAMES, DayColumn, PieceColumn, StateColumn
from payments.tables import EurosColumn


class GrantTable(tables.Table):
    reference = tables.Column(verbose_name="Référence", linkify=("payments:grant", {"pk": tables.A("pk")}))
    state = StateColumn()
    starts_on = DayColumn(verbose_name="Du")
    ends_on = DayColumn(verbose_name="Au")
    granted_cents = EurosColumn(verbose_name="Accordé")
    received_cents = EurosColumn(verbose_name="Reçu")
    team_cents = EurosColumn(verbose_name="Part des équipes à la signature")
    due_cents = EurosColumn(verbose_name="Dû aux équipes")

    class Meta:
        order_by = "-starts_on"
        empty_text = "Aucune dotation. Saisissez la convention de financement de l’année."


class CostTable(tables.Table):
    spent_on = PieceColumn(
        '{% if perms.payments.manage_grant %}<a href="{% url "payments:cost_edit" record.pk %}">'
        '{{ record.spent_on|date:"SHORT_DATE_FORMAT" }}</a>'
        '{% else %}{{ record.spent_on|date:"SHORT_DATE_FORMAT" }}{% endif %}',
        verbose_name="Date",
        order_by=("spent_on", "id"),
        export="spent_on",
        attrs=CODE,
    )
    heading = tables.Column(verbose_name="Rubrique", accessor="get_heading_display", order_by=("heading", "id"))
    label = tables.Column(verbose_name="Libellé")
    amount_cents = EurosColumn(verbose_name="Montant")
    entered_by = tables.Column(verbose_name="Saisie par", accessor="entered_by__full_name")

    class Meta:
        order_by = "-spent_on"
        empty_text = "Aucune dépense pour l’instant."


class MandateTable(tables.Table):
    person = PieceColumn(
        '{% if perms.payments.manage_mandate %}<a href="{% url "payments:mandate_edit" record.pk %}">'
        "{{ record.person }}</a>{% else %}{{ record.person }}{% endif %}",
        verbose_name="Personne",
        order_by=("sorted_name", "id"),
        attrs=NAMES,
    )
    function = tables.Column(verbose_name="Fonction", accessor="get_function_display", order_by=("function", "id"))
    starts_on = DayColumn(verbose_name="Du")
    ends_on = DayColumn(verbose_name="Au")
    reason = tables.Column(verbose_name="Décision", default="")

    class Meta:
        order_by = "-starts_on"
        empty_text = "Aucun mandat. Saisissez les membres du bureau, avec leurs dates."

    def value_person(self, record: Any) -> str:
        return str(record.person)


class BoardPaidTable(tables.Table):
    """What board members were paid in a civil year; ``mandates``: their functions in words, by person."""

    last_name = tables.Column(verbose_name="Nom", attrs=NAMES, order_by=("last_name", "first_name", "id"))
    first_name = tables.Column(verbose_name="Prénom", attrs=NAMES)
    rpps = tables.Column(verbose_name="RPPS", attrs=CODE)
    mandate = tables.Column(verbose_name="Mandat", empty_values=(), orderable=False)
    paid_cents = EurosColumn(verbose_name="Payé dans l’année")
    first_paid_on = DayColumn(verbose_name="Premier virement")
    last_paid_on = DayColumn(verbose_name="Dernier virement")

    class Meta:
        order_by = "last_name"
        empty_text = "Aucun membre du bureau n’est un professionnel cette année-là."

    def __init__(self, *args: Any, mandates: dict[int, str], **kwargs: Any) -> None:
        self.mandates = mandates
        super().__init__(*args, **kwargs)

    def render_mandate(self, record: Any) -> str:
        return self.mandates.get(record.pk, "")

    def value_mandate(self, record: Any) -> str:
        return self.mandates.get(record.pk, "")
