"""Where every cent lay at the end of a day, by beneficiary and team: the ledger read once for any number of days.

Each kind of sum is read on its own and none is derived from the others, so that a sheet that adds up proves something:
what is due from the lines alone, what is paid or on its way from allocations, the rest from the lines without one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, Sum

from payments.models import Allocation, DueLine, Payment, Run
from payments.selectors.year_days import after

Key = tuple[int, int]  # beneficiary, as the lines name it; team


class Lay(NamedTuple):
    """Where what was due lay, in euro cents.

    ``back``: without a transfer, after one that came to nothing; ``never``: in no transfer yet.
    """

    due: int = 0
    paid: int = 0
    pending: int = 0
    back: int = 0
    never: int = 0


class _Transfer(NamedTuple):
    run: int
    paid_on: date | None
    is_cleared: bool


class _Share(NamedTuple):
    """What lines of one run, beneficiary and team add up to in one transfer; without one, ``payment`` is None."""

    payment: int | None
    run: int
    key: Key
    cents: int


@dataclass(frozen=True)
class _Told:
    """A line that a transfer has released: the few that are followed one by one."""

    run: int
    key: Key
    cents: int
    allocations: list[tuple[int, datetime | None]] = field(default_factory=list)


@dataclass(frozen=True)
class _Ledger:
    """What is read once: sums of lines by run and by transfer, never the lines."""

    frozen_at: Mapping[int, datetime]
    openings: Collection[int]
    due: list[_Share]
    shares: list[_Share]
    told: list[_Told]
    transfers: Mapping[int, _Transfer]


def lay_at(days: Iterable[date]) -> dict[date, dict[Key, Lay]]:
    """Return, for the end of each day, where what was due lay.

    A run counts from the day of its approval on; what was paid before the start counts on the day on which it was
    paid, though it was written down later. A transfer that came back later is still paid, or on its way.
    """
    ledger = _read()
    return {day: _AtEnd(ledger, day).found() for day in days}


def _read() -> _Ledger:
    runs = list(Run.objects.frozen().order_by().values_list("pk", "kind", "approved_at", "created_at"))
    # Lines that were in a transfer that came to nothing: in the sums below they would count once a transfer.
    released = Allocation.objects.filter(released_at__isnull=False).order_by().values("line")
    transfers = Payment.objects.order_by().values_list("pk", "run_id", "paid_on", "state")
    live = Allocation.objects.filter(line=OuterRef("pk"), released_at__isnull=True)
    nowhere = DueLine.objects.filter(~Exists(live)).exclude(pk__in=released)
    return _Ledger(
        frozen_at={pk: approved_at or created_at for pk, _, approved_at, created_at in runs},
        openings={pk for pk, kind, _, _ in runs if kind == Run.Kind.OPENING},
        due=_of_lines(DueLine.objects.all()),
        shares=[*_in_transfers(released), *_of_lines(nowhere)],
        told=_told(released),
        transfers={pk: _Transfer(run, day, state == Payment.State.CLEARED) for pk, run, day, state in transfers},
    )


def _of_lines(lines: QuerySet[DueLine]) -> list[_Share]:
    # In the order of an index that has all these columns.
    rows = lines.order_by().values_list("run_id", "team_id", "beneficiary_id").annotate(Sum("amount_cents"))
    return [_Share(None, run, (beneficiary, team), cents) for run, team, beneficiary, cents in rows]


def _in_transfers(released: QuerySet[Allocation, Any]) -> list[_Share]:
    rows = (
        Allocation.objects.exclude(line__in=released)
        .order_by()
        .values_list("payment_id", "line__run_id", "line__team_id", "line__beneficiary_id")
        .annotate(Sum("line__amount_cents"))
    )
    return [_Share(payment, run, (beneficiary, team), cents) for payment, run, team, beneficiary, cents in rows]


def _told(released: QuerySet[Allocation, Any]) -> list[_Told]:
    found: dict[int, _Told] = {}
    rows = (
        Allocation.objects.filter(line__in=released)
        .order_by()
        .values_list(
            "line_id", "line__run_id", "line__beneficiary_id", "line__team_id", "line__amount_cents",
            "payment_id", "released_at",
        )
    )  # fmt: skip
    for line, run, beneficiary, team, cents, payment, at in rows:
        found.setdefault(line, _Told(run, (beneficiary, team), cents)).allocations.append((payment, at))
    return list(found.values())


class _AtEnd:
    """The ledger at the end of a day."""

    def __init__(self, ledger: _Ledger, day: date) -> None:
        self._ledger = ledger
        self._day, self._instant = day, after(day)
        self._runs = {pk for pk, at in ledger.frozen_at.items() if at < self._instant and pk not in ledger.openings}
        self._sums: dict[str, dict[Key, int]] = {name: defaultdict(int) for name in Lay._fields}

    def found(self) -> dict[Key, Lay]:
        for share in self._ledger.due:
            if share.run in self._runs:
                self._sums["due"][share.key] += share.cents
        for share in self._ledger.shares:
            self._share(share)
        for line in self._ledger.told:
            self._line(line)
        keys = set().union(*self._sums.values())
        return {key: Lay(**{name: sums.get(key, 0) for name, sums in self._sums.items()}) for key in sorted(keys)}

    def _share(self, share: _Share) -> None:
        is_due = share.run in self._runs
        if share.payment is not None and self._is_before_the_start(share.payment, share.run):
            self._sums["due"][share.key] += share.cents
            is_due = True
        if is_due:
            is_live = share.payment is not None and self._is_live(share.payment)
            where = self._where(share.payment) if share.payment is not None and is_live else "never"
            self._sums[where][share.key] += share.cents

    def _line(self, line: _Told) -> None:
        is_due = line.run in self._runs
        if any(self._is_before_the_start(payment, line.run) for payment, _ in line.allocations):
            self._sums["due"][line.key] += line.cents
            is_due = True
        if not is_due:
            return
        live = [
            payment
            for payment, at in line.allocations
            if self._is_live(payment) and (at is None or at >= self._instant)
        ]
        was_released = any(at is not None and at < self._instant for _, at in line.allocations)
        places = {self._where(payment) for payment in live} or {"back" if was_released else "never"}
        for where in places:
            self._sums[where][line.key] += line.cents

    def _where(self, payment: int) -> str:
        transfer = self._ledger.transfers[payment]
        return "paid" if transfer.is_cleared or self._is_paid(transfer) else "pending"

    def _is_live(self, payment: int) -> bool:
        transfer = self._ledger.transfers[payment]
        return transfer.run in self._runs or (transfer.run in self._ledger.openings and self._is_paid(transfer))

    def _is_before_the_start(self, payment: int, run: int) -> bool:
        """Whether it is the transfer by which a line of an opening run had been paid by the day."""
        transfer = self._ledger.transfers[payment]
        return run == transfer.run and run in self._ledger.openings and self._is_paid(transfer)

    def _is_paid(self, transfer: _Transfer) -> bool:
        return transfer.paid_on is not None and transfer.paid_on <= self._day
