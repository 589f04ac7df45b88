"""What extracts answer when the ground asks all floors, and what the database refuses to change of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from association.immutability import declare_frozen
from association.models import User
from association.registries import InboxItem, inbox
from reports.models import ExtractRequest
from reports.selectors.extracts import refused_lately, to_decide, to_fetch


def waiting_extracts(user: User) -> Iterator[InboxItem]:
    """Requests to decide, for the association; what was granted or refused, for who asked."""
    for request in to_decide(user):
        asked = timezone.localdate(request.asked_at)
        yield _item("Extrait demandé par l’ARS, à décider", request, f"{request.subject}, demandé le {asked:%d/%m/%Y}")
    if not user.has_perm("reports.ask_extract"):
        return
    for request in to_fetch(user):
        yield _item(
            "Extrait accordé", request, f"{request.subject}, à télécharger jusqu’au {request.open_until:%d/%m/%Y}"
        )
    for request in refused_lately(user):
        yield _item("Demande d’extrait refusée", request, request.subject)


def _item(title: str, request: ExtractRequest, detail: str) -> InboxItem:
    return InboxItem(title, 1, reverse("reports:extract", args=[request.pk]), detail, counted=False)


def register() -> None:
    """Tell the ground."""
    inbox.add("reports.extracts", waiting_extracts)
    declare_frozen(
        ExtractRequest,
        columns=["team", "rpps", "scope_department", "first_on", "last_on", "reason", "asked_by", "asked_at"],
        message="Une demande d’extrait ne se modifie pas : retirez-la et faites-en une autre.",
    )
    declare_frozen(
        ExtractRequest,
        name="decided",
        when="OLD.state <> 'asked'",
        columns=["decided_by", "decided_at", "decision_reason", "open_until", "content"],
        message="Un extrait décidé ne change plus.",
    )
