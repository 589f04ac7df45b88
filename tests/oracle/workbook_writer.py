"""Write a region's sheets as an import workbook."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from .region import Region

HEADERS: dict[str, list[str]] = {
    "Barème": [
        "Type d'action", "Rôle", "Profession", "Montant", "En vigueur le", "Nombre maximal par an", "Nature",
    ],
    "Équipes": [
        "Code équipe", "Nom", "Nature", "Communes", "Structure juridique", "RNA", "SIRET", "Thématiques",
        "Patients communs", "Reconnue le", "Chargé de mission",
    ],
    "Bénéficiaires": ["Code", "Raison sociale", "SIRET", "IBAN", "Titulaire du compte", "Compte vérifié"],
    "Professionnels": [
        "RPPS", "Nom", "Prénom", "Profession", "Médecin généraliste", "Spécialité", "Biologiste", "Courriel",
        "Téléphone", "MSSanté", "Commune", "IBAN", "Titulaire du compte", "Compte vérifié",
    ],
    "Membres": [
        "Code équipe", "RPPS", "Entrée le", "Sortie le", "Statut", "Référent", "Mode d'exercice",
        "Lieu d'exercice", "Bénéficiaire", "Signature le",
    ],
    "Conventions": [
        "Numéro", "Code équipe", "Début", "Fin", "Signée le", "Effet le", "Plafond annuel", "Types d'action",
    ],
    "Actions": [
        "Référence", "Code équipe", "Type", "Date", "Durée (min)", "Modalité", "Thématique",
        "Patients concernés", "Validée",
    ],
    "Participations": [
        "Référence action", "RPPS", "Rôle", "Déjà payé", "Payé le", "Référence virement",
    ],
}  # fmt: skip


def write_workbook(region: Region, path: Path, *, quirks: random.Random | None = None) -> Path:
    """Write the eight sheets to `path` (.xlsx) and return it.

    With `quirks`, the same values as people write them: columns in any order, headers in other case and with
    blanks around, some dates as JJ/MM/AAAA, some amounts as "1 234,56", some codes as numbers.
    """
    book = Workbook()
    book.remove(book.active)
    for name, headers in HEADERS.items():
        sheet = book.create_sheet(name)
        order = quirks.sample(headers, len(headers)) if quirks else headers
        for column, header in enumerate(order, start=1):
            sheet.cell(1, column).value = _as_typed(header, quirks)
        for line, row in enumerate(region.sheets.get(name, []), start=2):
            for column, header in enumerate(order, start=1):
                _write(sheet.cell(line, column), _as_written(header, row.get(header), quirks))
    book.save(path)
    return path


def _write(cell: Any, value: Any) -> None:
    if value is None:
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" is no formula
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"


def _as_typed(header: str, quirks: random.Random | None) -> str:
    return quirks.choice([header, header, header.upper(), f" {header} "]) if quirks else header


def _as_written(header: str, value: Any, quirks: random.Random | None) -> Any:
    if quirks is None or quirks.random() < 0.6:
        return value
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal):
        return f"{value:,.2f}".replace(",", " ").replace(".", ",")
    if header in ("RPPS", "Profession", "Commune", "Lieu d'exercice") and isinstance(value, str):
        return int(value)
    return value
