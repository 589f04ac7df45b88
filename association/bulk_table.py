"""What became of each row of an operation, as a list."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html

from association.models import BulkItem
from association.tables import CODE, PieceColumn
from association.workbook.report import french

OUTCOME = (
    "{% load house %}{% if record.outcome == 'done' %}{% badge 'Faite' 'good' %}{% elif record.outcome == 'refused' %}"
    "{% badge 'Refusée' 'bad' %}{% else %}{% badge 'En attente' 'waiting' %}{% endif %}"
)


class BulkItemTable(tables.Table):
    """``listing`` knows where each row is shown."""

    label = tables.Column(verbose_name="Ligne", orderable=False, attrs={"td": {"class": "names-wide"}})
    outcome = PieceColumn(OUTCOME, verbose_name="Issue", orderable=False)
    sentence = tables.Column(verbose_name="Réponse", orderable=False, default="", attrs={"td": {"class": "wrap"}})
    done_at = tables.Column(verbose_name="Le", orderable=False, default="", attrs=CODE)

    class Meta:
        order_by = ()
        empty_text = "Aucune ligne."

    def __init__(self, *args: Any, listing: Any, **kwargs: Any) -> None:
        self.listing = listing
        super().__init__(*args, **kwargs)

    @cached_property
    def addresses(self) -> dict[int, str]:
        """Where the rows of the page are shown, all at once."""
        return self.listing.row_urls([row.record.object_id for row in self.paginated_rows])

    def render_label(self, value: str, record: BulkItem) -> str:
        address = self.addresses.get(record.object_id)
        return format_html('<a href="{}">{}</a>', address, value) if address else value

    def render_sentence(self, value: str) -> str:
        return french(value)

    def render_done_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
