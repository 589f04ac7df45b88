"""The price list as a workbook: all that was published in the columns of the import, and the grids of a day."""

from __future__ import annotations

from io import BytesIO

from django.utils import timezone

from association.documents import draft_folder
from association.nomenclature import ParticipationRole, TeamKind
from association.typed_sheets import COUNT, DAY, EUROS, INSTANT, Column, ListSheet, workbook_at
from payments.models import Price
from payments.price_grid import COLUMNS, grid, profession_label
from payments.selectors.candidates import price_entries

# The first seven are those of the sheet `Barème` of the import workbook.
LIST = (
    Column("Type d'action", 14),
    Column("Rôle", 13),
    Column("Profession", 11),
    Column("Montant", 12, EUROS),
    Column("En vigueur le", 13, DAY),
    Column("Nombre maximal par an", 13, COUNT),
    Column("Nature", 12),
    Column("Version", 9, COUNT),
    Column("Publié par", 26),
    Column("Publié le", 17, INSTANT),
)
GRID = (Column("Type d'action", 14), Column("Rôle", 13))


def price_workbook() -> BytesIO:
    """Return the workbook: ``Barème`` holds the last version of each price, ``Historique`` all of them.

    A sheet per kind of team that has prices shows its grid as it stands today.
    """
    now, entries = timezone.localtime(), price_entries()
    title = f"Barème au {now:%d/%m/%Y}"
    with draft_folder("bareme") as folder:
        path = folder / "bareme.xlsx"
        with workbook_at(path, title=title, made_at=now) as workbook:
            for name, last_only in (("Barème", True), ("Historique", False)):
                sheet = ListSheet(workbook, name, LIST, heading=title)
                for price in _prices(last_only):
                    sheet.row(*price)
                sheet.close()
            for kind, label in TeamKind.choices:
                if any(entry.kind == kind for entry in entries):
                    columns = (*GRID, *(Column(profession_label(code), 15, EUROS) for code in COLUMNS))
                    sheet = ListSheet(workbook, f"Grille {label}"[:31], columns, heading=title)
                    for row in grid(entries, kind=kind, on=now.date()):
                        amounts = [cell.entry.amount_cents if cell.entry else None for cell in row.cells]
                        if any(amounts):
                            sheet.row(row.action_type, row.role_label, *amounts)
                    sheet.close()
        return BytesIO(path.read_bytes())


def _prices(last_only: bool) -> list[tuple[object, ...]]:
    found: dict[object, tuple[object, ...]] = {}
    for price in Price.objects.select_related("published_by"):
        words = (price.kind, price.action_type, price.role, price.profession, price.starts_on)
        found[words if last_only else price.pk] = (
            price.action_type,
            str(ParticipationRole(price.role).label).lower(),
            price.profession,
            price.amount_cents,
            price.starts_on,
            price.yearly_cap,
            str(TeamKind(price.kind).label),
            price.version,
            str(price.published_by),
            price.published_at,
        )
    return list(found.values())
