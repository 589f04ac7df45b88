"""The list of the messages that the house wrote."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from association.models import OutgoingMail
from association.selectors.exchanges import state_of
from association.tables import PieceColumn

STATE = (
    "{% load house %}<span>{% badge record.became.label record.became.tone %}"
    '{% if record.sent_at %}<span class="soft small d-block">'
    '{{ record.sent_at|date:"SHORT_DATETIME_FORMAT" }}</span>{% endif %}</span>'
)


class StateOfMail(PieceColumn):
    """What became of a message of `selectors.exchanges.outbox`."""

    def render(self, record: Any, table: tables.Table) -> str:
        record.became = state_of(record, is_waiting=record.is_waiting)
        return super().render(record, table)

    def value(self, record: Any) -> str:
        return state_of(record, is_waiting=record.is_waiting).label


class OutboxTable(tables.Table):
    """One line per message, newest first."""

    subject = tables.Column(verbose_name="Objet", attrs={"td": {"class": "names-wide"}})
    to = tables.Column(verbose_name="Destinataire", attrs={"td": {"class": "wrap"}})
    became = StateOfMail(STATE, verbose_name="État", orderable=False)
    created_at = tables.DateTimeColumn(verbose_name="Écrit le", short=True, attrs={"td": {"class": "code"}})
    created_by = tables.Column(verbose_name="Par", accessor="created_by__full_name")

    class Meta:
        order_by = "-created_at"
        empty_text = "Aucun message. Ceux que vous écrivez depuis un dossier apparaissent ici."

    def render_subject(self, value: str, record: OutgoingMail) -> str:
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small d-block">{}</span></span>',
            reverse("association:outbox_mail", args=[record.pk]),
            value,
            record.team or "",
        )
