"""The reconciliation sheet as a workbook."""

from __future__ import annotations

from pathlib import Path

from association.documents import draft_folder
from association.models import User
from association.permissions import require
from association.typed_sheets import EUROS, Column, ListSheet, workbook_at
from payments.selectors.reconciliation import Movement, Reconciliation, Row
from payments.selectors.year_days import after

AMOUNTS = (
    "Dû à l’ouverture", "Indemnités de la période", "Payé", "Virement en cours", "En attente de RIB",
    "Revenu, dû de nouveau", "Trop-perçu reporté", "Reste dû", "Écart",
)  # fmt: skip


def reconciliation_workbook(*, sheet: Reconciliation, actor: User) -> bytes:
    """Return the workbook of a reconciliation sheet: by beneficiary and by team, each with its total."""
    require(actor, "payments.view_year")
    with draft_folder("rapprochement") as folder:
        path = folder / "rapprochement.xlsx"
        write_reconciliation(sheet, path)
        return path.read_bytes()


def write_reconciliation(sheet: Reconciliation, path: Path) -> None:
    """Write the workbook; the same figures give the same bytes."""
    heading = f"Rapprochement {sheet.year} au {sheet.until:%d/%m/%Y}"
    with workbook_at(path, title=heading, made_at=after(sheet.until)) as book:
        for title, first, code, rows in (
            ("Bénéficiaires", "Bénéficiaire", "RPPS ou code", sheet.beneficiaries),
            ("Équipes", "Équipe", "Code", sheet.teams),
        ):
            columns = (Column(first, 56), Column(code, 18), *(Column(name, 16, EUROS) for name in AMOUNTS))
            _list(ListSheet(book, title, columns, heading=heading), columns, rows, sheet.total)


def _list(written: ListSheet, columns: tuple[Column, ...], rows: list[Row], total: Movement) -> None:
    for row in rows:
        written.row(row.label, row.code, *_amounts(row.movement))
    last = written.cells([column.format for column in columns], total=True)
    written.put(last, ["Total", None, *_amounts(total)])


def _amounts(one: Movement) -> tuple[int, ...]:
    """The last one is zero: every figure before it is summed on its own."""
    end = one.closing
    gap = one.opening + one.new - one.paid - end.pending - end.waiting - end.returned - end.carried
    return (one.opening, one.new, one.paid, end.pending, end.waiting, end.returned, end.carried, end.left, gap)
