"""What the workbook reads of a frozen run, in batches of rows.

Each batch is a query of its own that is read to its end: no cursor stays open while a progress is written (on SQLite
that write would be refused), and memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from association.models import Team
from payments.models import Allocation, DueLine, Exclusion, Payment, Run
from payments.reasons import Waiting
from payments.selectors.joined import gathered, joined_payees
from payments.selectors.ledger import due_by_beneficiary

BATCH = 5_000


def batches(rows: QuerySet[Any], *names: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns ``names`` of the rows in the order of their ids, the id first, a batch at a time."""
    ordered, last = rows.order_by("pk").values_list("pk", *names), 0
    while batch := list(ordered.filter(pk__gt=last)[:BATCH]):
        yield batch
        if len(batch) < BATCH:
            return
        last = batch[-1][0]


class TeamWords(NamedTuple):
    code: str
    name: str
    department: str


def teams() -> dict[int, TeamWords]:
    """Return what is shown of every team."""
    rows = Team.objects.order_by().values_list("pk", "code", "name", "department__code", "department__name")
    return {pk: TeamWords(code, name, f"{dep} {dep_name}") for pk, code, name, dep, dep_name in rows}


def payments(run: Run) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all payments of a run, whatever their state, with the person or company behind each."""
    return batches(
        Payment.objects.filter(run=run),
        "reference",
        "state",
        "beneficiary_id",
        "amount_cents",
        "holder",
        "iban",
        "bic",
        "label",
        "beneficiary__professional__rpps",
        "beneficiary__professional__last_name",
        "beneficiary__professional__first_name",
        "beneficiary__professional__profession",
        "beneficiary__company__name",
    )


def lines(run: Run) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the lines priced in a run, as they were computed: reversals, then the fixed order."""
    return batches(
        DueLine.objects.filter(run=run),
        "participation__action__reference",
        "held_on",
        "team_id",
        "action_type",
        "professional__rpps",
        "participation__role",
        "price_cents",
        "amount_cents",
        "cut_by",
        "kind",
        "beneficiary_id",
    )


def exclusions(run: Run) -> Iterator[list[tuple[Any, ...]]]:
    """Yield what a run did not pay, in the fixed order."""
    return batches(
        Exclusion.objects.filter(run=run),
        "participation__action__reference",
        "participation__action__held_on",
        "participation__action__team_id",
        "participation__professional__rpps",
        "reason",
        "since",
    )


class Report(NamedTuple):
    """A line that this run paid though an older one priced it, or that is due after it.

    ``reason`` is a code of `Waiting`; ``detail`` what the bank or a person said of the payment ``reference``.
    """

    reference_of_action: str
    held_on: date
    team_id: int
    action_type: str
    rpps: str
    beneficiary: str
    cents: int
    origin: str
    reason: str
    payment: str
    detail: str


_LINE = (
    "participation__action__reference",
    "held_on",
    "team_id",
    "action_type",
    "professional__rpps",
    "beneficiary__professional__last_name",
    "beneficiary__professional__first_name",
    "beneficiary__company__name",
    "amount_cents",
    "run_id",
)
_GONE_REASONS = {
    Payment.State.REJECTED: Waiting.REJECTED,
    Payment.State.RETURNED: Waiting.RETURNED,
}


def _frozen_at(run: str) -> Coalesce:
    """Return the instant at which a run was frozen (an opening run: was made)."""
    return Coalesce(f"{run}__approved_at", f"{run}__created_at")


class Gone(NamedTuple):
    """A payment that went nowhere, or came back: its lines were released."""

    reference: str
    state: str
    said: str

    @property
    def reason(self) -> str:
        return _GONE_REASONS.get(self.state, Waiting.VOID).value  # type: ignore[call-overload]


@dataclass
class Ledger:
    """The ledger around one run, as it stood when the run was frozen."""

    run: Run

    def __post_init__(self) -> None:
        self._at = at = self.run.approved_at or self.run.created_at
        self._names = {run.pk: run.name for run in Run.objects.all()}
        self._released_by = Q(released_at__isnull=False, released_at__lte=at)
        self._gone = {
            pk: Gone(reference, state, said or "")
            for pk, reference, state, said in Payment.objects.filter(allocations__released_at__isnull=False)
            .order_by()
            .values_list("pk", "reference", "state")
            .annotate(said=Max("allocations__released_reason"))
        }

    @cached_property
    def payees(self) -> dict[int, int]:
        """Whose payment settles what is owed to a record that was joined with another."""
        return joined_payees(at=self._at)

    def due_at_closing(self) -> QuerySet[DueLine]:
        """Return the lines of this run and of the earlier ones that no payment settled when it was frozen."""
        # In this form both indexes on a line's allocations serve (live, released), as in `ledger.prove`.
        not_released = Q(released_at__isnull=True) | Q(released_at__gt=self._at)
        settled = Allocation.objects.annotate(at=_frozen_at("payment__run")).filter(
            not_released, self._until_now("at", "payment__run"), line=OuterRef("pk")
        )
        lines = DueLine.objects.annotate(at=_frozen_at("run")).filter(self._until_now("at", "run"))
        return lines.filter(~Exists(settled))

    def _until_now(self, at: str, run: str) -> Q:
        """Return the condition: frozen before this run, or by it."""
        return Q(**{f"{at}__lt": self._at}) | Q(**{at: self._at, f"{run}_id__lte": self.run.pk})

    def older_lines_paid(self) -> Iterator[list[Report]]:
        """Yield the lines of earlier runs that this run pays."""
        paid = Allocation.objects.filter(payment__run=self.run, released_at__isnull=True)
        names = [f"line__{name}" for name in _LINE]
        for batch in batches(paid.exclude(line__run=self.run), "payment__reference", *names):
            yield [self._report(row, Waiting.EARLIER, reference, "") for _, reference, *row in batch]

    def still_due(self) -> Iterator[list[Report]]:
        """Yield the lines that stay due after this run, with the reason as it was when it was frozen."""
        due = self.due_at_closing()
        payees = self.payees
        net = gathered(due_by_beneficiary(due), payees)
        released = Allocation.objects.filter(self._released_by, line=OuterRef("pk")).order_by("-released_at", "-pk")
        rows = due.annotate(gone=Subquery(released.values("payment")[:1]))
        for batch in batches(rows, "gone", "beneficiary_id", *_LINE):
            yield [
                self._still_due(row, gone, net[payees.get(beneficiary, beneficiary)])
                for _, gone, beneficiary, *row in batch
            ]

    def due_again(self) -> Iterator[list[Report]]:
        """Yield the lines of this run's payments that came to nothing since it was frozen."""
        gone = Allocation.objects.filter(payment__run=self.run, released_at__isnull=False)
        for batch in batches(gone, "payment_id", *[f"line__{name}" for name in _LINE]):
            yield [self._released(row, self._gone[payment]) for _, payment, *row in batch]

    def _still_due(self, row: list[Any], gone: int | None, net_cents: int) -> Report:
        if net_cents < 0:
            return self._report(row, Waiting.OVERPAID, "", "")
        if gone is not None:
            return self._released(row, self._gone[gone])
        return self._report(row, Waiting.NO_ACCOUNT, "", "")

    def _released(self, row: list[Any], gone: Gone) -> Report:
        return self._report(row, gone.reason, gone.reference, gone.said)

    def _report(self, row: list[Any], reason: str, payment: str, detail: str) -> Report:
        *known, last_name, first_name, company, cents, origin = row
        who = company or f"{last_name} {first_name}"
        return Report._make([*known, who, cents, self._names[origin], str(reason), payment, detail])
