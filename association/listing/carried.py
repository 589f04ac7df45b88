"""Filters that another page sets: they are kept in the address and said, and have no part in the tool bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict

from association.listing.filters import NBSP, Kept, Reading, _Filter, quoted
from association.registries import counted_rows
from association.selectors.named import Unknown

if TYPE_CHECKING:
    from association.listing.filters import ListFilter

CARRIED = ("lot", "counted")  # their parts


class CountedFilter(_Filter):
    """The rows behind a number of a dashboard, which leads here; ``rows``: their name among `counted_rows`.

    It has no part in the tool bar: its value is what was counted, and not typed.
    """

    part = "counted"

    def __init__(self, rows: str) -> None:
        super().__init__(label="Compté dans")
        self.rows = rows

    def read(self, name: str, data: QueryDict) -> Reading:
        given, found = data.get(name, "").strip(), Reading()
        if not given:
            return found
        try:
            found.value = counted_rows[self.rows](self.parent.user, given)
        except Unknown as unknown:
            found.remarks.append(f"{self.label}\u00a0: {quoted(given)} est ignoré. {unknown}")
            return found
        found.kept.append(Kept(name, given, found.value.words))
        return found

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(pk__in=value.keys())


class LotFilter(_Filter):
    """The rows that an operation on many rows refused; every list has it, and the page of the operation leads there."""

    part = "lot"

    def __init__(self, listing: str, filterset: ListFilter) -> None:
        super().__init__(label="Lot")
        self.listing, self.parent = listing, filterset

    def read(self, name: str, data: QueryDict) -> Reading:
        from association.selectors.bulk import operation_of

        given, found = data.get(name, "").strip(), Reading()
        if not given:
            return found
        operation = operation_of(self.listing, given, user=self.parent.user)
        if operation is None:
            found.remarks.append(f"Lot\u00a0: {quoted(given)} n’existe pas ou n’est pas à vous, c’est ignoré.")
            return found
        found.value = operation
        found.kept.append(Kept(name, given, f"refusées, «{NBSP}{operation.title}{NBSP}»"))
        return found

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        from association.selectors.bulk import refused_in

        return qs.filter(pk__in=refused_in(value))
