"""The journal of looks at what is confidential."""

from __future__ import annotations

from django.db.models import QuerySet

from association.models import LookLog, User


def look_list(user: User) -> QuerySet[LookLog]:
    """Return the looks that the user may read, the latest first."""
    if not user.has_perm("association.view_looks"):
        return LookLog.objects.none()
    return LookLog.objects.select_related("actor", "content_type").order_by("-at", "-pk")
