"""The proposal of fonds dédiés as a workbook."""

from __future__ import annotations

from django.utils import timezone

from association.documents import draft_folder
from association.models import User
from association.permissions import require
from association.typed_sheets import DAY, EUROS, Column, ListSheet, workbook_at
from payments.exercise import Exercise
from payments.selectors.dedicated import DedicatedFunds, dedicated_funds
from payments.selectors.year_days import after

COLUMNS = (
    Column("Dotation", 34),
    Column("Du", 12, DAY),
    Column("Au", 12, DAY),
    *(
        Column(name, 17, EUROS)
        for name in (
            "Accordé", "Reçu", "Reports, net", "Indemnités dues", "Charges à payer", "Fonctionnement", "Employé",
            "Fonds dédiés proposés", "À recevoir",
        )
    ),
)  # fmt: skip


def dedicated_workbook(*, exercise: Exercise, actor: User) -> bytes:
    """Return the workbook of the fonds dédiés proposed for a fiscal year, grant by grant."""
    require(actor, "payments.view_year")
    rows = dedicated_funds(exercise, user=actor)
    until = min(exercise.ends_on, timezone.localdate())
    heading = f"Fonds dédiés {exercise.name}, proposition au {until:%d/%m/%Y}"
    with draft_folder("fonds-dedies") as folder:
        path = folder / "fonds-dedies.xlsx"
        with workbook_at(path, title=heading, made_at=after(until)) as book:
            sheet = ListSheet(book, "Fonds dédiés", COLUMNS, heading=heading)
            for row in rows:
                sheet.row(row.grant.reference, row.grant.starts_on, row.grant.ends_on, *_amounts(row))
        return path.read_bytes()


def _amounts(row: DedicatedFunds) -> tuple[int, ...]:
    return (
        row.granted, row.received, row.carried, row.due, row.owed, row.spent, row.used, row.proposed, row.awaited,
    )  # fmt: skip
