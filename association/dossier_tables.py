"""The lists of what dossiers hold: health projects and documents."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from association.models import DossierDocument, HealthProject
from association.selectors.project_pages import progress_of
from association.selectors.projects import completeness_of
from association.tables import CODE, NAMES, NUMBER, DayColumn, InstantColumn, PieceColumn, StateColumn, TeamColumn

ERASED, CLOSED = "Document effacé", "Document en quarantaine"
STATE = (
    "{% load house %}{% if record.erased_at %}{% badge 'Effacé' 'over' %}"
    "{% elif record.quarantined_at %}{% badge 'En quarantaine' 'bad' %}{% else %}{% badge 'Classé' 'good' %}{% endif %}"
)


class ProjectTable(tables.Table):
    """The versions of the health projects."""

    team = tables.Column(
        verbose_name="Équipe",
        accessor="team__name",
        order_by=("team__name", "number"),
        attrs={"td": {"class": "names-wide"}},
    )
    number = tables.Column(verbose_name="Version", attrs=NUMBER)
    state = StateColumn()
    submitted_on = DayColumn(verbose_name="Déposé le")
    progress = tables.Column(verbose_name="Rubriques complètes", empty_values=(), orderable=False, attrs=CODE)
    department = tables.Column(verbose_name="Département", accessor="team__department__name")
    themes = tables.Column(verbose_name="Thématiques", empty_values=(), orderable=False, attrs=NAMES)

    class Meta:
        order_by = "team"
        empty_text = "Aucun projet de santé pour l’instant."

    def render_team(self, value: str, record: HealthProject) -> str:
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small d-block">{}</span></span>',
            reverse("association:project", args=[record.pk]),
            value,
            record.team.code,
        )

    def render_progress(self, record: Any) -> str:
        return self.value_progress(record)

    def value_progress(self, record: Any) -> str:
        """Of a draft: a version that was submitted had passed its gate."""
        if record.state != HealthProject.State.DRAFT:
            return ""
        progress = progress_of(completeness_of(record, people=int(record.has_people)))
        return f"{progress.complete} sur {progress.needed}"

    def render_themes(self, record: HealthProject) -> str:
        return self.value_themes(record)

    def value_themes(self, record: HealthProject) -> str:
        return ", ".join(str(theme) for theme in record.themes.all())


class DocumentTable(tables.Table):
    """What is filed in the dossiers (association.selectors.documents.document_list).

    A title may name a patient: that of a document in quarantine is in its dossier alone, that of an erased one nowhere.
    """

    title = tables.Column(verbose_name="Document", attrs={"td": {"class": "names-wide"}})
    team = TeamColumn("team", linkify=("association:team_documents", {"pk": tables.A("team_id")}))
    filed_at = InstantColumn(verbose_name="Classé le")
    filed_by = tables.Column(verbose_name="Par", accessor="filed_by__full_name")
    size = PieceColumn(
        "{% load house %}{{ record.document.size|file_size }}",
        verbose_name="Taille",
        order_by="document__size",
        export="document__size",
        attrs=NUMBER,
    )
    state = PieceColumn(STATE, verbose_name="État", order_by=("erased_at", "quarantined_at"))

    class Meta:
        order_by = "-filed_at"
        empty_text = "Aucun document pour l’instant."

    def render_title(self, record: Any) -> str:
        title = self.value_title(record)
        shown = title
        if record.may_open:
            url = reverse("association:document", args=[record.document_id])
            shown = format_html('<a href="{}">{}</a>', url, title)
        kind = str(record.get_kind_display()).replace("'", "’")
        return format_html('<span>{}<span class="soft small d-block">{}</span></span>', shown, kind)

    def value_title(self, record: DossierDocument) -> str:
        if record.erased_at:
            return ERASED
        return CLOSED if record.quarantined_at else record.title

    def value_state(self, record: DossierDocument) -> str:
        return "Effacé" if record.erased_at else "En quarantaine" if record.quarantined_at else "Classé"
