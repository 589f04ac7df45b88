"""The reconciliation sheet: due = paid + on its way + waiting + returned + carried, per beneficiary, team, in total.

Everything is summed from lines and allocations as they stood at the end of a day; nothing is derived from the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from association.models import Team
from payments.models import Allocation, Beneficiary, DueLine, Payment, Run
from payments.selectors.bank_days import released_by, still_live
from payments.selectors.joined import joined_payees
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


def balances_at(day: date, *, payees: Mapping[int, int] | None = None) -> dict[Pair, Balance]:
    """Return the balance of each beneficiary in each team at the end of a day.

    What was paid before the start counts on the day on which it was paid, though it was written down later.

    Args:
        payees: joined records and who stays; those of that instant by default.
    """
    instant = after(day)
    payees = joined_payees(at=instant) if payees is None else payees
    frozen = Run.objects.frozen().annotate(at=Coalesce("approved_at", "created_at")).filter(at__lt=instant)
    runs = list(frozen.exclude(kind=Run.Kind.OPENING).order_by().values_list("pk", flat=True))
    # Sets of keys, not conditions on each line: they are read once, however many lines there are.
    opening = Q(payment__run__kind=Run.Kind.OPENING, payment__paid_on__lte=day)
    paid_before = Allocation.objects.filter(opening, payment__run=F("line__run")).values("line")
    lines = DueLine.objects.filter(Q(run__in=runs) | Q(pk__in=paid_before))
    at_end = Allocation.objects.filter(Q(payment__run__in=runs) | opening).filter(still_live(day, instant=instant))
    is_settled = Q(payment__paid_on__lte=day) | Q(payment__state=Payment.State.CLEARED)
    gone = Allocation.objects.filter(released_by(day, instant=instant)).values("line")
    open_lines = lines.exclude(pk__in=at_end.values("line"))
    parts = {
        "due": _sums(lines, payees),
        "paid": _sums(lines.filter(pk__in=at_end.filter(is_settled).values("line")), payees),
        "pending": _sums(lines.filter(pk__in=at_end.exclude(is_settled).values("line")), payees),
    }
    back = _sums(open_lines.filter(pk__in=gone), payees)
    never = _sums(open_lines.exclude(pk__in=gone), payees)
    return _sorted(parts, back, never)


def _sorted(parts: dict[str, dict[Pair, int]], back: dict[Pair, int], never: dict[Pair, int]) -> dict[Pair, Balance]:
    """What a beneficiary owes in all is carried forward; of the others what came back is told from what waits."""
    net: dict[int, int] = defaultdict(int)
    for found in (back, never):
        for (payee, _), cents in found.items():
            net[payee] += cents
    balances = {}
    for key in sorted({*parts["due"], *parts["paid"], *parts["pending"], *back, *never}):
        owes = net[key[0]] < 0
        again, new = back.get(key, 0), never.get(key, 0)
        balances[key] = Balance(
            **{name: sums.get(key, 0) for name, sums in parts.items()},
            waiting=0 if owes else new,
            returned=0 if owes else again,
            carried=again + new if owes else 0,
        )
    return balances


def _sums(lines: QuerySet[DueLine], payees: Mapping[int, int]) -> dict[Pair, int]:
    found: dict[Pair, int] = defaultdict(int)
    rows = lines.order_by().values_list("beneficiary_id", "team_id").annotate(Sum("amount_cents"))
    for beneficiary, team, cents in rows:
        found[payees.get(beneficiary, beneficiary), team] += cents
    return found


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
    payees = joined_payees(at=after(until))
    before = balances_at(last_day(year - 1), payees=payees)
    at_end = balances_at(until, payees=payees)
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
