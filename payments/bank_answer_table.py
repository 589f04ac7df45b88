"""The bank's answers, and the lines of one, as lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables

from association.tables import CODE, NUMBER, DayColumn, InstantColumn, PieceColumn
from payments.bank_reasons import reason_in_words
from payments.models import BankAnswerLine
from payments.tables import EurosColumn

Outcome = BankAnswerLine.Outcome
TONES = {
    Outcome.PROPOSED: "waiting",
    Outcome.CONFIRMED: "good",
    Outcome.SET_ASIDE: "over",
    Outcome.KNOWN: "idle",
    Outcome.DIFFERS: "bad",
    Outcome.AMBIGUOUS: "attention",
    Outcome.UNMATCHED: "attention",
    Outcome.INFORMATION: "idle",
}
OUTCOME = (
    "{% load house %}<span>{% badge record.get_outcome_display record.tone %}"
    '{% if record.sentence %}<span class="soft small d-block wrap">{{ record.sentence }}</span>{% endif %}'
    '{% if record.decided_by %}<span class="soft small d-block">{{ record.decided_by }}, '
    '{{ record.decided_at|date:"SHORT_DATETIME_FORMAT" }}</span>{% endif %}</span>'
)
OBJECT = (
    "<span>{% if record.payment %}"
    '<a href="{% url "payments:payment" record.payment_id %}">{{ record.payment.beneficiary }}</a>'
    '<span class="soft small code d-block">{{ record.payment.reference }}</span>'
    "{% elif record.run %}"
    '<a href="{% url "payments:run" record.run_id %}">Paiement {{ record.run.name }}</a>'
    "{% else %}"
    '<span class="code">{{ record.reference|default:"—" }}</span>'
    "{% endif %}</span>"
)
EFFECT = (
    "<span>{{ record.get_effect_display }}"
    '{% if record.reason %}<span class="soft small d-block">'
    '<span class="code">{{ record.reason }}</span> {{ record.reason_words }}</span>{% endif %}</span>'
)


class BankAnswerTable(tables.Table):
    imported_at = InstantColumn(verbose_name="Importé le", linkify=("payments:bank_answer", {"pk": tables.A("pk")}))
    kind = tables.Column(verbose_name="Nature")
    message_id = tables.Column(verbose_name="Message", attrs=CODE, default="")
    lines_count = tables.Column(verbose_name="Opérations", attrs=NUMBER)
    proposed = tables.Column(verbose_name="À confirmer", attrs=NUMBER)
    doubtful = tables.Column(verbose_name="À regarder", attrs=NUMBER)
    imported_by = tables.Column(verbose_name="Par", accessor="imported_by__full_name")

    class Meta:
        order_by = ()
        empty_text = "Aucun fichier importé. Importez un compte rendu pain.002, ou un relevé camt.053 ou camt.054."


class OutcomeColumn(PieceColumn):
    """What a line is here, and why."""

    def render(self, record: Any, table: tables.Table) -> str:
        record.tone = TONES[Outcome(record.outcome)]
        return super().render(record, table)

    def value(self, record: Any) -> str:
        return f"{record.get_outcome_display()}. {record.sentence}".strip()


class EffectColumn(PieceColumn):
    """What a line says, with the reason of the bank in words."""

    def render(self, record: Any, table: tables.Table) -> str:
        record.reason_words = reason_in_words(record.reason) if record.reason else ""
        return super().render(record, table)

    def value(self, record: Any) -> str:
        return f"{record.get_effect_display()} {record.reason}".strip()


class ObjectColumn(PieceColumn):
    """The transfer or the file that a line is about; else the reference that it bears."""

    def value(self, record: Any) -> str:
        return str(record.payment or record.run or record.reference)


class BankLineTable(tables.Table):
    about = ObjectColumn(OBJECT, verbose_name="Virement", orderable=False)
    effect = EffectColumn(EFFECT, verbose_name="La banque dit", order_by=("effect", "position"))
    amount_cents = EurosColumn(verbose_name="Montant")
    day = DayColumn(verbose_name="Date")
    outcome = OutcomeColumn(OUTCOME, verbose_name="Suite", order_by=("outcome", "position"))

    class Meta:
        order_by = ()
        empty_text = "Ce fichier ne dit rien d’aucun virement."
