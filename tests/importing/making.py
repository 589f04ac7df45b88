"""Workbooks for the tests: a small sound one, whatever is changed in it, and files made by hand."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Row = dict[str, Any]
Sheets = dict[str, list[Row]]

GP, NURSE, PHARMACIST = "10000000017", "10000000025", "10000000033"
IBANS = ("FR7630006000011234567890189", "FR7630004000031234567890143", "FR1420041010050500013M02606")

_SOUND: Sheets = {
    "Barème": [
        {
            "Type d'action": "RCP", "Rôle": "participant", "Profession": None, "Montant": 50,
            "En vigueur le": date(2026, 1, 1), "Nombre maximal par an": 12, "Nature": "ESP CLAP",
        },
        {
            "Type d'action": "PPS", "Rôle": "rédacteur", "Profession": "10", "Montant": "1 234,56",
            "En vigueur le": "01/01/2026", "Nombre maximal par an": None, "Nature": None,
        },
    ],
    "Équipes": [
        {
            "Code équipe": "44-01", "Nom": "Équipe du Clos", "Nature": "ESP CLAP", "Communes": "44109;44184",
            "Structure juridique": "association", "RNA": "W442001234", "SIRET": None, "Thématiques": "Diabète; Plaies",
            "Patients communs": 120, "Reconnue le": date(2025, 6, 1), "Chargé de mission": "gestion@exemple.fr",
        },
        {
            "Code équipe": "01-02", "Nom": "=Équipe du Lac", "Nature": "informelle", "Communes": 1001,
            "Structure juridique": None, "RNA": None, "SIRET": None, "Thématiques": None,
            "Patients communs": None, "Reconnue le": None, "Chargé de mission": None,
        },
    ],
    "Bénéficiaires": [
        {
            "Code": "SEL-1", "Raison sociale": "SELARL du Clos", "SIRET": None, "IBAN": IBANS[0],
            "Titulaire du compte": "SELARL DU CLOS", "Compte vérifié": "oui",
        },
    ],
    "Professionnels": [
        {
            "RPPS": GP, "Nom": "Guérin", "Prénom": "Élise", "Profession": 10, "Médecin généraliste": "oui",
            "Spécialité": None, "Biologiste": "non", "Courriel": "elise@exemple.fr", "Téléphone": "0240000000",
            "MSSanté": None, "Commune": 44109, "IBAN": IBANS[1], "Titulaire du compte": "Mme Guérin",
            "Compte vérifié": "non",
        },
        {
            "RPPS": float(NURSE), "Nom": "Le Goff", "Prénom": "Yann", "Profession": "60", "Médecin généraliste": "non",
            "Spécialité": None, "Biologiste": None, "Courriel": None, "Téléphone": None, "MSSanté": None,
            "Commune": None, "IBAN": None, "Titulaire du compte": None, "Compte vérifié": None,
        },
        {
            "RPPS": PHARMACIST, "Nom": "Çelik", "Prénom": "Zoé", "Profession": "21", "Médecin généraliste": None,
            "Spécialité": None, "Biologiste": "oui", "Courriel": None, "Téléphone": None, "MSSanté": None,
            "Commune": None, "IBAN": IBANS[2], "Titulaire du compte": "Zoé Çelik", "Compte vérifié": "OUI",
        },
    ],
    "Membres": [
        {
            "Code équipe": "44-01", "RPPS": rpps, "Entrée le": date(2025, 1, 1), "Sortie le": None,
            "Statut": "confirmé", "Référent": "oui" if rpps == GP else "non", "Mode d'exercice": None,
            "Lieu d'exercice": 44109, "Bénéficiaire": "SEL-1" if rpps == PHARMACIST else None,
            "Signature le": date(2025, 12, 15),
        }
        for rpps in (GP, NURSE, PHARMACIST)
    ],
    "Conventions": [
        {
            "Numéro": "C-1", "Code équipe": "44-01", "Début": date(2026, 1, 1), "Fin": date(2098, 12, 31),
            "Signée le": date(2025, 12, 20), "Effet le": None, "Plafond annuel": 8000, "Types d'action": "RCP; PPS",
        },
    ],
    "Actions": [
        {
            "Référence": "A-1", "Code équipe": "44-01", "Type": "RCP", "Date": date(2026, 2, 3), "Durée (min)": 45,
            "Modalité": "visio", "Thématique": "Diabète", "Patients concernés": 4, "Validée": "oui",
        },
        {
            "Référence": "A-2", "Code équipe": "44-01", "Type": "PPS", "Date": "05/02/2026", "Durée (min)": None,
            "Modalité": None, "Thématique": None, "Patients concernés": None, "Validée": None,
        },
    ],
    "Participations": [
        {
            "Référence action": "A-1", "RPPS": GP, "Rôle": "participant", "Déjà payé": 50,
            "Payé le": date(2026, 3, 15), "Référence virement": "VIR-03",
        },
        {
            "Référence action": "A-1", "RPPS": PHARMACIST, "Rôle": "participant", "Déjà payé": "49,5",
            "Payé le": date(2026, 3, 15), "Référence virement": "VIR-03",
        },
        {
            "Référence action": "A-1", "RPPS": NURSE, "Rôle": "participant", "Déjà payé": None,
            "Payé le": None, "Référence virement": None,
        },
        {
            "Référence action": "A-2", "RPPS": GP, "Rôle": "Redacteur", "Déjà payé": None,
            "Payé le": None, "Référence virement": None,
        },
    ],
}  # fmt: skip


def sound_sheets() -> Sheets:
    """Return the eight sheets of a small region that loads without a fault or a warning."""
    return copy.deepcopy(_SOUND)


def write(path: Path, sheets: Sheets, *, finish: Callable[[Workbook], None] | None = None) -> Path:
    """Write sheets as people do; text that begins with "=" stays text. ``finish`` may change the book."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for column, header in enumerate(rows[0] if rows else [], start=1):
            sheet.cell(1, column).value = header
        for line, row in enumerate(rows, start=2):
            for column, value in enumerate(row.values(), start=1):
                cell = sheet.cell(line, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
    if finish:
        finish(book)
    book.save(path)
    return path


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def by_hand(
    path: Path, sheet: str | Iterable[bytes], *, name: str = "Équipes", parts: dict[str, str] | None = None
) -> Path:
    """Write an .xlsx of one sheet from its XML (whole, or in pieces), with other parts if given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="a" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="{name}" sheetId="1" r:id="s"/>'
            "</sheets></workbook>",
        )
        strings = (
            f'<Relationship Id="t" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
            if parts and "xl/sharedStrings.xml" in parts
            else ""
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="s" Type="{_RELATIONS}/worksheet" '
            f'Target="/xl/worksheets/sheet1.xml"/>{strings}</Relationships>',
        )
        for part, content in (parts or {}).items():
            archive.writestr(part, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            for piece in [sheet.encode()] if isinstance(sheet, str) else sheet:
                out.write(piece)
    return path


def sheet_xml(*rows: str, namespace: str = MAIN, after: str = "") -> str:
    return f'<worksheet xmlns="{namespace}"><sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def inline(row: int, *values: str) -> str:
    """Return a row of inline texts."""
    cells = (
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{value}</t></is></c>' for place, value in enumerate(values)
    )
    return f'<row r="{row}">{"".join(cells)}</row>'


TEAM_HEADERS = inline(1, "Code équipe", "Nom", "Nature", "Communes")
