"""Writing many rows with the driver itself: a run's lines, ten times faster than one object each.

For rows that need none of the model's Python (no encrypted field, no state): the database's constraints and triggers
hold as for any other write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, models

CHUNK = 5_000


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values in the order of ``fields``: numbers, text, dates, None) and return how many.

    Writes in chunks; the caller decides whether they are one transaction.
    """
    columns = [str(model._meta.get_field(name).column) for name in fields]  # type: ignore[union-attr]
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    iterator, count = iter(rows), 0
    while chunk := list(islice(iterator, CHUNK)):
        _insert(table, names, len(columns), chunk)
        count += len(chunk)
    return count


def _insert(table: str, names: str, width: int, rows: list[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * width)
            cursor.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
                [[v.isoformat() if isinstance(v, date) else v for v in row] for row in rows],
            )
