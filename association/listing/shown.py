"""A page of a list as its template shows it: heads and cells, each computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.rows import BoundRow
from django_tables2.utils import AttributeDict

from association.listing.asked import PAGE, SIZES, SORT, Asked, encoded
from association.listing.carried import CARRIED

LONG = 10  # choices: more than that scroll


@dataclass(frozen=True)
class Head:
    """A column's head; ``query`` sorts by it, or the other way when it is sorted already."""

    name: str
    label: Any
    query: str
    sorted: str  # "ascending", "descending", or nothing
    th: SafeString
    td: SafeString


@dataclass(frozen=True)
class Line:
    """A row: its key and its cells as HTML."""

    key: Any
    cells: list[tuple[Head, Any]]


def heads(asked: Asked) -> list[Head]:
    """Return the heads of the columns that are shown, in order."""
    order = {one.removeprefix("-"): one for one in asked.order or asked.table.order_by or ()}
    return [_head(asked, column, order.get(column.name, "")) for column in asked.columns]


def _head(asked: Asked, column: Any, order: str) -> Head:
    query = ""
    if column.orderable:
        query = asked.with_order(f"-{column.name}" if order == column.name else column.name)
    way = ("descending" if order.startswith("-") else "ascending") if order else ""
    attrs = column.column.attrs
    td = format_html('{} data-label="{}"', _written(attrs.get("td")), column.header)
    return Head(
        column.name,
        column.header,
        query,
        way,
        _written(attrs.get("th")),
        td,
    )


def _written(attrs: dict[str, Any] | None) -> SafeString:
    return AttributeDict(attrs or {}).as_html()


def lines(asked: Asked, shown: list[Head]) -> Iterator[Line]:
    """Yield the rows of the page."""
    for record in asked.page:
        row = BoundRow(record, table=asked.table)
        yield Line(record.pk, [(head, row.get_cell(head.name)) for head in shown])


@dataclass(frozen=True)
class ColumnChoice:
    """A column that one may show or hide."""

    name: str
    label: Any
    is_shown: bool


def column_choices(asked: Asked) -> list[ColumnChoice]:
    """Return all columns but the first: those that are shown, in their order, then the others."""
    columns = asked.table.columns
    others = [name for name in asked.listing.table.base_columns if name not in asked.column_names]
    return [
        ColumnChoice(name, columns[name].header, name in asked.column_names)
        for name in [*asked.column_names[1:], *others]
    ]


@dataclass(frozen=True)
class FilterPart:
    """One filter of the tool bar: ``kept`` are its values in force, by parameter."""

    name: str
    label: str
    template: str
    one: Any
    kept: list[Any]

    @property
    def values(self) -> set[str]:
        return {kept.value for kept in self.kept}

    @property
    def bounds(self) -> list[tuple[str, str, str]]:
        """Parameter, what is before its input, value."""
        values = {kept.name: kept.value for kept in self.kept}
        return [
            (name, sign, values.get(name, ""))
            for name, sign in zip(self.one.names(self.name), self.one.signs, strict=True)
        ]

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Value, words, whether it is chosen."""
        return [(value, words, value in self.values) for value, words in self.one.options]

    @property
    def is_long(self) -> bool:
        return len(self.one.options) > LONG


def filter_parts(asked: Asked) -> list[FilterPart]:
    """Return the filters of the tool bar, the search apart."""
    return [
        FilterPart(name, one.label, f"listing/filters/{one.part}.html", one, asked.filterset.readings[name].kept)
        for name, one in asked.filterset.filters.items()
        if one.part not in ("search", *CARRIED)
    ]


def search_line(asked: Asked) -> FilterPart | None:
    """Return the search line, if the list has one."""
    for name, one in asked.filterset.filters.items():
        if one.part == "search":
            return FilterPart(name, one.label, "", one, asked.filterset.readings[name].kept)
    return None


def pages(asked: Asked) -> list[tuple[int | None, str]]:
    """Return the numbers to offer, each with its query; None where some are left out."""
    paginator = asked.page.paginator
    numbers = paginator.get_elided_page_range(asked.page.number, on_each_side=2, on_ends=1)
    return [(None, "") if isinstance(one, str) else (one, query_of(asked, one)) for one in numbers]


def query_of(asked: Asked, number: int) -> str:
    """Return the query of a page; of the first one, too, says its number, so that it is never a bare address."""
    return encoded([*asked.parts, (PAGE, str(number))])


def in_template(asked: Asked, *, whole: bool) -> dict[str, Any]:
    """Return what the templates show; ``whole``: with the tool bar."""
    shown = heads(asked)
    page = asked.page
    carried = [name for name, one in asked.filterset.filters.items() if one.part in CARRIED]
    rows: dict[str, Any] = {
        "heads": shown,
        "lines": list(lines(asked, shown)),
        "pages": pages(asked) if page.has_other_pages() else [],
        "before": query_of(asked, page.previous_page_number()) if page.has_previous() else "",
        "after": query_of(asked, page.next_page_number()) if page.has_next() else "",
        "remarks": asked.remarks,
        "total": asked.listing.total(asked.filterset.qs),
        "selectable": asked.listing.is_selectable(asked.user),
        "hidden": [part for part in asked.parts if part[0] in (SORT, *carried)],
    }
    if not whole:
        return rows | {"named_parts": [part for part in filter_parts(asked) if part.one.part == "named"]}
    return rows | {
        "search": search_line(asked),
        "filter_parts": filter_parts(asked),
        "column_choices": column_choices(asked),
        "first_column": asked.column_names[0],
        "sizes": [(size, size == asked.per_page) for size in SIZES],
    }
