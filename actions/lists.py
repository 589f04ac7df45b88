"""The list of actions (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from actions.bulk_steps import ACTION_STEPS
from actions.filters import ActionFilter
from actions.models import Action
from actions.selectors import listing as selectors
from actions.tables import ActionTable
from association.listing.declaration import Listing
from association.models import User


class ActionList(Listing):
    """The actions of one's scope, the latest first."""

    name = "actions"
    title, noun = "Actions", "action,actions"
    permission = "actions.view_action"
    address, row_address = "actions:action_list", "actions:action"
    template = "actions/action_list.html"
    table, filters = ActionTable, ActionFilter
    bulk = ACTION_STEPS

    def rows(self, user: User, **about: Any) -> QuerySet[Action]:
        return selectors.action_list(user)
