"""The changes of the conventions that people are told of (association.registries.change_sources)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from association.registries import ChangeSource, change_sources
from conventions.models import Adhesion, Amendment, Convention


def _told_conventions(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    for pk, team, number in Convention.objects.filter(pk__in=pks).values_list("pk", "team", "number"):
        yield pk, team, f" {number}"


def _told_adhesions(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    """Without saying whose: the ARS sees a convention, and not the names in it."""
    for pk, team in Adhesion.objects.filter(pk__in=pks).values_list("pk", "convention__team"):
        yield pk, team, ""


def _told_amendments(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    rows = Amendment.objects.filter(pk__in=pks).values_list("pk", "convention__team", "number")
    for pk, team, number in rows:
        yield pk, team, f" n° {number}"


def register() -> None:
    """Fill the registry of the ground."""
    change_sources.add(
        "conventions.convention",
        ChangeSource(
            model=Convention,
            one="Convention",
            many="conventions",
            scope=lambda user, teams: Convention.objects.visible_to(user).filter(team__in=teams),
            told=_told_conventions,
            page="conventions:convention",
        ),
    )
    change_sources.add(
        "conventions.adhesion",
        ChangeSource(
            model=Adhesion,
            one="Signature d’un membre",
            many="signatures de membres",
            scope=lambda user, teams: Adhesion.objects.filter(
                convention__in=Convention.objects.visible_to(user).filter(team__in=teams)
            ),
            told=_told_adhesions,
        ),
    )
    change_sources.add(
        "conventions.amendment",
        ChangeSource(
            model=Amendment,
            one="Avenant",
            many="avenants",
            scope=lambda user, teams: Amendment.objects.visible_to(user).filter(convention__team__in=teams),
            told=_told_amendments,
            page="conventions:amendment",
        ),
    )
