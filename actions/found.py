"""Actions in the search everywhere (association.registries.search_sources)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from actions.models import Action
from association.found import note
from association.models import User
from association.nomenclature import short_type
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import BEGINS, beginning


def actions(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Actions by the beginning of their reference, read from its index: there are too many to fold."""
    found = beginning(Action.objects.visible_to(user).select_related("team"), "reference", typed.text)
    for action in found.order_by("reference")[:limit]:
        yield Hit(
            title=action.reference,
            note=note(
                f"{short_type(action.type)} du {action.held_on:%d/%m/%Y}", action.team.name, action.get_state_label()
            ),
            url=reverse("actions:action", args=[action.pk]),
            nearness=BEGINS,
            is_exact=typed.names(action.reference),
        )


def register() -> None:
    """Fill the registry of the ground."""
    search_sources.add("actions", SearchSource("Actions", "actions.view_action", actions, 40, "actions:action_list"))
