"""What the DAS2 needs: its dated threshold, and what each beneficiary's declaration asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.documents import draft_folder
from association.journal import record, save_changes
from association.models import User
from association.money import euros
from association.permissions import require
from association.typed_sheets import EUROS, Column, ListSheet, workbook_at
from payments.models import AccountingSettings, Beneficiary, Das2Threshold, TaxIdentity
from payments.models.year import Das2Nature
from payments.selectors.das2 import das2_rows, missing_of, siret_of, threshold_of
from payments.selectors.year_days import after, last_day
from payments.services.accounting import MANAGE

# What the declaration asks of each beneficiary (form 2460, docs/sources.md), and what is missing of it.
COLUMNS = (
    Column("Nom ou raison sociale", 34),
    Column("Prénom", 20),
    Column("Profession", 24),
    Column("SIRET", 17),
    Column("Adresse", 36),
    Column("Code postal", 12),
    Column("Commune", 24),
    Column("Nature", 30),
    Column("Montant à déclarer", 18, EUROS),
    Column("Payé dans l’année", 18, EUROS),
    Column("Remboursé", 16, EUROS),
    Column("À compléter", 34),
)


def set_threshold(*, from_year: int, cents: int, actor: User) -> Das2Threshold:
    """Fix the threshold from a civil year on, in euro cents; the change is in the journal.

    Raises:
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        before = threshold_of(from_year)
        row = Das2Threshold.objects.filter(from_year=from_year).first() or Das2Threshold(from_year=from_year)
        row.amount_cents, row.set_by, row.set_at = cents, actor, timezone.now()
        row.full_clean()
        row.save()
        if before != cents:
            said = (euros(before), euros(cents))
            record(row, [("amount_cents", f"Seuil de la DAS2 à partir de {from_year}", *said)], actor=actor)
    return row


def complete_identity(*, beneficiary: Beneficiary, values: Mapping[str, Any], version: int, actor: User) -> TaxIdentity:
    """Write what the DAS2 asks of a beneficiary: SIRET, address.

    Raises:
        StaleEdit: when somebody else changed it since ``version``; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, "payments.close_year")
    with transaction.atomic():
        row, _ = TaxIdentity.objects.get_or_create(beneficiary=beneficiary)
        return save_changes(row, values=values, version=version, actor=actor)


def das2_workbook(*, year: int, actor: User) -> bytes:
    """Return the workbook of what is to be declared for a year, a row per legal beneficiary; no IBAN."""
    require(actor, "payments.view_year")
    heading = f"DAS2 {year} : plus de {euros(threshold_of(year))} dans l’année"
    nature = Das2Nature(AccountingSettings.current().das2_nature).label
    with draft_folder("das2") as folder:
        path = folder / f"das2-{year}.xlsx"
        with workbook_at(path, title=heading, made_at=after(last_day(year))) as book:
            sheet = ListSheet(book, "À déclarer", COLUMNS, heading=heading)
            total = 0
            for row in das2_rows(actor, year):
                sheet.row(*_declared(row, nature))
                total += row.net_cents  # type: ignore[attr-defined]
            last = sheet.cells([column.format for column in COLUMNS], total=True)
            sheet.put(last, ["Total", *[None] * 7, total, None, None, None])
        return path.read_bytes()


def _declared(row: Beneficiary, nature: str) -> Iterator[Any]:
    person, identity = row.professional, getattr(row, "tax_identity", None)
    yield person.last_name if person else str(row)
    yield person.first_name if person else ""
    yield str(person.get_profession_display()) if person else ""
    yield siret_of(row)
    for name in ("address", "postcode", "town"):
        yield getattr(identity, name, "")
    yield nature
    yield row.net_cents  # type: ignore[attr-defined]
    yield row.paid_cents  # type: ignore[attr-defined]
    yield row.repaid_cents or None  # type: ignore[attr-defined]
    yield ", ".join(missing_of(row))
