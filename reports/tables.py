"""The columns of the list of reports."""

from __future__ import annotations

import django_tables2 as tables

from association.tables import CODE, NUMBER, DayColumn, StateColumn
from reports.models import Report


class ReportTable(tables.Table):
    period = tables.Column(
        verbose_name="Période", accessor="period__in_words", order_by=("last_on", "first_on", "pk"), attrs=CODE
    )
    department = tables.Column(verbose_name="Territoire", accessor="scope_name", order_by=("department", "pk"))
    template = tables.Column(verbose_name="Modèle")
    state = StateColumn()
    last_version = tables.Column(verbose_name="Version", attrs=NUMBER, default="")
    due_on = DayColumn(verbose_name="Attendu le", default="")

    class Meta:
        order_by = "-period"
        empty_text = "Aucun rapport pour l’instant."

    def render_period(self, value: str) -> str:
        return f"{value[:1].upper()}{value[1:]}"

    def value_period(self, record: Report) -> str:
        return record.period.code
