"""The lists of the ground: which columns, which filters, for whom (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.bulk_steps import TEAM_STEPS
from association.filters import TeamFilter
from association.listing.declaration import Listing
from association.models import Team, User
from association.selectors import teams
from association.tables import TeamTable


class TeamList(Listing):
    """The teams of one's scope."""

    name = "equipes"
    title, noun = "Équipes", "équipe,équipes"
    permission = "association.view_team"
    address = "association:team_list"
    row_address = "association:team"
    table, filters = TeamTable, TeamFilter
    shown = ("name", "code", "state", "kind", "members_count", "officer")
    bulk = TEAM_STEPS
    template = "association/team_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Team]:
        return teams.team_list(user)


LISTS: tuple[type[Listing], ...] = (TeamList,)
