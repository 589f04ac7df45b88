"""The settings of the rules, and what was changed in them."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from association.jobs import LIVE
from association.models import EligibilityLevel, FieldChange, Job, User

REFRESH_JOB = "association.refresh_findings"


def refreshing(user: User) -> Job | None:
    """Return the live job that brings the lists in line with the rules, when the user may follow it."""
    return Job.objects.visible_to(user).filter(kind=REFRESH_JOB, state__in=LIVE).order_by("-pk").first()


def latest_changes(count: int = 20) -> QuerySet[FieldChange]:
    """Return the latest changes of a level, the last first."""
    rows = FieldChange.objects.filter(content_type=ContentType.objects.get_for_model(EligibilityLevel))
    return rows.select_related("actor").order_by("-at", "-pk")[:count]
