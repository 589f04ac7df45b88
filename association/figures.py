"""The numbers of the ground on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse

from association.models import Membership, Team, User
from association.registries import Figure
from association.selectors.findings import EVERY_BLOCKING, teams_with


def team_figures(user: User) -> Iterator[Figure]:
    """Teams by what happens to them, in the user's scope; a referent has one team, and is told of its members."""
    if user.role == "referent":
        yield from _own_members(user)
        return
    if not user.has_perm("association.view_team"):
        return
    state = Team.State
    counts = (
        Team.objects.visible_to(user)
        .order_by()
        .aggregate(
            under_convention=Count("pk", filter=Q(state=state.UNDER_CONVENTION)),
            to_complete=Count("pk", filter=Q(state=state.TO_COMPLETE)),
            recognised=Count("pk", filter=Q(state=state.RECOGNISED)),
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
    if user.role == "ars":
        yield Figure(
            "À compléter",
            str(counts["to_complete"]),
            "réponses attendues des équipes",
            f"{url}?state={state.TO_COMPLETE}",
        )
        yield Figure(
            "Reconnues ou enregistrées",
            str(counts["recognised"]),
            "sans convention en cours",
            f"{url}?state={state.RECOGNISED}",
        )
    if user.role in ("staff", "admin"):  # a treasurer's other numbers are of money
        query = f"?constat={EVERY_BLOCKING}"
        stopped = teams_with(Team.objects.visible_to(user), EVERY_BLOCKING).count()
        yield Figure(
            "Équipes avec un constat bloquant", str(stopped), "déposées, reconnues ou sous convention", url + query
        )


def _own_members(user: User) -> Iterator[Figure]:
    """How many work in a referent's teams today, the first team's page behind it."""
    teams = Team.objects.visible_to(user)
    count = Membership.objects.current().filter(team__in=teams).count()
    first = teams.order_by("pk").values_list("pk", flat=True).first()
    if first is not None:
        yield Figure("Membres de l’équipe", str(count), "aujourd’hui", reverse("association:team", args=[first]))
