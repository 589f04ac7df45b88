"""The settings of the yearly reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from association.journal import save_changes
from association.models import User
from association.permissions import require
from reports.models import ReviewSettings


@transaction.atomic
def change_review_settings(*, values: Mapping[str, Any], version: int, actor: User) -> ReviewSettings:
    """Write what differs, each with its line in the journal; the due date of a review already asked for stays.

    Args:
        version: the one that the page had shown.

    Raises:
        StaleEdit: when somebody else changed them since; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, "reports.change_review_settings")
    row, _ = ReviewSettings.objects.get_or_create(pk=1)
    return save_changes(row, values=values, version=version, actor=actor)
