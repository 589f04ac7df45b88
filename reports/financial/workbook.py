"""The "compte rendu financier" as a workbook: typed amounts, texts that are never formulas, sums that are."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.utils import timezone

from association.typed_sheets import EUROS, PROSE, TEXT, Column, Format, ListSheet, Sheet, workbook_at
from reports.financial.headings import Side
from reports.financial.statement import Block, Statement

SUM = Format(str, "f", EUROS.number_format, "right")
RATE = Format(str, "f", "0.0%", "right")
COLUMNS = (
    Column("Compte", 12),
    Column("Rubrique", 52),
    Column("Prévu", 16, EUROS),
    Column("Réalisé", 16, EUROS),
    Column("Écart", 16, SUM),
    Column("Réalisé / prévu", 12, RATE),
    Column("Explication", 60, PROSE),
)
TABS = {
    Side.CHARGES: "Charges",
    Side.PRODUCTS: "Produits",
    Side.GIVEN: "Emplois en nature",
    Side.RECEIVED: "Contributions en nature",
}
TOTALS = (TEXT, TEXT, SUM, SUM, SUM, RATE, TEXT)


def statement_workbook(statement: Statement, path: Path) -> None:
    """Write the sheet, one tab per block of the form; the explanations stand beside their lines."""
    made_at = timezone.make_aware(datetime.combine(statement.as_at, time(12)))
    with workbook_at(path, title=f"Compte rendu financier {statement.reference}", made_at=made_at) as workbook:
        for block in statement.blocks:
            sheet = ListSheet(workbook, TABS[block.side], COLUMNS, heading=statement.reference)
            _write(sheet, block)
            sheet.close()


def _write(sheet: ListSheet, block: Block) -> None:
    totals = sheet.cells(TOTALS, total=True)
    for group in block.groups:
        for line in group.lines:
            row = sheet.rows_written + 1
            sheet.row(
                group.account,
                line.heading.label,
                line.planned_cents,
                line.real_cents,
                f"=D{row}-C{row}",
                f'=IF(C{row}=0,"",D{row}/C{row})',
                line.explanation,
            )
    _total(sheet, totals, last=sheet.rows_written)


def _total(sheet: Sheet, cells: Any, *, last: int) -> None:
    row = last + 1
    sheet.put(
        cells,
        [
            None,
            "Total",
            f"=SUM(C2:C{last})",
            f"=SUM(D2:D{last})",
            f"=D{row}-C{row}",
            f'=IF(C{row}=0,"",D{row}/C{row})',
            None,
        ],
    )
