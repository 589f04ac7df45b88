"""The forms of the price list: kind and day first, then the grid that is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from association.money import euros
from association.nomenclature import TeamKind
from conventions.forms.fields import DayField, EurosField
from payments.models.prices import MAX_PRICE_CENTS
from payments.price_grid import Cell, Change, Row

MAX_CAP = 999
KINDS = [(kind, label) for kind, label in TeamKind.choices if kind != TeamKind.INFORMAL]


class KindField(forms.ChoiceField):
    """A kind of team that may be paid."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Nature d’équipe",
            choices=KINDS,
            error_messages={"required": "Choisissez une nature.", "invalid_choice": "Choisissez dans la liste."},
            **options,
        )


class EffectForm(forms.Form):
    """Which grid, and from when on what is typed in it holds."""

    nature = KindField()
    au = DayField(label="Date d’effet", help_text="Les actions de ce jour et d’après sont à ce tarif.")


class ShownForm(forms.Form):
    """Which grid is shown, and as it stands on which day."""

    nature = KindField()
    au = DayField(label="Au")


@dataclass(frozen=True)
class TypedCell:
    """A cell with what was typed in it, and what is wrong with that."""

    cell: Cell
    amount: str
    cap: str
    error: str = ""
    change: Change | None = None

    @property
    def amount_name(self) -> str:
        return amount_name(self.cell)

    @property
    def cap_name(self) -> str:
        return cap_name(self.cell)


@dataclass(frozen=True)
class TypedRow:
    row: Row
    cells: tuple[TypedCell, ...]


class TypedGrid:
    """A grid as it is typed: each cell an amount in euros and, if there is one, a number cap.

    A cell that was not sent, or says what holds already, changes nothing. A price is never withdrawn: emptying a cell
    is an error that says what to do.
    """

    def __init__(self, rows: Sequence[Row], data: Mapping[str, Any] | None = None) -> None:
        self.rows = [TypedRow(row, tuple(_typed(cell, data) for cell in row.cells)) for row in rows]

    def cells(self) -> Iterator[TypedCell]:
        """Yield every cell, row by row."""
        for row in self.rows:
            yield from row.cells

    @property
    def errors(self) -> list[TypedCell]:
        return [cell for cell in self.cells() if cell.error]

    @property
    def changes(self) -> list[Change]:
        return [cell.change for cell in self.cells() if cell.change]

    @property
    def changed(self) -> list[TypedCell]:
        return [cell for cell in self.cells() if cell.change]


def amount_name(cell: Cell) -> str:
    return f"montant-{cell.name}"


def cap_name(cell: Cell) -> str:
    return f"nombre-{cell.name}"


def _typed(cell: Cell, data: Mapping[str, Any] | None) -> TypedCell:
    amount, cap = _shown(cell)
    if data is None:
        return TypedCell(cell, amount, cap)
    typed = str(data.get(amount_name(cell), amount)).strip()[:30]
    typed_cap = str(data.get(cap_name(cell), cap)).strip()[:30]
    try:
        return TypedCell(cell, typed, typed_cap, change=_change(cell, typed, typed_cap))
    except ValidationError as wrong:
        return TypedCell(cell, typed, typed_cap, error=" ".join(wrong.messages))


def _shown(cell: Cell) -> tuple[str, str]:
    if cell.entry is None:
        return "", ""
    cap = cell.entry.yearly_cap
    return plain_euros(cell.entry.amount_cents), "" if cap is None else str(cap)


def plain_euros(cents: int) -> str:
    """Return an amount as it is typed: ``1234,50``."""
    return f"{cents // 100},{cents % 100:02d}"


def _change(cell: Cell, typed: str, typed_cap: str) -> Change | None:
    """Return what differs from the price that holds.

    Raises:
        ValidationError: with what is wrong, in French.
    """
    cents = EurosField(required=False).clean(typed)
    cap = _cap(typed_cap)
    if cents is None:
        if cell.entry is not None:
            raise ValidationError("Un tarif publié ne se retire pas : écrivez un autre montant.")
        if cap is not None:
            raise ValidationError("Écrivez d’abord le montant de ce tarif.")
        return None
    if not 1 <= cents <= MAX_PRICE_CENTS:
        raise ValidationError(f"Un tarif va de 0,01 € à {euros(MAX_PRICE_CENTS)}.")
    if cell.entry is not None and (cell.entry.amount_cents, cell.entry.yearly_cap) == (cents, cap):
        return None
    return Change(*cell.words, cents, cap)


def _cap(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed) <= MAX_CAP:
        raise ValidationError(f"Le nombre par an est un nombre entier de 1 à {MAX_CAP}, ou rien.")
    return int(typed)


def first_day_of_next_month(today: dt.date) -> dt.date:
    """Return the day from which a new price is usually meant to hold."""
    return (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
