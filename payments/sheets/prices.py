"""The sheet ``Barème``: version 1 of each price."""

from __future__ import annotations

from typing import Any

from association.nomenclature import ActionType, TeamKind
from association.sheets.people import PROFESSION
from association.sheets.teams import KINDS
from association.workbook import Book, Column, Count, Loading, Row, Sheet, kinds
from payments.models import Price

NAME = "Barème"
ROLES = {"participant": "participant", "rédacteur": "redacteur"}
MAX_PER_YEAR = 10_000


def check(book: Book) -> None:
    """A stored price of the same key is what the workbook says if one of its versions is (it may be mended since)."""
    stored: dict[tuple[Any, ...], list[Price]] = {}
    for price in Price.objects.order_by("version"):
        key = (price.kind, price.action_type, price.role, price.profession or None, price.starts_on)
        stored.setdefault(key, []).append(price)
    table = book[NAME]
    count = book.report.counts.setdefault(NAME, Count())
    for row, versions in table.each(lambda row: (row, stored.get(row.key, []))):
        if not versions:
            table.new.append(row)
            count.new += 1
        elif any(_same(book, row, price) for price in versions):
            count.unchanged += 1
        else:
            book.differs(row, _as_written(versions[-1]))


def _as_written(price: Price) -> dict[str, Any]:
    return {"Montant": price.amount_cents, "Nombre maximal par an": price.yearly_cap}


def _same(book: Book, row: Row, price: Price) -> bool:
    return all(
        row.get(header, value) == value for header, value in _as_written(price).items() if header in row.table.letters
    )


def load(book: Book, loading: Loading) -> None:
    Price.objects.bulk_create(
        [
            Price(
                kind=row["Nature"],
                action_type=row["Type d'action"],
                role=row["Rôle"],
                profession=row["Profession"] or "",
                amount_cents=row["Montant"],
                starts_on=row["En vigueur le"],
                yearly_cap=row["Nombre maximal par an"],
                published_by=loading.actor,
            )
            for row in book[NAME].new
        ],
        batch_size=2_000,
    )


PRICES = Sheet(
    name=NAME,
    columns=(
        Column("Type d'action", kinds.choice({code: code for code in ActionType.values}), required=True),
        Column("Rôle", kinds.choice(ROLES), required=True),
        Column("Profession", PROFESSION),
        Column("Montant", kinds.amount_cents(), required=True),
        Column("En vigueur le", kinds.day(), required=True),
        Column("Nombre maximal par an", kinds.integer(least=1, most=MAX_PER_YEAR)),
        Column("Nature", kinds.choice(KINDS), default=TeamKind.ESP_CLAP.value),
    ),
    key=("Nature", "Type d'action", "Rôle", "Profession", "En vigueur le"),
    order=10,
    check=check,
    load=load,
)
