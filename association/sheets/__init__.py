"""The sheets of the import workbook that this floor declares (docs/workbook.md)."""

from association.registries import sheets
from association.sheets.members import MEMBERS
from association.sheets.people import COMPANIES, PROFESSIONALS
from association.sheets.teams import TEAMS


def register() -> None:
    """Add them to the registry (from ``AppConfig.ready``)."""
    for sheet in (TEAMS, COMPANIES, PROFESSIONALS, MEMBERS):
        sheets.add(sheet.name, sheet)
