"""What of the actions waits for the signed-in user, and their number on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.selectors.scans import waiting_scans
from association.models import User
from association.registries import Figure, InboxItem


def actions_to_validate(user: User) -> Iterator[InboxItem]:
    """Declared actions, for those who validate; actions to complete, for those who declared them."""
    actions = Action.objects.visible_to(user)
    url = reverse("actions:action_list")
    if user.has_perm("actions.validate_action"):
        count = actions.filter(state=Action.State.DECLARED).count()
        if count:
            yield InboxItem(
                "Actions déclarées, à valider",
                count,
                reverse("actions:queue"),
                detail="avant le prochain paiement mensuel",
            )
    elif user.has_perm("actions.declare_action"):
        count = actions.filter(state=Action.State.TO_COMPLETE).count()
        if count:
            yield InboxItem("Actions à compléter", count, f"{url}?state=to_complete", detail="demande de l’association")


def scans_to_file(user: User) -> Iterator[InboxItem]:
    """Scans whose code was not read, for whoever brought them and for those who validate."""
    if not user.has_perm("actions.declare_action"):
        return
    count = waiting_scans(user).count()
    if count:
        yield InboxItem("Feuilles numérisées, à classer", count, reverse("actions:scans"), detail="code non lu")


def action_figures(user: User) -> Iterator[Figure]:
    """What a referent's team did this year, and what the association has not validated yet."""
    if user.role != "referent":
        return
    year = timezone.localdate().year
    counts = (
        Action.objects.visible_to(user)
        .order_by()
        .aggregate(
            validated=Count("pk", filter=Q(state=Action.State.VALIDATED, held_on__year=year)),
            declared=Count("pk", filter=Q(state=Action.State.DECLARED)),
        )
    )
    url = reverse("actions:action_list")
    yield Figure("Actions validées", str(counts["validated"]), f"en {year}", f"{url}?state=validated")
    yield Figure("Actions déclarées", str(counts["declared"]), "à valider par l’association", f"{url}?state=declared")
