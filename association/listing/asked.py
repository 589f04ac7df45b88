"""What an address asks of a list: rows, order, columns, page; and in French what in it makes no sense.

Anybody may type anything into an address, and an old link may name what is no more: nothing here raises for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from association.listing.carried import LotFilter
from association.listing.filters import ListFilter, quoted

if TYPE_CHECKING:
    from association.listing.declaration import Listing
    from association.models import User

SORT, COLUMN, SIZE, PAGE, RESET, LOT = "tri", "col", "par", "page", "tout", "lot"
SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50
MOST_REMARKS = 6
LONGEST_PAGE_NUMBER = 9  # digits


@dataclass(frozen=True)
class Said:
    """One filter in force: its label, its value in words, and the query without it."""

    label: str
    words: str
    name: str
    value: str
    without: str


class Asked:
    """An address of a list, understood.

    ``rows`` (filtered and sorted), ``columns`` (bound columns in order), ``page`` (a `Page` of rows), ``per_page``,
    ``query`` (canonical, without the page), ``filters_said`` and ``remarks`` are what the page, an export and a step
    on many rows need of it.
    """

    def __init__(self, listing: Listing, user: User, query: QueryDict, about: dict[str, Any]) -> None:
        self.listing, self.user, self.about = listing, user, about
        self.data = query
        self.filterset: ListFilter = listing.filters(query, listing.rows(user, **about), user=user, about=about)
        if LOT in query:
            self.filterset.filters[LOT] = LotFilter(listing.name, self.filterset)
        self._remarks: list[str] = [one for read in self.filterset.readings.values() for one in read.remarks]
        self._explain_unknown()
        self.column_names = self._columns()
        self.order = self._order()
        self.per_page = self._size()

    # --- what makes no sense -------------------------------------------------------------------------------------

    @property
    def remarks(self) -> list[str]:
        """The sentences for what makes no sense; each says what is ignored."""
        self.page  # noqa: B018 - a page that is not there is said, too
        more = len(self._remarks) - MOST_REMARKS
        if more <= 1:
            return self._remarks
        return [*self._remarks[:MOST_REMARKS], f"Et {more} autres parties de l’adresse sont ignorées."]

    def _explain_unknown(self) -> None:
        known = self.filterset.names()
        for name in self.data:
            if name not in known and name not in (SORT, COLUMN, SIZE, PAGE, RESET):
                possible = f"Filtres possibles\u00a0: {', '.join(known)}." if known else "Elle n’en a aucun."
                self._remarks.append(f"{quoted(name)} n’est pas un filtre de cette liste, c’est ignoré. {possible}")

    # --- columns, order, size, page ------------------------------------------------------------------------------

    def _usual_columns(self) -> list[str]:
        known = list(self.listing.table.base_columns)
        return [known[0], *(name for name in self.listing.shown or known if name != known[0])]

    def _columns(self) -> list[str]:
        known = list(self.listing.table.base_columns)
        given = list(dict.fromkeys(self.data.getlist(COLUMN)))
        for name in given:
            if name not in known:
                possible = ", ".join(known)
                self._remarks.append(
                    f"La colonne {quoted(name)} n’existe pas, elle est ignorée. Colonnes possibles\u00a0: {possible}."
                )
        chosen = [name for name in given if name in known]
        if not chosen:
            return self._usual_columns()
        return [known[0], *(name for name in chosen if name != known[0])]

    def _order(self) -> list[str]:
        columns = self.listing.table.base_columns
        order: list[str] = []
        for given in self.data.getlist(SORT):
            name = given.removeprefix("-")
            if not name:
                continue
            if name not in columns or columns[name].orderable is False:
                possible = ", ".join(key for key, column in columns.items() if column.orderable is not False)
                self._remarks.append(
                    f"On ne peut pas trier par {quoted(name)}, c’est ignoré. Tris possibles\u00a0: {possible}."
                )
            elif name not in {one.removeprefix("-") for one in order}:
                order.append(given)
        return order

    def _size(self) -> int:
        given = self.data.get(SIZE, "")
        if given in {str(size) for size in SIZES}:
            return int(given)
        if given:
            possible = ", ".join(map(str, SIZES))
            self._remarks.append(
                f"{quoted(given)} lignes par page n’est pas possible\u00a0: {USUAL_SIZE} sont montrées. "
                f"Tailles possibles\u00a0: {possible}."
            )
        return USUAL_SIZE

    @cached_property
    def table(self) -> tables.Table:
        """The table over all rows: sorted, its columns in order, those that are not chosen hidden."""
        options = self.listing.table_options(**self.about)
        if self.order:
            options["order_by"] = self.order
        table = self.listing.table(data=self.filterset.qs, sequence=[*self.column_names, "..."], **options)
        for name in table.sequence:
            if name not in self.column_names:
                table.columns.hide(name)
        table.data.data = _steady(table.data.data)
        return table

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows that answer, sorted."""
        rows: QuerySet[Any] = self.table.data.data
        return rows

    @cached_property
    def count(self) -> int:
        """How many rows answer."""
        return self.filterset.qs.order_by().count()

    @property
    def columns(self) -> list[Any]:
        """The bound columns that are shown, in order."""
        return [self.table.columns[name] for name in self.column_names]

    @cached_property
    def page(self) -> Page[Any]:
        """The page of rows; one that is not there is the nearest that is."""
        paginator: Paginator[Any] = Paginator(_OnePage(self.rows), self.per_page)  # type: ignore[arg-type]
        paginator.count = self.count  # type: ignore[misc]
        given = self.data.get(PAGE, "")
        if not given:
            return paginator.page(1)
        is_number = given.isascii() and given.isdecimal() and len(given) <= LONGEST_PAGE_NUMBER
        wanted = int(given) if is_number else 0
        number = min(max(wanted, 1), paginator.num_pages)
        if number != wanted:
            whole = "une page" if paginator.num_pages == 1 else f"{paginator.num_pages} pages"
            self._remarks.append(
                f"La page {quoted(given)} n’existe pas\u00a0: la liste a {whole}, voici la page {number}."
            )
        return paginator.page(number)

    # --- the address, written again ------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """The address, without what makes no sense, what goes without saying, and the page."""
        is_usual = self.column_names == self._usual_columns()
        return [
            *((kept.name, kept.value) for read in self.filterset.readings.values() for kept in read.kept),
            *((SORT, one) for one in self.order),
            *((COLUMN, name) for name in ([] if is_usual else self.column_names)),
            *([(SIZE, str(self.per_page))] if self.per_page != USUAL_SIZE else []),
        ]

    @cached_property
    def query(self) -> str:
        """The canonical query, without the page."""
        return encoded(self.parts)

    @property
    def query_of_filters(self) -> str:
        """The filters in force, and nothing else: which rows answer, in whatever order."""
        return encoded((kept.name, kept.value) for read in self.filterset.readings.values() for kept in read.kept)

    @property
    def query_of_columns(self) -> str:
        """The columns that are shown, and nothing else."""
        return encoded((COLUMN, name) for name in self.column_names)

    @property
    def query_of_page(self) -> str:
        """The canonical query of the page that is shown."""
        number = self.page.number
        return encoded([*self.parts, (PAGE, str(number))]) if number > 1 else self.query

    def with_order(self, order: str) -> str:
        """Return the query that sorts by one column (``-name``: the other way)."""
        return encoded([part for part in self.parts if part[0] != SORT] + [(SORT, order)])

    @cached_property
    def filters_said(self) -> list[Said]:
        """The filters in force, in words, in the order of the tool bar."""
        return [
            Said(
                self.filterset.filters[name].label,
                kept.words,
                kept.name,
                kept.value,
                encoded(part for part in self.parts if part != (kept.name, kept.value)),
            )
            for name, read in self.filterset.readings.items()
            for kept in read.kept
        ]


class _OnePage:
    """Rows, of which a page finds the keys first: what only a cell shows is computed for the page's own rows."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows = rows
        self.ordered = True

    def __len__(self) -> int:
        return self.rows.count()

    def __getitem__(self, page: slice) -> list[Any]:
        keys = list(self.rows.values_list("pk", flat=True)[page])
        found = {row.pk: row for row in self.rows.order_by().filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]


def encoded(parts: Iterable[tuple[str, str]]) -> str:
    """Return a query string."""
    query = QueryDict(mutable=True)
    for name, value in parts:
        query.appendlist(name, value)
    return query.urlencode()


def _steady(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Order rows that are alike by their keys, in the direction of the first column so that an index serves both."""
    order = list(rows.query.order_by) or (list(rows.model._meta.ordering) if rows.query.default_ordering else [])
    if any(str(one).lstrip("-") in ("pk", "id") for one in order):
        return rows
    first = order[0] if order else "pk"
    descends = first.startswith("-") if isinstance(first, str) else bool(getattr(first, "descending", False))
    return rows.order_by(*order, "-pk" if descends else "pk")
