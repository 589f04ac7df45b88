"""The evidence of an action: what is there, what is missing, what was used elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from actions.models.evidence import Evidence, EvidenceKind
from actions.models.settings import ActionSettings
from association.models import Document, User
from association.upload_formats import PDF

if TYPE_CHECKING:
    from actions.models import Action


def evidence_of(action: Action, *, user: User) -> list[Evidence]:
    """Return the evidence of an action that the user may open; one in quarantine is for nobody."""
    rows = Evidence.objects.current().filter(action=action, document__in=Document.objects.visible_to(user).order_by())
    return list(rows.select_related("document", "added_by"))


def missing_evidence(action: Action, *, also: Iterable[str] = ()) -> list[EvidenceKind]:
    """Return the kinds that the association asks for and the action does not have.

    Args:
        also: kinds that are on their way, with the same form.
    """
    required = ActionSettings.current().required_of(action.type)
    if not required:
        return []
    there = set(Evidence.objects.current().filter(action=action.pk).values_list("kind", flat=True)) | set(also)
    return [kind for kind in required if kind.value not in there]


def same_files(sha256s: Iterable[str], *, apart_from: int | None) -> QuerySet[Evidence]:
    """Return the evidence of other actions with the same bytes, in whatever team."""
    rows = Evidence.objects.current().filter(sha256__in=list(sha256s)).exclude(action=apart_from)
    return rows.select_related("action__team").order_by("added_at", "pk")


def is_pdf(evidence: Evidence) -> bool:
    """Whether it is shown in a frame; pictures are shown as they are."""
    return evidence.document.content_type == PDF
