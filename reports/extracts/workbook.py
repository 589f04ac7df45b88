"""An extract as a workbook: what it is of, then its rows, typed."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

from django.utils import timezone

from association.money import euros
from association.typed_sheets import DAY, EUROS, PROSE, Column, ListSheet, workbook_at
from reports.extracts.content import ExtractContent

ABOUT = (Column("Extrait individuel", 28), Column("", 80, PROSE))
COLUMNS = (
    Column("Date", 12, DAY),
    Column("Équipe", 34),
    Column("Action", 14),
    Column("Type", 12),
    Column("Professionnel", 30),
    Column("RPPS", 14),
    Column("Profession", 24),
    Column("Rôle", 14),
    Column("Dû", 14, EUROS),
    Column("Payé", 14, EUROS),
    Column("Payé le", 12, DAY),
    Column("Remarque", 46, PROSE),
)


def extract_workbook(content: ExtractContent, path: Path) -> None:
    """Write the extract; amounts and totals are values, texts are never formulas."""
    made_at = timezone.make_aware(datetime.combine(content.granted_on, time(12)))
    with workbook_at(path, title=f"Extrait individuel {content.number}", made_at=made_at) as workbook:
        about = ListSheet(workbook, "Extrait", ABOUT, heading=content.number)
        for name, value in (
            ("Numéro", content.number),
            ("Sujet", content.subject),
            ("Équipes concernées", content.scope),
            ("Période", f"du {content.first_on:%d/%m/%Y} au {content.last_on:%d/%m/%Y}"),
            ("Demandé par", content.asked_by),
            ("Motif", content.reason),
            ("Accordé par", f"{content.granted_by}, le {content.granted_on:%d/%m/%Y}"),
            ("Indemnités dues", euros(content.due_cents)),
            ("dont payées", euros(content.paid_cents)),
        ):
            about.row(name, value)
        about.close()
        rows = ListSheet(workbook, "Participations", COLUMNS, heading=content.number)
        for row in content.rows:
            rows.row(
                row.held_on,
                row.team,
                row.reference,
                row.action,
                row.person,
                row.rpps,
                row.profession,
                row.role,
                row.due_cents,
                row.paid_cents,
                row.paid_on,
                row.note,
            )
        totals = [None, "Total", *[None] * 6, content.due_cents, content.paid_cents, None, None]
        rows.put(rows.cells([column.format for column in COLUMNS], total=True), totals)
        rows.close()
