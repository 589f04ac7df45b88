"""The filters of a list: each reads its part of an address, keeps what makes sense and explains the rest.

They are django-filter's, declared on a `ListFilter`; what they read is checked value by value, so that one that makes
no sense takes away nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

from association.money import euros
from association.searching import words
from association.selectors.named import Unknown

NBSP = "\u00a0"
LONGEST_SEARCH, MOST_WORDS = 200, 8
MOST_NAMES, LONGEST_KEY = 20, 18
LARGEST = 1_000_000_000  # far above any count or amount, far below what a database cannot hold
NOBODY = "null"
FEW_VALUES = 8  # named in a remark
Options = list[tuple[str, str]]
Choices = Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]]


def clean_line(text: str) -> str:
    """Return what is printable of a text, short."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_SEARCH]


def quoted(text: str) -> str:
    """Return what somebody typed, short and printable, in French quotes."""
    clean = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return f"«{NBSP}{clean[:40]}{'…' if len(clean) > 40 else ''}{NBSP}»"


@dataclass(frozen=True)
class Kept:
    """One value that makes sense: as the address writes it, and in words."""

    name: str
    value: str
    words: str


@dataclass
class Reading:
    """What one filter reads in an address: its value for the query, what is kept, what is refused and why."""

    value: Any = None
    kept: list[Kept] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class ListFilter(filters.FilterSet):
    """The filters of one list, for one user; ``about`` are the objects of the address."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, user: Any, about: dict[str, Any]) -> None:
        self.user, self.about = user, about
        super().__init__(data, queryset)
        for name in self.closed():
            del self.filters[name]

    def closed(self) -> Iterable[str]:
        """Return the filters that this user has not."""
        return ()

    def names(self) -> dict[str, str]:
        """Return the parameters of the address that are filters, each with its label."""
        return {name: one.label for key, one in self.filters.items() for name in one.names(key)}

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What each filter reads."""
        return {name: one.read(name, self.data) for name, one in self.filters.items()}

    @cached_property
    def qs(self) -> QuerySet[Any]:
        rows = self.queryset.all()
        for name, reading in self.readings.items():
            if reading.kept:
                rows = self.filters[name].filter(rows, reading.value)
        return rows


class _Filter(filters.Filter):
    """What all filters of a list have; ``part`` is the template of its part of the tool bar."""

    part: ClassVar[str] = ""
    options: Options = []  # what is chosen from, where something is
    parent: ListFilter

    def names(self, name: str) -> tuple[str, ...]:
        """Return the parameters that it reads."""
        return (name,)

    def read(self, name: str, data: QueryDict) -> Reading:
        raise NotImplementedError


class SearchFilter(_Filter):
    """What is typed in the search line; ``method`` names the method of the `ListFilter` that searches."""

    part = "search"

    def __init__(self, label: str, method: str = "search") -> None:
        super().__init__(label=label, method=method)

    def read(self, name: str, data: QueryDict) -> Reading:
        typed = data.get(name, "")
        text = "".join(letter for letter in typed if letter.isprintable()).strip()
        found = Reading()
        if text != typed.strip():
            found.remarks.append("Recherche\u00a0: les caractères qui ne s’impriment pas sont ignorés.")
        if len(text) > LONGEST_SEARCH:
            text = text[:LONGEST_SEARCH]
            found.remarks.append(f"Recherche\u00a0: seuls les {LONGEST_SEARCH} premiers caractères comptent.")
        searched = words(text)
        if text and not searched:
            found.remarks.append(f"Recherche\u00a0: {quoted(text)} ne contient ni lettre ni chiffre, c’est ignoré.")
            return found
        if len(searched) > MOST_WORDS:
            searched = searched[:MOST_WORDS]
            found.remarks.append(f"Recherche\u00a0: seuls les {MOST_WORDS} premiers mots comptent.")
        if searched:
            found.value = " ".join(searched)
            found.kept.append(Kept(name, text, quoted(text)))
        return found


class ChoicesFilter(_Filter):
    """Several values of a list; rows that have one of them answer.

    ``choices`` are pairs, or a function that returns them; ``nobody`` names the rows without a value.
    """

    part = "choices"

    def __init__(self, label: str, choices: Choices = (), nobody: str = "", **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)
        self.choices, self.nobody = choices, nobody

    @cached_property
    def options(self) -> Options:
        """The values as the address writes them, with their words."""
        choices = self.choices() if callable(self.choices) else self.choices
        none = [(NOBODY, self.nobody)] if self.nobody else []
        return none + [(str(value), str(label)) for value, label in choices]

    def read(self, name: str, data: QueryDict) -> Reading:
        given = [value for value in dict.fromkeys(data.getlist(name)) if value]
        found = Reading()
        if not given:
            return found
        known = dict(self.options)
        found.kept = [Kept(name, value, known[value]) for value in given if value in known]
        found.value = [kept.value for kept in found.kept]
        possible = ", ".join([value for value in known if value != NOBODY][:FEW_VALUES])
        more = "…" if len(known) > FEW_VALUES else ""
        for value in given:
            if value not in known:
                ends = f"Valeurs possibles\u00a0: {possible}{more}." if possible else "Il n’y en a aucune."
                found.remarks.append(f"{self.label}\u00a0: {quoted(value)} n’existe pas, c’est ignoré. {ends}")
        return found

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        chosen = Q(**{f"{self.field_name}__in": [one for one in value if one != NOBODY]})
        if NOBODY in value:
            chosen |= Q(**{f"{self.field_name}__isnull": True})
        return qs.filter(chosen)


class ObjectsFilter(ChoicesFilter):
    """Several of a few objects (departments, officers), chosen by their keys."""

    def __init__(self, label: str, objects: Callable[[Any], QuerySet[Any]], nobody: str = "", **kwargs: Any) -> None:
        super().__init__(label, nobody=nobody, **kwargs)
        self.objects = objects

    @cached_property
    def options(self) -> Options:
        """The objects that the user may choose."""
        none = [(NOBODY, self.nobody)] if self.nobody else []
        return none + [(str(one.pk), str(one)) for one in self.objects(self.parent.user)]


class NamedFilter(_Filter):
    """Several of many objects: the address has their keys, people type their names (`association.forms.places`).

    ``known(user)`` are those that may be chosen, ``find(text, known)`` names one or raises `Unknown`, ``show`` writes
    one as its input does, ``url`` suggests names.
    """

    part = "named"

    def __init__(
        self,
        label: str,
        known: Callable[[Any], QuerySet[Any]],
        find: Callable[[str, QuerySet[Any]], Any],
        show: Callable[[Any], str],
        url: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label=label, **kwargs)
        self.known, self.find, self.show, self.url = known, find, show, url

    def read(self, name: str, data: QueryDict) -> Reading:
        given = [value.strip() for value in dict.fromkeys(data.getlist(name)) if value.strip()][:MOST_NAMES]
        found = Reading(value=[])
        if not given:
            return found
        known = self.known(self.parent.user)
        keys = [value for value in given if value.isascii() and value.isdecimal() and len(value) < LONGEST_KEY]
        by_key = {str(one.pk): one for one in known.filter(pk__in=map(int, keys))}
        for value in given:
            try:
                one = by_key.get(value) or self.find(clean_line(value), known)
            except Unknown as unknown:
                found.remarks.append(f"{self.label}\u00a0: {unknown}")
                continue
            if one.pk not in found.value:
                found.value.append(one.pk)
                found.kept.append(Kept(name, str(one.pk), self.show(one)))
        return found

    def filter(self, qs: QuerySet[Any], value: list[Any]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value})


class _Bounds(_Filter):
    """From one bound to another, each under a parameter of its own."""

    part = "bounds"
    suffixes: ClassVar[tuple[str, str]]
    signs: ClassVar[tuple[str, str]]
    input_type: ClassVar[str]

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}_{suffix}" for suffix in self.suffixes)

    def clean(self, typed: str) -> Any:
        """Return a bound.

        Raises:
            ValidationError: when it is none.
        """
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        raise NotImplementedError

    def written(self, value: Any) -> str:
        return str(value)

    refusal: ClassVar[str]

    def read(self, name: str, data: QueryDict) -> Reading:
        found, bounds = Reading(), []
        for parameter, sign in zip(self.names(name), self.signs, strict=True):
            typed, bound = data.get(parameter, "").strip(), None
            if typed:
                try:
                    bound = self.clean(typed)
                except ValidationError:
                    found.remarks.append(f"{self.label}\u00a0: {quoted(typed)} {self.refusal}")
            if bound is not None:
                found.kept.append(Kept(parameter, self.written(bound), f"{sign} {self.shown(bound)}"))
            bounds.append(bound)
        found.value = tuple(bounds)
        if None not in bounds and bounds[0] > bounds[1]:
            found.remarks.append(f"{self.label}\u00a0: le début dépasse la fin, rien ne peut y répondre.")
        return found

    def filter(self, qs: QuerySet[Any], value: tuple[Any, Any]) -> QuerySet[Any]:
        for bound, comparison in zip(value, ("gte", "lte"), strict=True):
            if bound is not None:
                qs = qs.filter(**{f"{self.field_name}__{comparison}": bound})
        return qs


class DatesFilter(_Bounds):
    """From one day to another, both included."""

    suffixes, signs, input_type = ("du", "au"), ("depuis le", "jusqu’au"), "date"
    refusal = "n’est pas une date, c’est ignoré. Une date s’écrit 31/10/2026 ou 2026-10-31."

    def clean(self, typed: str) -> date:
        day = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y"]).clean(typed)
        if day is None:
            raise ValidationError(self.refusal)
        return day

    def shown(self, value: date) -> str:
        return f"{value:%d/%m/%Y}"

    def written(self, value: date) -> str:
        return value.isoformat()


class NumbersFilter(_Bounds):
    """From one whole number to another, both included."""

    suffixes, signs, input_type = ("min", "max"), ("au moins", "au plus"), "number"
    refusal = "n’est pas un nombre entier, c’est ignoré."

    def clean(self, typed: str) -> int:
        return int(forms.IntegerField(min_value=-LARGEST, max_value=LARGEST).clean(typed))

    def shown(self, value: int) -> str:
        return f"{value}"


class EurosFilter(_Bounds):
    """From one amount to another, typed in euros over a column in cents."""

    suffixes, signs, input_type = ("min", "max"), ("au moins", "au plus"), "text"
    refusal = "n’est pas un montant en euros, c’est ignoré. Un montant s’écrit 1234,56."

    def clean(self, typed: str) -> int:
        plain = typed.replace(",", ".").replace("€", "").replace(NBSP, "").replace("\u202f", "").replace(" ", "")
        amount = forms.DecimalField(min_value=-LARGEST, max_value=LARGEST, decimal_places=2).clean(plain)
        return int(amount * 100)

    def shown(self, value: int) -> str:
        return euros(value)

    def written(self, value: int) -> str:
        return f"{value // 100}" if value % 100 == 0 else f"{value / 100:.2f}"


def any_of(rows: QuerySet[Any], values: Iterable[str], narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]) -> Any:
    """Return the rows that one of the values finds; ``narrow(rows, value)`` finds those of one."""
    base, found = rows.model._default_manager.order_by(), Q()
    for value in values:
        found |= Q(pk__in=narrow(base, value).order_by().values("pk"))
    return rows.filter(found)
