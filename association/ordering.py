"""Order by code point: the same on every database, whatever the collation that it was made with."""

from __future__ import annotations

from django.db.models import F, Func
from django.db.models.functions import Collate


class code_point(Func):  # noqa: N801 - read as a function in order_by
    """Sort text by code point: PostgreSQL's ``C`` collation, SQLite's default."""

    template = "%(expressions)s"
    arity = 1

    def __init__(self, name: str) -> None:
        super().__init__(F(name))

    def as_postgresql(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return Collate(self.source_expressions[0], "C").as_sql(compiler, connection, **context)
