"""The numbers of the ground on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse

from association.models import Team, User
from association.registries import Figure
from association.selectors.findings import EVERY_BLOCKING, teams_with


def team_figures(user: User) -> Iterator[Figure]:
    """Teams by what happens to them, in the user's scope; a referent has one team and needs no count."""
    if user.role == "referent" or not user.has_perm("association.view_team"):
        return
    state = Team.State
    counts = (
        Team.objects.visible_to(user)
        .order_by()
        .aggregate(
            under_convention=Count("pk", filter=Q(state=state.UNDER_CONVENTION)),
            at_ars=Count("pk", filter=Q(state=state.SUBMITTED)),
            live=Count("pk", filter=~Q(state=state.CLOSED)),
        )
    )
    url = reverse("association:team_list")
    yield Figure(
        "Équipes sous convention",
        str(counts["under_convention"]),
        f"sur {counts['live']} {'équipes non closes' if counts['live'] >= 2 else 'équipe non close'}",
        f"{url}?state={state.UNDER_CONVENTION}",
    )
    yield Figure(
        "Déposées à l’ARS", str(counts["at_ars"]), "en attente de sa décision", f"{url}?state={state.SUBMITTED}"
    )
    if user.role in ("staff", "admin"):  # a treasurer's other numbers are of money
        query = f"?constat={EVERY_BLOCKING}"
        stopped = teams_with(Team.objects.visible_to(user), EVERY_BLOCKING).count()
        yield Figure(
            "Équipes avec un constat bloquant", str(stopped), "déposées, reconnues ou sous convention", url + query
        )
