"""Search as people type: without case, accents, hyphens or apostrophes, on both databases."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField

from association.models.territory import search_key

ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy"


class folded(Func):  # noqa: N801 - read as a function in a query
    """A column as `search_key` reduces it. SQLite calls `search_key` itself; PostgreSQL does the same in SQL."""

    function = "house_search_key"
    arity = 1
    output_field = TextField()

    def __init__(self, name: str) -> None:
        super().__init__(F(name))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        letters = f"translate(lower(%(expressions)s), '{ACCENTED}', '{PLAIN}')"
        joined = f"replace(replace({letters}, 'œ', 'oe'), 'æ', 'ae')"
        words = f"btrim(regexp_replace({joined}, '[^a-z0-9]+', ' ', 'g'))"
        saint = rf"regexp_replace({words}, '\mst(e?)\M', 'saint\1', 'g')"
        return self.as_sql(compiler, connection, template=saint, **context)


def teach_sqlite(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give every new SQLite connection the function that `folded` calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(folded.function, 1, _folded, deterministic=True)


@lru_cache(maxsize=20_000)
def _folded(text: Any) -> str | None:
    """The same names are folded on every page: a list of people sorts by them."""
    return None if text is None else search_key(str(text))


def words(text: str) -> list[str]:
    """Return the words typed, as they are compared."""
    return search_key(text).split()


def having(rows: QuerySet[Any], word: str, *columns: str) -> QuerySet[Any]:
    """Return the rows of which a word occurs in one of the columns.

    Every row is folded, so this is for small tables (teams, people); what points at them is narrowed by them.
    """
    found = Q()
    for number, column in enumerate(columns):
        rows = rows.alias(**{f"folded_{number}": folded(column)})
        found |= Q(**{f"folded_{number}__contains": word})
    return rows.filter(found)
