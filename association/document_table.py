"""The list of the documents that are filed in dossiers."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from association.models import DossierDocument
from association.tables import CODE, PieceColumn

STATE = """{% load house %}{% if record.erased_at %}{% badge "Effacé" "over" %}{% elif record.quarantined_at %}
{% badge "En quarantaine" "bad" %}{% else %}{% badge "Accessible" "good" %}{% endif %}"""
CLOSED = "Document en quarantaine"


class StateOfDocument(PieceColumn):
    def value(self, record: DossierDocument) -> str:
        if record.erased_at:
            return "Effacé"
        return "En quarantaine" if record.quarantined_at else "Accessible"


class DocumentTable(tables.Table):
    """The title of one in quarantine is not shown: it may be what names a patient."""

    title = tables.Column(verbose_name="Document", attrs={"td": {"class": "names-wide"}}, orderable=False)
    team = tables.Column(
        verbose_name="Équipe", accessor="team__name", linkify=("association:team", {"pk": tables.A("team_id")})
    )
    kind = tables.Column(verbose_name="Nature", accessor="get_kind_display", order_by="kind")
    state = StateOfDocument(STATE, verbose_name="État", orderable=False)
    filed_at = tables.DateTimeColumn(verbose_name="Classé le", format="d/m/Y", attrs=CODE)
    filed_by = tables.Column(verbose_name="Par", accessor="filed_by__full_name")

    class Meta:
        order_by = "-filed_at"
        empty_text = "Aucun document ne répond à ces filtres. Un document se classe depuis le dossier d’une équipe."

    def render_title(self, record: DossierDocument) -> str:
        if record.quarantined_at:
            return CLOSED
        return format_html(
            '<a href="{}">{}</a>', reverse("association:document", args=[record.document_id]), record.title
        )

    def value_title(self, record: DossierDocument) -> str:
        return CLOSED if record.quarantined_at else record.title
