"""Filters above the lists of actions."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from actions.models import Action
from actions.selectors import search_actions
from association.models import Team
from association.nomenclature import ActionType


class ActionFilter(filters.FilterSet):
    q = filters.CharFilter(label="Référence ou équipe", method="search")
    team = filters.ModelChoiceFilter(label="Équipe", queryset=Team.objects.none(), empty_label="Toutes")
    type = filters.ChoiceFilter(label="Type", choices=[(code, code) for code in ActionType.values], empty_label="Tous")
    state = filters.ChoiceFilter(label="État", choices=Action.State.choices, empty_label="Tous")

    class Meta:
        model = Action
        fields = ["q", "team", "type", "state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["team"].queryset = Team.objects.visible_to(self.request.user)

    def search(self, actions: QuerySet[Action], name: str, value: Any) -> QuerySet[Action]:
        return search_actions(actions, value)
