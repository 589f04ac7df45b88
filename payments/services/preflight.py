"""The settings of the checks before a submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from association.journal import save_changes
from association.models import User
from association.permissions import require
from payments.models import PreflightSettings


@transaction.atomic
def change_preflight(*, values: Mapping[str, Any], version: int, actor: User) -> PreflightSettings:
    """Write what differs, each with its line in the journal; an open run is judged by it at once.

    Args:
        version: the one that the page had shown.

    Raises:
        StaleEdit: when somebody else changed them since; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, "payments.change_settings")
    row, _ = PreflightSettings.objects.get_or_create(pk=1)
    return save_changes(row, values=values, version=version, actor=actor)
