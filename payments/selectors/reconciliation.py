"""The reconciliation sheet: due = paid + on its way + waiting + returned + carried, per beneficiary, team, in total.

Everything is summed from lines and allocations as they stood at the end of a day (`ledger_days`); nothing is derived
from the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from association.models import Team
from payments.models import Beneficiary
from payments.selectors.joined import joined_payees
from payments.selectors.kept import kept, stamp_of_the_data
from payments.selectors.ledger_days import Lay, lay_at
from payments.selectors.year_days import after, end_of, last_day

SHOWN = 50
Pair = tuple[int, int]  # beneficiary (the record that stays), team


@dataclass(frozen=True)
class Balance:
    """Where what was due lies at the end of a day, in euro cents.

    ``pending``: in a transfer that is not paid yet; ``waiting``: without a verified account; ``returned``: of a
    transfer that was refused, came back or was void, due again; ``carried``: paid too much, below zero.
    """

    due: int = 0
    paid: int = 0
    pending: int = 0
    waiting: int = 0
    returned: int = 0
    carried: int = 0

    @property
    def left(self) -> int:
        """What is not paid."""
        return self.pending + self.waiting + self.returned + self.carried

    @property
    def holds(self) -> bool:
        """Whether every cent that was due is found once."""
        return self.due == self.paid + self.left

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.due + other.due,
            self.paid + other.paid,
            self.pending + other.pending,
            self.waiting + other.waiting,
            self.returned + other.returned,
            self.carried + other.carried,
        )


def _balances(lay: Mapping[Pair, Lay], payees: Mapping[int, int]) -> dict[Pair, Balance]:
    """Return the balance of each beneficiary in each team from where the ledger's cents lay.

    What a beneficiary owes in all is carried forward; of the others what came back is told from what waits.

    Args:
        payees: joined records and who stays.
    """
    found: dict[Pair, list[int]] = defaultdict(lambda: [0] * len(Lay._fields))
    net: dict[int, int] = defaultdict(int)
    for (beneficiary, team), cents in lay.items():
        payee = payees.get(beneficiary, beneficiary)
        net[payee] += cents.back + cents.never
        sums = found[payee, team]
        for place, amount in enumerate(cents):
            sums[place] += amount
    return {key: _balance(Lay(*sums), owes=net[key[0]] < 0) for key, sums in found.items()}


def _balance(lay: Lay, *, owes: bool) -> Balance:
    return Balance(
        due=lay.due,
        paid=lay.paid,
        pending=lay.pending,
        waiting=0 if owes else lay.never,
        returned=0 if owes else lay.back,
        carried=lay.back + lay.never if owes else 0,
    )


@dataclass(frozen=True)
class Movement:
    """A beneficiary, a team or all of them over a period: opening + new = paid + closing, in euro cents.

    ``closing`` says where lies what is left at the end.
    """

    opening: int
    new: int
    paid: int
    closing: Balance

    @property
    def holds(self) -> bool:
        """Whether the period adds up, and its end too."""
        return self.closing.holds and self.opening + self.new == self.paid + self.closing.left


@dataclass(frozen=True)
class Row:
    """One line of the sheet; ``label`` names the beneficiary or the team, ``code`` its RPPS, SIRET or code."""

    pk: int
    label: str
    code: str
    movement: Movement


@dataclass(frozen=True)
class Reconciliation:
    """The sheet of a year, or from 1 January to a day of it."""

    year: int
    until: date
    total: Movement
    teams: list[Row]
    beneficiaries: list[Row]

    @property
    def holds(self) -> bool:
        """Whether every line and the total add up to the cent."""
        rows = (*self.teams, *self.beneficiaries)
        return self.total.holds and all(row.movement.holds for row in rows)

    @property
    def unsettled(self) -> list[Row]:
        """The beneficiaries to whom something is due that is on no way to them, or who owe something; the most first.

        What is in a transfer on its way needs nobody's care, and would hide them.
        """
        closing = ((row, row.movement.closing) for row in self.beneficiaries)
        found = [row for row, end in closing if end.waiting or end.returned or end.carried]
        return sorted(found, key=lambda row: -abs(row.movement.closing.left - row.movement.closing.pending))

    @property
    def shown(self) -> list[Row]:
        """The first of them, for a page; the workbook has everybody."""
        return self.unsettled[:SHOWN]


def reconcile(year: int, *, until: date | None = None) -> Reconciliation:
    """Return the sheet of a civil year.

    Args:
        until: a day of that year; its last day, or today while it lasts, by default.
    """
    until = until or end_of(year)
    days = (last_day(year - 1), until)
    payees = joined_payees(at=after(until))
    lay = kept(f"ledger|{days[0]}|{days[1]}", lambda: lay_at(days), stamp=stamp_of_the_data())
    before, at_end = (_balances(lay[day], payees) for day in days)
    keys = before.keys() | at_end.keys()
    return Reconciliation(
        year=year,
        until=until,
        total=_movement(keys, before, at_end),
        teams=_rows(keys, before, at_end, place=1, named=_teams()),
        beneficiaries=_rows(keys, before, at_end, place=0, named=beneficiary_names()),
    )


def _rows(
    keys: Iterable[Pair],
    before: dict[Pair, Balance],
    at_end: dict[Pair, Balance],
    *,
    place: int,
    named: Mapping[int, tuple[str, str]],
) -> list[Row]:
    groups: dict[int, list[Pair]] = defaultdict(list)
    for key in keys:
        groups[key[place]].append(key)
    rows = [Row(pk, *named[pk], _movement(group, before, at_end)) for pk, group in groups.items()]
    return sorted(rows, key=lambda row: (row.label, row.code, row.pk))


def _movement(keys: Iterable[Pair], before: dict[Pair, Balance], at_end: dict[Pair, Balance]) -> Movement:
    start, end = Balance(), Balance()
    for key in keys:
        start += before.get(key, Balance())
        end += at_end.get(key, Balance())
    return Movement(opening=start.left, new=end.due - start.due, paid=end.paid - start.paid, closing=end)


def _teams() -> dict[int, tuple[str, str]]:
    return {pk: (name, code) for pk, name, code in Team.objects.order_by().values_list("pk", "name", "code")}


def beneficiary_names() -> dict[int, tuple[str, str]]:
    """Return, by key, what each beneficiary is called, and the RPPS of a person or the code of a company."""
    rows: Iterable[tuple[Any, ...]] = Beneficiary.objects.order_by().values_list(
        "pk",
        "professional__last_name",
        "professional__first_name",
        "professional__rpps",
        "company__name",
        "company__code",
    )
    return {
        pk: (company, code) if rpps is None else (f"{last} {first}", rpps)
        for pk, last, first, rpps, company, code in rows
    }
