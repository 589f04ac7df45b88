"""The list of professionals."""

from __future__ import annotations

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from association.models import Professional
from association.searching import folded
from association.selectors.people import teams_of_today
from association.tables import CODE, PieceColumn

SHOWN_TEAMS = 2
RPPS = """{% load house %}<span>{{ record.rpps }}{% if record.rpps_warning %}
<span class="d-block">{% badge "Clé à vérifier" "attention" %}</span>{% endif %}</span>"""


class PeopleTable(tables.Table):
    last_name = tables.Column(verbose_name="Nom", attrs={"td": {"class": "names-wide"}})
    rpps = PieceColumn(RPPS, verbose_name="RPPS", attrs=CODE)
    profession = tables.Column(verbose_name="Profession", accessor="get_profession_display", order_by="profession")
    commune = tables.Column(verbose_name="Commune", accessor="commune__name", default="")
    teams = tables.Column(verbose_name="Équipes", orderable=False, empty_values=())

    class Meta:
        order_by = "last_name"
        empty_text = "Aucun professionnel pour l’instant."

    def order_last_name(
        self, people: QuerySet[Professional], is_descending: bool
    ) -> tuple[QuerySet[Professional], bool]:
        """As a French reader looks a name up, whatever its capitals and accents, on every database."""
        sign = "-" if is_descending else ""
        folds = people.alias(folded_last=folded("last_name"), folded_first=folded("first_name"))
        return folds.order_by(f"{sign}folded_last", f"{sign}folded_first", f"{sign}rpps"), True

    def render_last_name(self, record: Professional) -> str:
        return format_html(
            '<span><a href="{}">{} {}</a></span>',
            reverse("association:professional", args=[record.pk]),
            record.last_name,
            record.first_name,
        )

    def value_last_name(self, record: Professional) -> str:
        return f"{record.last_name} {record.first_name}"

    def render_profession(self, value: str, record: Professional) -> str:
        if not record.is_general_practitioner:
            return value
        return format_html('<span>{}<span class="soft small d-block">généraliste</span></span>', value)

    def value_teams(self, record: Professional) -> str:
        return ", ".join(team.name for team in teams_of_today(record))

    def render_teams(self, record: Professional) -> str:
        """The teams of today, under whichever number."""
        teams = teams_of_today(record)
        links = format_html_join(
            "",
            '<a class="d-block" href="{}">{}</a>',
            ((reverse("association:team", args=[team.pk]), team.name) for team in teams[:SHOWN_TEAMS]),
        )
        more = len(teams) - SHOWN_TEAMS
        return format_html(
            "<span>{}{}</span>",
            links,
            format_html('<span class="soft small">et {} de plus</span>', more) if more > 0 else "",
        )
