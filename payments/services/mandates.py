"""Who sits on the board, entered by whoever is not a treasurer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from association.journal import in_full, record, save_changes
from association.models import User
from association.permissions import require
from payments.models import BoardMandate

MANAGE = "payments.manage_mandate"


def give_mandate(*, values: Mapping[str, Any], actor: User) -> BoardMandate:
    """Enter a mandate, dated.

    Raises:
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    mandate = BoardMandate(**values)
    mandate.full_clean()
    with transaction.atomic():
        mandate.save()
        record(mandate, in_full(mandate, BoardMandate.JOURNALED), actor=actor)
    return mandate


def change_mandate(*, mandate: BoardMandate, values: Mapping[str, Any], version: int, actor: User) -> BoardMandate:
    """Correct a mandate, or put an end to it.

    Raises:
        StaleEdit: when somebody else changed it since ``version``; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    return save_changes(mandate, values=values, version=version, actor=actor)
