"""Filters above the lists of actions."""

from __future__ import annotations

from django.db.models import QuerySet

from actions.models import Action
from actions.selectors.listing import search_actions
from association.filters import departments, team_filter
from association.listing.filters import ChoicesFilter, DatesFilter, ListFilter, ObjectsFilter, SearchFilter
from association.nomenclature import ActionType


class ActionFilter(ListFilter):
    q = SearchFilter("Référence ou équipe")
    state = ChoicesFilter("État", Action.State.choices)
    type = ChoicesFilter("Type", [(code, code) for code in ActionType.values])
    team = team_filter()
    department = ObjectsFilter("Département", departments, field_name="team__department")
    held_on = DatesFilter("Date")

    def search(self, actions: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        return search_actions(actions, value)
