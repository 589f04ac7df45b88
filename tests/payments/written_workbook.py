"""A payment workbook that was written, read again as rows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from payments.models import Run
from payments.workbook import write_payment_workbook

HEADERS = {
    "Paiements": [
        "Référence", "RPPS", "Nom", "Prénom", "Profession", "Titulaire du compte", "IBAN", "BIC", "Montant", "Libellé",
    ],
    "Détail": [
        "Référence action", "Date", "Code équipe", "Type", "RPPS", "Rôle", "Tarif", "Montant", "Écrêté",
        "Nature", "Virement",
    ],
    "Non indemnisés": ["Référence action", "Date", "Code équipe", "RPPS", "Motif", "Explication", "Depuis"],
    "Reports": [
        "Situation", "Motif", "Référence action", "Date", "Code équipe", "Type", "RPPS", "Bénéficiaire", "Montant",
        "Paiement d'origine", "Virement", "Explication",
    ],
}  # fmt: skip


class Written:
    """A workbook written and read again."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.path = folder / "paiement.xlsx"
        write_payment_workbook(run, self.path)
        self.book = load_workbook(self.path)

    def rows(self, title: str) -> list[dict[str, Any]]:
        header, *rows = self.book[title].iter_rows(values_only=True)
        return [dict(zip(header, row, strict=True)) for row in rows]

    def cents(self, title: str, column: str = "Montant", **having: str) -> int:
        rows = [row for row in self.rows(title) if all(row[name] == value for name, value in having.items())]
        return sum(cents_of(row[column]) for row in rows)

    def controls(self) -> dict[str, tuple[Any, ...]]:
        return {row[0]: row[1:] for row in self.book["Contrôles"].iter_rows(values_only=True) if row and row[0]}

    def xml(self, title: str) -> str:
        number = self.book.sheetnames.index(title) + 1
        with ZipFile(self.path) as archive:
            return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def cents_of(amount: float) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_exact())
