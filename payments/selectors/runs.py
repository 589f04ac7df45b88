"""What pages, commands and reports read of a run; the same names whether it is open or frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from payments.models import DueLine, Exclusion, ProvisionalExclusion, ProvisionalLine, Run
from payments.selectors.joined import gathered, joined_payees
from payments.selectors.ledger import Settlement, owed, settle


def lines_of(run: Run) -> QuerySet[Any]:
    """Return the lines priced in a run: `DueLine`, or `ProvisionalLine` of the valid computation while it is open."""
    if run.is_frozen:
        return DueLine.objects.filter(run=run)
    return ProvisionalLine.objects.filter(run=run, build=run.build or 0)


NEW = "ce-mois"  # of an exclusion: the month before it was none


def exclusions_of(run: Run) -> QuerySet[Any]:
    """Return what a run does not pay, with the reason and the first month that it was so."""
    if run.is_frozen:
        return Exclusion.objects.filter(run=run)
    return ProvisionalExclusion.objects.filter(run=run, build=run.build or 0)


def settlement_of(run: Run) -> Settlement:
    """Return what an open run would pay now, beneficiary id -> cents (an open run has no payments yet)."""
    due = owed()
    for beneficiary, cents in lines_of(run).order_by().values_list("beneficiary_id").annotate(Sum("amount_cents")):
        due[beneficiary] = due.get(beneficiary, 0) + cents
    return settle(gathered(due, joined_payees()))


@dataclass(frozen=True)
class RunSummary:
    """A run in figures; amounts in euro cents. The keys of ``payment_run --json``."""

    month: str
    state: str
    lines: int
    due_cents: int
    excluded: dict[str, int]
    errors: list[str]
    payments: int
    paid_cents: int
    waiting_cents: int
    carried_cents: int
    files: list[str]

    @property
    def left_cents(self) -> int:
        """What is left due, net: waiting for an account, less what was paid too much."""
        return self.waiting_cents + self.carried_cents


def summary(run: Run, settlement: Settlement | None = None) -> RunSummary:
    """Return the figures of a run, open or frozen; ``settlement`` is that of an open run where it is known already."""
    lines, due = _lines_and_cents(run)
    excluded = exclusions_of(run).order_by().values_list("reason").annotate(Count("id"))
    if run.is_frozen:
        payments, paid = run.payments.filter(amount_cents__gt=0).count(), run.paid_cents
        waiting, carried = _left_at_closing(run)
    else:
        settlement = settlement or settlement_of(run)
        payments = sum(1 for cents in settlement.paid.values() if cents)
        paid = sum(settlement.paid.values())
        waiting, carried = sum(settlement.waiting.values()), sum(settlement.carried.values())
    return RunSummary(
        month=run.name,
        state=run.state,
        lines=lines,
        due_cents=due,
        excluded=dict(sorted(excluded)),
        errors=list(run.errors.filter(build=run.build or 0).values_list("sentence", flat=True)),
        payments=payments,
        paid_cents=paid,
        waiting_cents=waiting,
        carried_cents=carried,
        files=[str(document.path) for document in live_files(run)],
    )


def _lines_and_cents(run: Run) -> tuple[int, int]:
    """Return how many lines a run has and their sum: as stated when it was frozen, or as they are while it is open."""
    if run.is_frozen:
        return run.lines_count, run.new_cents
    found = lines_of(run).aggregate(count=Count("id"), cents=Sum("amount_cents"))
    return found["count"], found["cents"] or 0


def live_exports(run: Run) -> QuerySet[Any]:
    """Return the files of a run that count: not those declared not transmitted."""
    return run.exports.filter(not_transmitted_at__isnull=True).select_related("document", "bank_file")


def live_files(run: Run) -> list[Any]:
    """Return the documents of a run that count: the workbook, then the transfers for the bank if there are any."""
    return [file for export in live_exports(run) for file in (export.document, export.bank_file) if file]


def _left_at_closing(run: Run) -> tuple[int, int]:
    """Return what a frozen run left due, as at its approval: (waiting for an account, trop-perçu).

    A run frozen before runs stated what waits is added up.
    """
    if run.waiting_cents is not None:
        return run.waiting_cents, run.closing_cents - run.waiting_cents
    closing = closing_of(run).values()
    return sum(c for c in closing if c > 0), sum(c for c in closing if c < 0)


def closing_of(run: Run) -> dict[int, int]:
    """Return beneficiary id -> net cents that a frozen run left due, as at its approval."""
    return owed(run)


def month_before(run: Run) -> Run | None:
    """Return the frozen run of the month before, to compare with; nothing for an extra run, which is no month."""
    if run.kind == Run.Kind.EXTRA:
        return None
    frozen = Run.objects.frozen().filter(kind=Run.Kind.REGULAR).exclude(state=Run.State.VOIDED)
    return frozen.filter(month__lt=run.month).order_by("-month", "-sequence").first()


def months_to_prepare(today: date) -> list[date]:
    """Return the first days of the months that may be prepared, the last ended one first.

    None is before the latest frozen month; without any, the last two years.
    """
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    frozen = Run.objects.frozen().exclude(kind=Run.Kind.OPENING).exclude(state=Run.State.VOIDED)
    first = frozen.aggregate(first=Max("month"))["first"] or month.replace(year=month.year - 2)
    months = [month]
    while (month := (month - timedelta(days=1)).replace(day=1)) >= first:
        months.append(month)
    return months


def totals_by_team(run: Run) -> dict[int, int]:
    """Return team id -> net cents of the lines priced in a run."""
    return dict(lines_of(run).order_by().values_list("team_id").annotate(Sum("amount_cents")))


def parse_month(text: str) -> tuple[date, int]:
    """Read ``2026-10`` or ``2026-10/2`` as (first day, sequence).

    Raises:
        ValueError: with a French sentence.
    """
    month, _, sequence = text.partition("/")
    try:
        year, number = month.split("-")
        if len(year) != 4 or len(number) != 2:
            raise ValueError
        return date(int(year), int(number), 1), int(sequence or 1)
    except ValueError:
        raise ValueError(f"« {text} » n’est pas un mois : écrivez AAAA-MM, par exemple 2026-10.") from None


def next_month_to_pay(today: date | None = None) -> date:
    """Return the first day of the month that the next run is of: the open one's, else the last ended one.

    Never before the latest frozen month: after it comes an extra run of the same month.
    """
    if run := Run.objects.open().first():
        return run.month
    last = ((today or timezone.localdate()).replace(day=1) - timedelta(days=1)).replace(day=1)
    frozen = Run.objects.frozen().exclude(kind=Run.Kind.OPENING)
    return max(last, frozen.aggregate(latest=Max("month"))["latest"] or last)
