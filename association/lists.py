"""The lists of the ground: which columns, which filters, for whom (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.bulk_steps import TEAM_STEPS
from association.filters import PeopleFilter, TeamFilter
from association.listing.declaration import Listing
from association.models import Professional, Team, User
from association.people_table import PeopleTable
from association.selectors import people, teams
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


class PeopleList(Listing):
    """The professionals of one's scope."""

    name = "professionnels"
    title, noun = "Professionnels", "professionnel,professionnels"
    permission = "association.view_professional"
    address = "association:professional_list"
    row_address = "association:professional"
    table, filters = PeopleTable, PeopleFilter
    shown = ("last_name", "rpps", "profession", "commune", "teams")
    template = "association/professional_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Professional]:
        return people.people_list(user)


LISTS: tuple[type[Listing], ...] = (TeamList, PeopleList)
