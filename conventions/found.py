"""Conventions in the search everywhere (association.registries.search_sources)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from association.found import note
from association.models import User
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import nearest, text_of
from conventions.models import Convention


def conventions(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Conventions by number, or by the name or code of the team."""
    rows = Convention.objects.visible_to(user).select_related("team")
    found = nearest(rows, typed.words, text_of("number", "team__name", "team__code"))
    for convention in found.order_by("-nearness", "-starts_on", "number")[:limit]:
        period = f"du {convention.starts_on:%d/%m/%Y} au {convention.ends_on:%d/%m/%Y}"
        yield Hit(
            title=convention.number,
            note=note(convention.team.name, convention.get_state_label(), period),
            url=reverse("conventions:convention", args=[convention.pk]),
            nearness=convention.nearness,  # type: ignore[attr-defined]
            is_exact=typed.names(convention.number),
        )


def register() -> None:
    """Fill the registry of the ground."""
    source = SearchSource(
        "Conventions", "conventions.view_convention", conventions, 30, "conventions:convention_list"
    )  # fmt: skip
    search_sources.add("conventions", source)
