"""The lists of actions."""

from __future__ import annotations

import django_tables2 as tables

from association.tables import CODE, NUMBER, DayColumn, StateColumn


class ActionTable(tables.Table):
    reference = tables.Column(verbose_name="Référence", attrs=CODE, linkify=("actions:action", {"pk": tables.A("pk")}))
    held_on = DayColumn(verbose_name="Date")
    type = tables.Column(verbose_name="Type", accessor="get_type_display", order_by="type")
    team = tables.Column(
        verbose_name="Équipe", accessor="team__name", linkify=("association:team", {"pk": tables.A("team_id")})
    )
    state = StateColumn()
    people_count = tables.Column(verbose_name="Participants", attrs=NUMBER, orderable=False)

    class Meta:
        order_by = "-held_on"
        empty_text = "Aucune action pour l’instant."
