"""The price list as a grid: rows of type and role, columns of professions, one kind of team, one day. Pure.

A cell holds the price of exactly these words; where it is empty, that of any profession applies
(docs/payment-rules.md, "Price"). The price list and the scenarios of the simulator are both shown by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from association.nomenclature import ActionType, ParticipationRole, Profession, short_type
from payments.pricing import ANY_PROFESSION, PriceEntry

COLUMNS = (ANY_PROFESSION, *Profession.values)
ANY_LABEL = "Toute profession"
Words = tuple[str, str, str]  # action type, role, profession


@dataclass(frozen=True)
class Cell:
    """The price in force for one profession, or none; ``next_on``: from when a later one is published already."""

    action_type: str
    role: str
    profession: str
    entry: PriceEntry | None = None
    next_on: dt.date | None = None

    @property
    def words(self) -> Words:
        return self.action_type, self.role, self.profession

    @property
    def name(self) -> str:
        """The name of its inputs."""
        return f"{self.action_type}-{self.role}-{self.profession or 'toutes'}"

    @property
    def column_label(self) -> str:
        return profession_label(self.profession)

    @property
    def label(self) -> str:
        """What it is the price of, in words."""
        return price_label(self.action_type, self.role, self.profession)


@dataclass(frozen=True)
class Row:
    """One type and role, with a cell per column."""

    action_type: str
    role: str
    cells: tuple[Cell, ...]

    @property
    def type_label(self) -> str:
        return str(ActionType(self.action_type).label)

    @property
    def role_label(self) -> str:
        return str(ParticipationRole(self.role).label)


@dataclass(frozen=True)
class Change:
    """A price to publish. Amounts in euro cents; ``yearly_cap`` None: no number cap."""

    action_type: str
    role: str
    profession: str
    amount_cents: int
    yearly_cap: int | None

    @property
    def words(self) -> Words:
        return self.action_type, self.role, self.profession


def profession_label(code: str) -> str:
    """Return a column's heading."""
    return str(Profession(code).label) if code else ANY_LABEL


def price_label(action_type: str, role: str, profession: str) -> str:
    """Return what a price is of, in words: « RCP, participant, infirmier »."""
    return f"{short_type(action_type)}, {ParticipationRole(role).label.lower()}, {profession_label(profession).lower()}"


def in_force(entries: Iterable[PriceEntry], *, kind: str, on: dt.date) -> dict[Words, PriceEntry]:
    """Return the price of each cell on a day: the latest start, then the latest version."""
    found: dict[Words, PriceEntry] = {}
    for entry in sorted(entries, key=lambda one: (one.starts_on, one.version)):
        if entry.kind == kind and entry.starts_on <= on:
            found[entry.action_type, entry.role, entry.profession] = entry
    return found


def grid(entries: Sequence[PriceEntry], *, kind: str, on: dt.date) -> list[Row]:
    """Return the grid of one kind of team as it stands on a day."""
    now = in_force(entries, kind=kind, on=on)
    coming: dict[Words, dt.date] = {}
    for entry in entries:
        if entry.kind == kind and entry.starts_on > on:
            words = (entry.action_type, entry.role, entry.profession)
            coming[words] = min(entry.starts_on, coming.get(words, entry.starts_on))
    return [
        Row(
            action_type,
            role,
            tuple(
                Cell(action_type, role, code, now.get((action_type, role, code)), coming.get((action_type, role, code)))
                for code in COLUMNS
            ),
        )
        for action_type in ActionType.values
        for role in ParticipationRole.values
    ]
