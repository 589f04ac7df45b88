"""What the check of a workbook found, as a list with its filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html

from association.forms.workbooks import FindingForm
from association.tables import NAMES, NUMBER, PieceColumn
from association.workbook import Fault, Report
from association.workbook.report import french


class FindingTable(tables.Table):
    severity = PieceColumn(
        "{% load house %}{% if record.severity == 'fault' %}{% badge 'Faute' 'bad' %}{% else %}"
        "{% badge 'Avertissement' 'attention' %}{% endif %}",
        verbose_name="Gravité",
    )
    sheet = tables.Column(verbose_name="Feuille", default="fichier")
    row = tables.Column(verbose_name="Ligne", attrs=NUMBER)
    column = tables.Column(verbose_name="Colonne", default="")
    found = tables.Column(verbose_name="Trouvé", default="", attrs={"td": {"class": "wrap"}})
    sentence = tables.Column(verbose_name="Ce qu’il faut corriger", attrs=NAMES, orderable=False)

    class Meta:
        order_by = ()
        empty_text = "Rien à signaler pour ces filtres."

    def render_row(self, value: int) -> str:
        return str(value) if value else ""

    def render_sentence(self, value: str, record: Fault) -> str:
        """Say what is wrong without repeating the columns beside it, then what is expected if that is not in it."""
        sentence = value.removeprefix(f"{record.found}\u00a0: ")
        if sentence.casefold().startswith(("trouvé", "attendu")):
            return french(f"Attendu : {record.expected}")
        sentence = sentence[:1].upper() + sentence[1:]
        if not record.expected or record.expected.casefold() in sentence.casefold():
            return sentence
        return format_html('{}<span class="soft d-block">{}</span>', sentence, french(f"Attendu : {record.expected}"))


class Findings:
    """The findings of a report that the address asks for; ``form`` is the filter above them."""

    def __init__(self, report: Report, asked: Mapping[str, Any]) -> None:
        every = [*report.faults, *report.warnings]
        names = list(dict.fromkeys(found.sheet for found in every if found.sheet))
        self.form = FindingForm(asked, sheets=names)
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        self.rows: list[Fault] = [
            found
            for found in every
            if chosen.get("severity", "") in ("", found.severity) and chosen.get("sheet", "") in ("", found.sheet)
        ]
