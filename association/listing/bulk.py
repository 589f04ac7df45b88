"""Steps that many rows of a list take at once, and the selection that they are offered for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import QueryDict

from association.machine import Stateful, state_field
from association.models import User
from association.money import SPACE, grouped

# Far below what SQLite takes as parameters of one statement (32 766).
CHUNK = 5_000
DIGITS = 18  # of a number that a database can hold
STALE = "La liste a changé de filtres entre-temps : rechargez-la, puis sélectionnez de nouveau."
OTHERWISE = "cette étape ne les concerne pas"


@dataclass(frozen=True)
class BulkStep:
    """One step, offered to those who have ``permission`` for the rows that it fits.

    ``run(row, actor, **answers)`` calls the service of the single step. It refuses by raising TransitionRefused,
    ValidationError or PermissionDenied; a text that it returns is said beside the row.

    Args:
        name: in addresses and in what is kept of an operation; never changed.
        label: the verb on the button.
        states: the states of the rows that it fits; any state by default.
        fits: narrows rows of the model further; ``otherwise`` says why the others are left aside.
        form: what is asked once, for all rows; its cleaned answers go to ``run`` by name.
        named: how a row is called in the answer.
        text: what the step does, in a sentence, where that does not go without saying.
        danger: the button of the confirmation is red.
    """

    name: str
    label: str
    permission: str
    run: Callable[..., object]
    states: tuple[str, ...] = ()
    fits: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    otherwise: str = OTHERWISE
    form: type[forms.Form] | None = None
    named: Callable[[Any], str] = str
    text: str = ""
    danger: bool = False

    def fitting(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of some rows that the step fits."""
        if self.states:
            rows = rows.filter(state__in=self.states)
        return self.fits(rows) if self.fits else rows

    def left_aside(self, rows: QuerySet[Any]) -> dict[str, int]:
        """Return why the step does not fit some of the rows, and how many: by state, then by its own condition."""
        found: dict[str, int] = {}
        if self.states:
            labels = _state_labels(rows.model)
            others = rows.exclude(state__in=self.states).order_by().values_list("state").annotate(count=Count("pk"))
            found = {f"à l’état « {labels.get(state, state)} »": count for state, count in others}
            rows = rows.filter(state__in=self.states)
        if self.fits and (count := rows.count() - self.fits(rows).count()):
            found[self.otherwise] = count
        return found

    def filled(self, answers: Mapping[str, Sequence[str]] | None = None) -> forms.Form:
        """Return the step's form, with what was typed if anything was; one without fields for a step that asks none."""
        made = self.form or forms.Form
        if answers is None:
            return made()
        typed = QueryDict(mutable=True)
        for name, values in answers.items():
            typed.setlist(name, list(values))
        return made(typed)


class Selection:
    """Rows that somebody selected in a list: some by their number, or all that match but some."""

    def __init__(self, rows: QuerySet[Any], numbers: Sequence[int] | None = None, but: Sequence[int] = ()) -> None:
        """``rows`` are those of the person's scope; the numbers of others select nothing and leave nothing out."""
        self._rows = rows.order_by().exclude(pk__in=but) if but else rows.order_by()
        self._numbers = None if numbers is None else list(dict.fromkeys(numbers))

    def parts(self) -> Iterator[QuerySet[Any]]:
        """Yield the rows selected, as the list reads them, in queries that any database takes."""
        if self._numbers is None:
            yield self._rows
            return
        numbers = iter(self._numbers)
        while chunk := list(islice(numbers, CHUNK)):
            yield self._rows.filter(pk__in=chunk)

    def plain(self) -> Iterator[QuerySet[Any]]:
        """Yield the same rows as queries of the model alone, without what the list reads beside them."""
        manager = self._rows.model._default_manager
        for part in self.parts():
            yield manager.filter(pk__in=part.values("pk"))

    def count(self) -> int:
        """Return how many rows are selected and are in the person's scope."""
        return sum(part.count() for part in self.plain())


@dataclass(frozen=True)
class BulkOffer:
    """A step for a selection: it fits ``count`` of ``total``."""

    step: BulkStep
    count: int
    total: int

    @property
    def words(self) -> str:
        """The verb, and of how many: « Accompagner · 12 sur 38 »."""
        of = f" sur {grouped(self.total)}" if self.count != self.total else ""
        return f"{self.step.label}{SPACE}·{SPACE}{grouped(self.count)}{of}"


def step_named(listing: Any, name: str, user: User) -> BulkStep | None:
    """Return a step of a list by its name, or None when there is none for this role."""
    return next((step for step in listing.steps_of(user) if step.name == name), None)


def offers_for(listing: Any, user: User, selection: Selection) -> list[BulkOffer]:
    """Return the steps that fit at least one of the rows selected."""
    steps = listing.steps_of(user)
    counts = [0] * len(steps)
    total = 0
    for part in selection.plain():
        total += part.count()
        for place, step in enumerate(steps):
            counts[place] += step.fitting(part).count()
    return [BulkOffer(step, count, total) for step, count in zip(steps, counts, strict=True) if count]


def rows_of(listing: Any, user: User, **route: Any) -> QuerySet[Any]:
    """Return all rows of a list that a user sees, at one of its addresses."""
    rows: QuerySet[Any] = listing.rows(user, **listing.about(user, **route))
    return rows


def selection_of(listing: Any, user: User, posted: QueryDict, **route: Any) -> Selection:
    """Return what a page posts as its selection: ``id``; or ``all=1``, its ``query`` and ``but``, what was unticked.

    ``id`` and ``but`` are repeated or parted by commas.

    Raises:
        ValidationError: when the query or ``but`` makes no sense; all rows would match what was left out of it.
    """
    if posted.get("all") != "1":
        return Selection(rows_of(listing, user, **route), _numbers(posted.getlist("id"))[0])
    asked = listing.asked(user, QueryDict(posted.get("query", "")), **route)
    but, is_sound = _numbers(posted.getlist("but"))
    if asked.remarks or not is_sound:
        raise ValidationError(STALE)
    if len(but) > CHUNK:
        raise ValidationError(f"Plus de {grouped(CHUNK)} lignes sont décochées : filtrez la liste plutôt.")
    return Selection(asked.rows, but=but)


def _numbers(written: Sequence[str]) -> tuple[list[int], bool]:
    """Return the numbers in what was written, and whether it has nothing else."""
    texts = [text for text in ",".join(written).split(",") if text]
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= DIGITS]
    return numbers, len(numbers) == len(texts)


def _state_labels(model: type[Any]) -> dict[str, str]:
    if not issubclass(model, Stateful):
        return {}
    return {str(code): str(label) for code, label in state_field(model).flatchoices}
