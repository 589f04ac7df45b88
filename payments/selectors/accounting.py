"""What happened to money, as the accounts are told of it: each event once, in the first period that is still open.

A frozen run makes its beneficiaries creditors; a transfer that is paid settles them; one that comes back makes them
creditors again; what was paid too much is repaid on a day of its own, or given up by the bureau. A run that was voided
keeps its entry: its lines are due again. What was paid before the start is in the accounts already, and is no event.
Compensations move nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import TransitionLog
from payments.accounting.entries import Entry, Posting, credit, debit
from payments.models import (
    RECOVERED,
    AccountingEntry,
    AccountingExport,
    AccountingSettings,
    Allocation,
    Beneficiary,
    DueLine,
    Payment,
    Recovery,
    Run,
    YearClosing,
)
from payments.selectors.reconciliation import beneficiary_names
from payments.selectors.year_days import last_day

CHUNK = 2_000


class Kind(StrEnum):
    """What an event is."""

    RUN = "run"
    PAID = "paid"
    BACK = "back"
    REPAID = "repaid"
    WAIVED = "waived"
    ACCRUAL = "accrual"
    REVERSAL = "reversal"


@dataclass(frozen=True, order=True)
class Event:
    """Something to enter, on its own day; ``pk`` of the run, the payment or the closing."""

    day: date
    place: int
    pk: int
    kind: Kind

    @property
    def key(self) -> str:
        """Its name for ever."""
        return f"{self.kind.value}:{self.pk}"


def pending_events(*, until: date) -> list[Event]:
    """Return what happened up to a day and is in no period yet, in the order of the days."""
    known = set(AccountingEntry.objects.order_by().values_list("event", flat=True))
    found = (*_runs(), *_paid(), *_back(), *_recoveries(), *_closings())
    return sorted(event for event in found if event.day <= until and event.key not in known)


def _runs() -> Iterator[Event]:
    """What a run earned and gave back; a recovery is entered on its own day, not with the run that has its lines."""
    priced = DueLine.objects.exclude(kind__in=RECOVERED).filter(run=OuterRef("pk"))
    rows = Run.objects.frozen().exclude(kind=Run.Kind.OPENING).filter(Exists(priced)).order_by()
    for pk, at in rows.values_list("pk", "approved_at"):
        yield Event(timezone.localdate(at), 0, pk, Kind.RUN)


def _paid() -> Iterator[Event]:
    states = (Payment.State.PAID, Payment.State.RETURNED)
    rows = Payment.objects.exclude(run__kind=Run.Kind.OPENING).filter(state__in=states)
    for pk, day in rows.order_by().values_list("pk", "paid_on"):
        if day is not None:
            yield Event(day, 1, pk, Kind.PAID)


def _back() -> Iterator[Event]:
    """A transfer that was paid and came back; one that never was paid moved nothing."""
    back = Payment.objects.filter(state=Payment.State.RETURNED, paid_on__isnull=False).order_by()
    logs = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(Payment),
        to_state=Payment.State.RETURNED,
        object_id__in=back.values("pk"),
    )
    for pk, at in logs.order_by().values_list("object_id", "at"):
        yield Event(timezone.localdate(at), 2, pk, Kind.BACK)


def _recoveries() -> Iterator[Event]:
    for pk, kind, day in Recovery.objects.order_by().values_list("pk", "kind", "happened_on"):
        yield Event(day, 2, pk, Kind.REPAID if kind == Recovery.Kind.RECEIVED else Kind.WAIVED)


def _closings() -> Iterator[Event]:
    rows = YearClosing.objects.order_by()
    for pk, year, frozen, validated, declared in rows.values_list(
        "pk", "year", "frozen_cents", "validated_cents", "declared_cents"
    ):
        if frozen + validated + declared:
            yield Event(last_day(year), 3, pk, Kind.ACCRUAL)
            yield Event(date(year + 1, 1, 1), 3, pk, Kind.REVERSAL)


def next_start(events: Sequence[Event]) -> date | None:
    """Return the first day of the next period: after the last one, else the month of the first event; None without."""
    last = AccountingExport.objects.order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last is not None:
        return last + timedelta(days=1)
    return min(event.day for event in events).replace(day=1) if events else None


def possible_ends(start: date | None, *, today: date | None = None) -> list[date]:
    """Return the days on which a period that begins on ``start`` may end: months that are over, of the same year."""
    ends: list[date] = []
    if start is None:
        return ends
    for month in range(start.month, 13):
        following = date(start.year + month // 12, month % 12 + 1, 1)
        if following > (today or timezone.localdate()):
            break
        ends.append(following - timedelta(days=1))
    return ends


class EntryWriter:
    """Writes the entries of some events; names and sums are read for all of them, in chunks."""

    def __init__(self, accounts: AccountingSettings, *, starts_on: date, numbers_from: int) -> None:
        self._accounts = accounts
        self._starts_on = starts_on
        self._number = numbers_from
        self._names = beneficiary_names()
        self._people = _auxiliaries()

    def write(self, events: Iterable[Event]) -> Iterator[Entry]:
        """Yield one balanced entry per event, in their order.

        Raises:
            EntryUnbalanced: a fault of the program.
        """
        rest = iter(events)
        while chunk := list(islice(rest, CHUNK)):
            yield from self._chunk(chunk)

    def _chunk(self, chunk: list[Event]) -> Iterator[Entry]:
        of_kind: dict[Kind, list[int]] = defaultdict(list)
        for event in chunk:
            of_kind[event.kind].append(event.pk)
        runs = Run.objects.in_bulk(of_kind[Kind.RUN])
        transfers = [*of_kind[Kind.PAID], *of_kind[Kind.BACK]]
        payments = Payment.objects.defer("iban").in_bulk(transfers)
        closings = YearClosing.objects.in_bulk([*of_kind[Kind.ACCRUAL], *of_kind[Kind.REVERSAL]])
        recoveries = Recovery.objects.select_related("request").in_bulk([*of_kind[Kind.REPAID], *of_kind[Kind.WAIVED]])
        due, settled = _due(runs), _settled(transfers)
        for event in chunk:
            match event.kind:
                case Kind.RUN:
                    yield self._run(event, runs[event.pk], due[event.pk])
                case Kind.PAID | Kind.BACK:
                    yield self._payment(event, payments[event.pk], settled[event.pk])
                case Kind.REPAID | Kind.WAIVED:
                    yield self._recovery(event, recoveries[event.pk])
                case Kind.ACCRUAL | Kind.REVERSAL:
                    yield self._closing(event, closings[event.pk])

    def _run(self, event: Event, run: Run, due: Mapping[int, tuple[int, int]]) -> Entry:
        """What is earned is a charge, what is given back takes from it; each beneficiary's account moves by the sum."""
        chosen = self._accounts
        postings = [
            *debit(chosen.charge_account, chosen.charge_label, sum(earned for earned, _ in due.values())),
            *credit(chosen.charge_account, chosen.charge_label, -sum(back for _, back in due.values())),
        ]
        for beneficiary, (earned, back) in due.items():
            postings += self._payable(beneficiary, -earned - back)
        return self._entry(event, run.name, f"Indemnités {run.in_words}", postings)

    def _payment(self, event: Event, payment: Payment, settled: Mapping[int, int]) -> Entry:
        """The beneficiary's account is settled line by line: those of a joined record under its own number."""
        chosen, sign = self._accounts, 1 if event.kind == Kind.PAID else -1
        postings: list[Posting] = []
        for beneficiary, cents in settled.items():
            postings += self._payable(beneficiary, sign * cents)
        postings += credit(chosen.bank_account, chosen.bank_label, sign * payment.amount_cents)
        words = "Virement" if event.kind == Kind.PAID else "Retour du virement"
        label = f"{words} {self._names[payment.beneficiary_id][0]}"
        return self._entry(event, payment.reference, label, postings, bank=True)

    def _recovery(self, event: Event, recovery: Recovery) -> Entry:
        """Money that came back is on the bank account; a debt that the bureau gave up is a charge again."""
        chosen, request, cents = self._accounts, recovery.request, recovery.amount_cents
        is_money = event.kind == Kind.REPAID
        postings = debit(
            chosen.bank_account if is_money else chosen.charge_account,
            chosen.bank_label if is_money else chosen.charge_label,
            cents,
        )
        postings += self._payable(request.beneficiary_id, -cents)
        words = "Remboursement de trop-perçu" if is_money else "Trop-perçu abandonné"
        label = f"{words} {self._names[request.beneficiary_id][0]}"
        return self._entry(event, request.number, label, postings, bank=is_money)

    def _closing(self, event: Event, closing: YearClosing) -> Entry:
        chosen, sign = self._accounts, 1 if event.kind == Kind.ACCRUAL else -1
        cents = sign * closing.total_cents
        postings = [
            *debit(chosen.charge_account, chosen.charge_label, cents),
            *credit(chosen.accrual_account, chosen.accrual_label, cents),
        ]
        words = "Charges à payer" if sign > 0 else "Extourne des charges à payer"
        return self._entry(event, f"CAP-{closing.year}", f"{words} {closing.year}", postings)

    def _payable(self, beneficiary: int, cents: int) -> list[Posting]:
        """Debit what a beneficiary is owed; a negative amount credits it."""
        chosen = self._accounts
        return debit(
            chosen.payable_account,
            chosen.payable_label,
            cents,
            auxiliary=self._people[beneficiary],
            auxiliary_label=self._names[beneficiary][0],
        )

    def _entry(self, event: Event, piece: str, label: str, postings: Iterable[Posting], *, bank: bool = False) -> Entry:
        chosen = self._accounts
        self._number += 1
        day = max(event.day, self._starts_on)
        return Entry(
            event=event.key,
            journal=chosen.bank_journal if bank else chosen.general_journal,
            journal_label=chosen.bank_journal_label if bank else chosen.general_label,
            number=f"{day.year}-{self._number:06d}",
            day=day,
            piece=piece,
            piece_on=event.day,
            label=label,
            postings=tuple(postings),
        ).check()


def last_number(year: int) -> int:
    """Return the number of the last entry of a year; 0 before the first."""
    last = AccountingEntry.objects.filter(number__startswith=f"{year}-").order_by("-number").first()
    return int(last.number.split("-")[1]) if last else 0


def _auxiliaries() -> dict[int, str]:
    """Return the auxiliary account of each beneficiary: ``P`` with the RPPS, ``S`` with the code of a company."""
    rows = Beneficiary.objects.order_by().values_list("pk", "professional__rpps", "company__code")
    return {pk: f"P{rpps}" if rpps else f"S{code}" for pk, rpps, code in rows}


def _due(runs: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """Return, by run and beneficiary in the order of their keys, what was earned and what was given back (negative)."""
    found: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    lines = DueLine.objects.exclude(kind__in=RECOVERED).filter(run__in=list(runs))
    for run, beneficiary, earned, back in (
        lines.order_by("run", "beneficiary")
        .values_list("run", "beneficiary")
        .annotate(
            earned=Coalesce(Sum("amount_cents", filter=Q(amount_cents__gt=0)), 0),
            back=Coalesce(Sum("amount_cents", filter=Q(amount_cents__lt=0)), 0),
        )
    ):
        found[run][beneficiary] = (earned, back)
    return found


def _settled(payments: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return what each transfer settles, by transfer and beneficiary of the lines; released ones too."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = (
        Allocation.objects.filter(payment__in=list(payments))
        .order_by("payment", "line__beneficiary")
        .values_list("payment", "line__beneficiary")
    )
    for payment, beneficiary, cents in rows.annotate(Sum("line__amount_cents")):
        found[payment][beneficiary] = cents
    return found
