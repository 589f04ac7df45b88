"""Search as people type: without case, accents, hyphens or apostrophes, on both databases.

A search through lists asks for what contains the words (`having`); the search everywhere also bears with a letter
missing, too many or in the wrong place (`nearness`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connections
from django.db.models import F, FloatField, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Greatest, Least

from association.models.territory import search_key

ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy"

# How near a word typed is to a text: it is one of its words, begins one, is inside one; below that, how many groups of
# three letters it shares with the word that is most like it.
WHOLE, BEGINS, CONTAINS = 1.0, 0.95, 0.9
ALMOST = 0.5  # « lefevre » and « Lefebvre »: shown beside what contains the word
ALIKE = 0.38  # « lefevbre » and « Lefebvre »: shown when nothing contains it


class folded(Func):  # noqa: N801 - read as a function in a query
    """A column as `search_key` reduces it. SQLite calls `search_key` itself; PostgreSQL does the same in SQL."""

    function = "house_search_key"
    arity = 1
    output_field = TextField()

    def __init__(self, name: str | Combinable) -> None:
        super().__init__(F(name) if isinstance(name, str) else name)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        letters = f"translate(lower(%(expressions)s), '{ACCENTED}', '{PLAIN}')"
        joined = f"replace(replace({letters}, 'œ', 'oe'), 'æ', 'ae')"
        words = f"btrim(regexp_replace({joined}, '[^a-z0-9]+', ' ', 'g'))"
        saint = rf"regexp_replace({words}, '\mst(e?)\M', 'saint\1', 'g')"
        return self.as_sql(compiler, connection, template=saint, **context)


class nearness(Func):  # noqa: N801 - read as a function in a query
    """How near a word (as `words` gives it) is to a folded text, from 0 to 1, as `near` tells it.

    A word with a digit is a number: it is right or wrong, and never like another.
    """

    function = "house_nearness"
    arity = 2
    output_field = FloatField()

    def __init__(self, word: str, text: Any) -> None:
        super().__init__(Value(word), text)
        self.word = word

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        text, params = compiler.compile(self.source_expressions[1])
        word = self.word
        alike = "0" if _is_number(word) else f"least({ALMOST + 0.3}, strict_word_similarity(%s, f.t))"
        cases = (
            f"WHEN ' ' || f.t || ' ' LIKE %s THEN {WHOLE} WHEN ' ' || f.t LIKE %s THEN {BEGINS} "
            f"WHEN f.t LIKE %s THEN {CONTAINS} ELSE {alike}"
        )
        sql = f"(SELECT CASE {cases} END::float8 FROM (SELECT {text} AS t OFFSET 0) AS f)"  # noqa: S608 - no value in it
        asked = [f"% {word} %", f"% {word}%", f"%{word}%", *([] if _is_number(word) else [word])]
        return sql, (*asked, *params)


def teach_sqlite(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give every new SQLite connection the functions that `folded` and `nearness` call."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(folded.function, 1, _folded, deterministic=True)
        connection.connection.create_function(nearness.function, 2, near, deterministic=True)


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


# --- with faults ---------------------------------------------------------------------------------------------

RowT = TypeVar("RowT", bound=Model)


def near(word: str, text: str | None) -> float:
    """Return how near a word is to a folded text (`nearness` says what that means)."""
    if not text:
        return 0.0
    if word in text:
        around = f" {text} "
        return WHOLE if f" {word} " in around else BEGINS if f" {word}" in around else CONTAINS
    if _is_number(word):
        return 0.0
    asked = _trigrams(word)
    shared = ((len(asked & known), len(known)) for known in _trigrams_of_words(text))
    return min(ALMOST + 0.3, max((both / (len(asked) + size - both) for both, size in shared), default=0.0))


def near_all(typed: Iterable[str], text: str) -> float:
    """Return how near the farthest of the words is to a text that is not folded yet; 0 when one is not like it."""
    folded_text = search_key(text)
    nearest = min((near(word, folded_text) for word in typed), default=0.0)
    return nearest if nearest >= ALIKE else 0.0


def text_of(*columns: str) -> folded:
    """Return columns as one folded text."""
    parts: list[Any] = [part for column in columns for part in (Value(" "), F(column))][1:]
    return folded(Concat(*parts, output_field=TextField()) if len(parts) > 1 else columns[0])


def nearest(rows: QuerySet[RowT], typed: Iterable[str], *texts: Any) -> QuerySet[RowT]:
    """Return the rows that every word typed is like, the nearest first, each with ``nearness``.

    Args:
        texts: folded texts of a row; a word has to be like one of them. A function from a word to an expression stands
            for what is found in other tables.
    """
    scores = []
    for word in typed:
        asked = [text(word) if callable(text) else nearness(word, text) for text in texts]
        scores.append(Greatest(*asked) if len(asked) > 1 else asked[0])
    score = Least(*scores) if len(scores) > 1 else scores[0]
    return rows.annotate(nearness=score).filter(nearness__gte=ALIKE).order_by("-nearness")


def beginning(rows: QuerySet[RowT], column: str, text: str) -> QuerySet[RowT]:
    """Return the rows whose column begins with a text as it is typed or in capitals, read from the column's index.

    A database reads LIKE from an index each on its own conditions; SQLite asks for a range instead.
    """
    found = Q()
    for start in {text, text.upper()}:
        if connections[rows.db].vendor == "sqlite":
            found |= Q(**{f"{column}__gte": start, f"{column}__lt": f"{start}\U0010ffff"})
        else:
            found |= Q(**{f"{column}__startswith": start})
    return rows.filter(found)


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


@lru_cache(maxsize=20_000)
def _trigrams(word: str) -> frozenset[str]:
    """The groups of three letters of a word with its two ends, as pg_trgm counts them."""
    around = f"  {word} "
    return frozenset(around[place : place + 3] for place in range(len(around) - 2))


@lru_cache(maxsize=20_000)
def _trigrams_of_words(text: str) -> tuple[frozenset[str], ...]:
    return tuple(_trigrams(word) for word in text.split())
