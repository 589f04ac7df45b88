"""The slips of a run as a list."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables

from association.tables import CODE, InstantColumn, PieceColumn
from payments.selectors.slips import SENDINGS, TONES, sending_of
from payments.tables import BeneficiaryColumn, EurosColumn

WORDS = dict(SENDINGS)
STATE = (
    "{% load house %}<span>{% badge record.sending.0 record.sending.1 %}"
    '{% if record.sent_at %}<span class="soft small d-block">'
    '{{ record.sent_at|date:"SHORT_DATETIME_FORMAT" }}</span>{% endif %}</span>'
)


class SendingColumn(PieceColumn):
    """What became of the message that carries a slip."""

    def render(self, record: Any, table: tables.Table) -> str:
        code = sending_of(record)
        record.sending = (WORDS[code], TONES[code])
        return super().render(record, table)

    def value(self, record: Any) -> str:
        return WORDS[sending_of(record)]


class SlipTable(tables.Table):
    """One line per beneficiary: what the slip says in two amounts, and whether it has left."""

    beneficiary = BeneficiaryColumn(linkify=("payments:slip", {"pk": tables.A("pk")}))
    number = tables.Column(verbose_name="Numéro", attrs=CODE)
    paid_cents = EurosColumn(verbose_name="Viré")
    left_cents = EurosColumn(verbose_name="Reste dû")
    address = tables.Column(verbose_name="Courriel", default="", attrs={"td": {"class": "wrap"}})
    sending = SendingColumn(STATE, verbose_name="Envoi", orderable=False)
    made_at = InstantColumn(verbose_name="Fait le")

    class Meta:
        order_by = ()
        empty_text = "Aucun relevé pour l’instant."
