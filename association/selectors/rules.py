"""The settings of the rules, and what was changed in them."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from association.models import EligibilityLevel, FieldChange


def latest_changes(count: int = 20) -> QuerySet[FieldChange]:
    """Return the latest changes of a level, the last first."""
    rows = FieldChange.objects.filter(content_type=ContentType.objects.get_for_model(EligibilityLevel))
    return rows.select_related("actor").order_by("-at", "-pk")[:count]
