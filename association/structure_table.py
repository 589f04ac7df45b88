"""The list of structures."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from association.models import ExternalStructure
from association.tables import CODE, NUMBER, PieceColumn

NUMBERS = """{% if record.finess %}<span class="soft small">FINESS</span> {{ record.finess }}{% endif %}
{% if record.siret %}<span class="d-block"><span class="soft small">SIRET</span> {{ record.siret }}</span>{% endif %}"""


class StructureTable(tables.Table):
    name = tables.Column(verbose_name="Structure", attrs={"td": {"class": "names-wide"}})
    kind = tables.Column(verbose_name="Nature", accessor="get_kind_display", order_by=("kind", "name"))
    numbers = PieceColumn(NUMBERS, verbose_name="Identifiants", attrs=CODE, orderable=False)
    teams_count = tables.Column(verbose_name="Équipes liées", attrs=NUMBER)

    class Meta:
        empty_text = "Aucune structure pour l’instant."

    def render_name(self, value: str, record: ExternalStructure) -> str:
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small d-block">{}</span></span>',
            reverse("association:structure", args=[record.pk]),
            str(record),
            record.commune.name if record.commune else "",
        )

    def value_name(self, record: ExternalStructure) -> str:
        return str(record)

    def value_numbers(self, record: ExternalStructure) -> str:
        numbers = (("FINESS", record.finess), ("SIRET", record.siret))
        return ", ".join(f"{label} {number}" for label, number in numbers if number)
