"""The changes of the actions that people are told of (association.registries.change_sources)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actions.models import Action
from association.registries import ChangeSource, change_sources


def _told(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    for pk, team, reference in Action.objects.filter(pk__in=pks).values_list("pk", "team", "reference"):
        yield pk, team, f" {reference}"


def register() -> None:
    """Fill the registry of the ground."""
    change_sources.add(
        "actions.action",
        ChangeSource(
            model=Action,
            one="Action",
            many="actions",
            scope=lambda user, teams: Action.objects.visible_to(user).filter(team__in=teams),
            told=_told,
            page="actions:action",
        ),
    )
