"""The months loaded as already paid: one opening run, with a line, a payment and an allocation each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction

from association.bulk import insert_rows
from association.models import User
from association.workflow import enter_at
from config.demo.span import Span, shift
from conventions.models import Convention
from payments.models import Allocation, Beneficiary, DueLine, LineKind, Payment, Run
from payments.services.computation import Error, Line, compute

ORIGIN = "demo"
DAY_OF_PAYMENT = 15
LINE = (
    "run", "kind", "participation", "beneficiary", "team", "professional", "convention", "action_type", "held_on",
    "price_cents", "amount_cents", "cut_by",
)  # fmt: skip


class NoExamplePrice(Exception):
    """The example price list has a gap: a fault of the demo."""


class Opening(NamedTuple):
    """What the opening run holds."""

    lines: int
    cents: int
    payments: int


def load_history(*, span: Span, actor: User) -> Opening:
    """Load what the rules would have paid for the opening months as already paid; nothing else is loaded.

    The amounts come from the house's own computation, so that ceilings and number caps hold as they would have. What it
    excludes stays unpaid, and shows up in the first real run.
    """
    if not span.opening:
        return Opening(0, 0, 0)
    month = span.opening[-1]
    by_payday = _by_payday(compute(Run(month=month)), span)
    lines = sum(map(len, by_payday.values()))
    cents = sum(line.amount_cents for group in by_payday.values() for line in group)
    with transaction.atomic():
        run = Run(
            month=month,
            kind=Run.Kind.OPENING,
            prepared_by=actor,
            lines_count=lines,
            new_cents=cents,
            paid_cents=cents,
        )
        enter_at([(run, Run.State.SETTLED)], actor=actor, origin=ORIGIN)
        payments = sum(_load_payday(run, day, group, actor) for day, group in sorted(by_payday.items()))
    return Opening(lines, cents, payments)


def _by_payday(entries: Iterable[object], span: Span) -> dict[date, list[Line]]:
    """Group the lines by the day on which they were paid: the 15th after their month.

    A project is paid with the month in which its convention took effect. Nothing was paid before the first month.
    """
    rows = Convention.objects.values_list("id", "effective_on")
    effects: dict[int | None, date] = {pk: effective_on for pk, effective_on in rows if effective_on is not None}
    groups: dict[date, list[Line]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Error):
            raise NoExamplePrice(entry.sentence)
        if isinstance(entry, Line):
            month = max(entry.held_on, effects[entry.convention_id], span.first).replace(day=1)
            groups[shift(month, 1).replace(day=DAY_OF_PAYMENT)].append(entry)
    return groups


def _load_payday(run: Run, day: date, lines: list[Line], actor: User) -> int:
    """Write one month's payments, lines and allocations; return the number of payments."""
    cents: dict[int, int] = defaultdict(int)
    for line in lines:
        cents[line.beneficiary_id] += line.amount_cents
    order = Beneficiary.objects.filter(pk__in=cents) if len(cents) < 500 else Beneficiary.objects.all()
    keys = order.order_by("professional__rpps", "company__code").values_list("pk", flat=True)
    payments = {
        pk: Payment(
            run=run,
            beneficiary_id=pk,
            amount_cents=cents[pk],
            reference=f"REPRISE-{shift(day, -1):%Y%m}-{number:06d}",
            label=f"Indemnites ESP CLAP {shift(day, -1):%m/%Y}",
            paid_on=day,
        )
        for number, pk in enumerate((pk for pk in keys if pk in cents), start=1)
    }
    enter_at(((payment, Payment.State.PAID) for payment in payments.values()), actor=actor, origin=ORIGIN)
    last = DueLine.objects.order_by("-id").values_list("id", flat=True).first() or 0
    insert_rows(DueLine, LINE, (_row(run, line) for line in lines))
    written = DueLine.objects.filter(run=run, id__gt=last).order_by("id").values_list("id", "beneficiary_id")
    insert_rows(
        Allocation,
        ("line", "payment", "released_reason"),
        [(pk, payments[beneficiary].pk, "") for pk, beneficiary in written],
    )
    return len(payments)


def _row(run: Run, line: Line) -> tuple[object, ...]:
    """An opening line is never priced: what was paid is all that is known."""
    return (
        run.pk, LineKind.INITIAL.value, line.participation_id, line.beneficiary_id, line.team_id,
        line.professional_id, line.convention_id, line.action_type, line.held_on, line.amount_cents,
        line.amount_cents, "",
    )  # fmt: skip
