"""The workbook to fill in: a sheet per team, typed, with lists to choose from; what it takes is in `monthly.sheets`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from actions.monthly.sheets import (
    COLUMNS,
    DAY,
    MINUTES,
    MODALITY,
    NUMBER,
    PATIENTS,
    STATEMENT,
    THEME,
    TYPE,
    header_of,
    sheet_name,
)
from actions.selectors.grid import last_day, members_of_month
from actions.sheets import MODALITIES
from association.models import Team
from association.nomenclature import ActionType
from association.typed_sheets import FONT, INK, SHADE, clean

LAST_ROW = 300
WIDTHS = {DAY: 12, TYPE: 12, NUMBER: 6, MODALITY: 13, MINUTES: 10, THEME: 24, PATIENTS: 11, STATEMENT: 13}
MEMBER_WIDTH, HEADER_HEIGHT = 15, 62
NOTES = {
    DAY: "Celle de la réunion, ou de la remise du document.",
    TYPE: "À choisir dans la liste.",
    NUMBER: "À remplir seulement quand l'équipe a eu le même jour plusieurs actions du même type : 1, 2, 3…",
    PATIENTS: "Combien, et rien d'autre : aucun nom, aucune initiale.",
    STATEMENT: "oui : ni une MSP, ni une CPTS, ni un programme déjà rémunéré ne la finance. Demandé pour déclarer.",
}
MEMBER_NOTE = "P pour un participant, R pour un rédacteur ; vide pour qui n'y était pas."
CHOICES = {TYPE: list(ActionType.values), MODALITY: list(MODALITIES), STATEMENT: ["oui", "non"]}
HEAD, SHADED = Font(name=FONT, bold=True, color=INK), PatternFill("solid", fgColor=SHADE)


def write_template(buffer: IO[bytes], *, teams: Iterable[Team], month: date) -> None:
    """Write the workbook of a month for teams: those who were members in it are the columns."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for team in teams:
        _write_sheet(workbook.create_sheet(sheet_name(team)), team, month)
    workbook.save(buffer)


def _write_sheet(sheet: Any, team: Team, month: date) -> None:
    members = [header_of(one.person) for one in members_of_month(team, month)]
    for place, header in enumerate([*(column.header for column in COLUMNS), *members], start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(row=1, column=place, value=clean(header))
        cell.data_type = "s"  # a name that begins with "=" stays a name
        cell.font, cell.fill = HEAD, SHADED
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
        if note := MEMBER_NOTE if header in members[:1] else NOTES.get(header):
            cell.comment = Comment(note, team.name, width=260, height=90)
        sheet.column_dimensions[letter].width = WIDTHS.get(header, MEMBER_WIDTH)
        _limit(sheet, f"{letter}2:{letter}{LAST_ROW}", header, month, is_member=header in members)
    sheet.column_dimensions["A"].number_format = "dd/mm/yyyy"
    sheet.row_dimensions[1].height = HEADER_HEIGHT
    sheet.freeze_panes = "C2"


def _limit(sheet: Any, cells: str, header: str, month: date, *, is_member: bool) -> None:
    """Let a column take what it means, with a sentence for what it does not."""
    choices = ["P", "R"] if is_member else CHOICES.get(header)
    if choices:
        rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        rule.error = f"Choisissez dans la liste : {', '.join(choices)}."
    elif header == DAY:
        first, last = (f"DATE({day.year},{day.month},{day.day})" for day in (month, last_day(month)))
        rule = DataValidation(type="date", operator="between", formula1=first, formula2=last, allow_blank=True)
        rule.error, rule.errorStyle = "Cette date n'est pas dans le mois du modèle.", "warning"
    elif header in (NUMBER, MINUTES, PATIENTS):
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        rule.error = "Un nombre entier est attendu."
    else:
        return
    rule.errorTitle, rule.showErrorMessage = "Valeur inattendue", True
    rule.add(cells)
    sheet.add_data_validation(rule)
