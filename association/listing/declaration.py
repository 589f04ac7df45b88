"""What a list is: declared in a few lines, and found again by its name when a job works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from association.listing.asked import Asked
from association.listing.filters import ListFilter
from association.models import User
from association.registries import Registry


class Listing:
    """A list of the house. `docs/lists.md` shows one from its first line to its last.

    ``name`` is its key in addresses that are kept (saved views, last state, jobs): it never changes. ``noun`` counts
    its rows: ``"équipe,équipes"``. ``address`` is the name of its page. ``shown`` are the columns of a bare address;
    the first column is always there.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    noun: ClassVar[str]
    permission: ClassVar[str]
    address: ClassVar[str]
    row_address: ClassVar[str] = ""  # of a row's own page, which takes its key
    table: ClassVar[type[tables.Table]]
    filters: ClassVar[type[ListFilter]] = ListFilter
    shown: ClassVar[tuple[str, ...]] = ()
    bulk: ClassVar[tuple[Any, ...]] = ()
    template: ClassVar[str] = "listing/page.html"
    lead: ClassVar[str] = ""  # follows the number of rows: « 12 structures : CPTS, PTA… »

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        """Return the objects of the address (a run), for `rows`, the table and the template.

        Raises:
            Http404: when the user does not see them.
        """
        return {}

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        """Return all rows that the user sees: it starts from ``visible_to``."""
        raise NotImplementedError

    def table_options(self, **about: Any) -> dict[str, Any]:
        """Return what the table takes besides its rows."""
        return {}

    def total(self, rows: QuerySet[Any]) -> str:
        """Return what the rows add up to, as the page says it beside their number; nothing where nothing is added."""
        return ""

    def asked(self, user: User, query: QueryDict, **route: Any) -> Asked:
        """Return what an address asks for: its rows, its columns, and what in it makes no sense."""
        return Asked(self, user, query, self.about(user, **route))

    def url(self, **route: Any) -> str:
        """Return the address of the page."""
        return reverse(self.address, kwargs=route or None)

    def row_urls(self, keys: Sequence[int]) -> dict[int, str]:
        """Return where some rows are shown, by their keys; a list whose rows have no page of their own overrides it."""
        return {key: reverse(self.row_address, args=[key]) for key in keys} if self.row_address else {}

    def url_of(self, part: str, **route: Any) -> str:
        """Return the address of a part under the page: ``views``."""
        return reverse(f"{self.address}_{part}", kwargs=route or None)

    def steps_of(self, user: User) -> list[Any]:
        """Return what the user's role may do to many rows at once."""
        return [step for step in self.bulk if user.has_perm(step.permission)]

    def is_selectable(self, user: User) -> bool:
        """Whether there is anything that the user could do with rows they select."""
        return bool(self.steps_of(user))


listings: Registry[Listing] = Registry("lists")


def register(*lists: type[Listing]) -> None:
    """Let jobs and saved views find these lists again by their names."""
    for listing in lists:
        if listing.name not in listings:
            listings.add(listing.name, listing())
