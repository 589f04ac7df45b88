"""What the DAS2 needs: its dated threshold, and what each beneficiary's declaration asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.journal import record, save_changes
from association.models import User
from association.money import euros
from association.permissions import require
from payments.models import Beneficiary, Das2Threshold, TaxIdentity
from payments.selectors.das2 import threshold_of
from payments.services.accounting import MANAGE


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
