"""What of the actions waits for the signed-in user, and their number on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from actions.models import Action
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
                f"{url}?state=declared",
                detail="avant le prochain paiement mensuel",
            )
    elif user.has_perm("actions.declare_action"):
        count = actions.filter(state=Action.State.TO_COMPLETE).count()
        if count:
            yield InboxItem("Actions à compléter", count, f"{url}?state=to_complete", detail="demande de l’association")


def action_figures(user: User) -> Iterator[Figure]:
    """What a referent's team did this year."""
    if user.role != "referent":
        return
    year = timezone.localdate().year
    count = Action.objects.visible_to(user).filter(state=Action.State.VALIDATED, held_on__year=year).count()
    yield Figure("Actions validées", str(count), f"en {year}", f"{reverse('actions:action_list')}?state=validated")
