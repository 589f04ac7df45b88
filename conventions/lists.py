"""The list of conventions (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.declaration import Listing
from association.models import User
from conventions.bulk_steps import CONVENTION_STEPS
from conventions.filters import ConventionFilter
from conventions.models import Convention
from conventions.selectors.of_team import convention_list
from conventions.tables import ConventionTable


class ConventionList(Listing):
    """The conventions of one's scope."""

    name = "conventions"
    title, noun = "Conventions", "convention,conventions"
    permission = "conventions.view_convention"
    address = "conventions:convention_list"
    row_address = "conventions:convention"
    table, filters = ConventionTable, ConventionFilter
    bulk = CONVENTION_STEPS
    template = "conventions/convention_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Convention]:
        return convention_list(user)
