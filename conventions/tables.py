"""The list of conventions."""

from __future__ import annotations

import django_tables2 as tables

from association.tables import CODE, NUMBER, DayColumn, StateColumn, TeamColumn


class ConventionTable(tables.Table):
    number = tables.Column(
        verbose_name="Numéro", attrs=CODE, linkify=("conventions:convention", {"pk": tables.A("pk")})
    )
    team = TeamColumn("team", attrs={"td": {"class": "names-wide"}})
    state = StateColumn()
    starts_on = DayColumn(verbose_name="Début")
    ends_on = DayColumn(verbose_name="Fin")
    signed_count = tables.Column(verbose_name="Signatures", attrs=NUMBER)

    class Meta:
        order_by = "-starts_on"
        empty_text = "Aucune convention pour l’instant. Une convention se prépare depuis la page d’une équipe."
