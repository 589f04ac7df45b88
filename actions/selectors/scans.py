"""The scans that wait to be filed by hand, and those that were filed lately."""

from __future__ import annotations

from django.db.models import QuerySet

from actions.models import ReceivedScan
from association.models import User

LATEST = 20


def waiting_scans(user: User) -> QuerySet[ReceivedScan]:
    """Return what waits, the first received first."""
    return ReceivedScan.objects.visible_to(user).waiting().select_related("document", "received_by")


def filed_scans(user: User) -> QuerySet[ReceivedScan]:
    """Return what was filed lately, the last one first."""
    filed = ReceivedScan.objects.visible_to(user).filter(evidence__isnull=False)
    return filed.select_related("evidence__action__team", "received_by").order_by("-received_at", "-pk")[:LATEST]
