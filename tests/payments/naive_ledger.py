"""Where every cent lay at the end of a day, told again line by line: slow, and without a sum of the database."""

from __future__ import annotations

from collections import Counter
from datetime import date

from payments.models import DueLine, Payment, Run
from payments.selectors.ledger_days import Key, Lay
from payments.selectors.year_days import after


def naive_lay(day: date) -> dict[Key, Lay]:
    """Return what `payments.selectors.ledger_days.lay_at` says of one day."""
    found: dict[str, Counter[Key]] = {name: Counter() for name in Lay._fields}
    keys = set()
    for line in DueLine.objects.select_related("run").prefetch_related("allocations__payment__run"):
        if not _is_due(line, day):
            continue
        key = (line.beneficiary_id, line.team_id)
        keys.add(key)
        found["due"][key] += line.amount_cents
        found[_place(line, day)][key] += line.amount_cents
    return {key: Lay(**{name: sums[key] for name, sums in found.items()}) for key in keys}


def _frozen(run: Run, day: date) -> bool:
    return run.is_frozen and (run.approved_at or run.created_at) < after(day)


def _reached(payment: Payment, day: date) -> bool:
    return payment.paid_on is not None and payment.paid_on <= day


def _is_due(line: DueLine, day: date) -> bool:
    if line.run.kind != Run.Kind.OPENING:
        return _frozen(line.run, day)
    return any(one.payment.run_id == line.run_id and _reached(one.payment, day) for one in line.allocations.all())


def _place(line: DueLine, day: date) -> str:
    for one in line.allocations.all():
        payment = one.payment
        is_opening = payment.run.kind == Run.Kind.OPENING
        is_made = _reached(payment, day) if is_opening else _frozen(payment.run, day)
        if is_made and (one.released_at is None or one.released_at >= after(day)):
            is_settled = _reached(payment, day) or payment.state == Payment.State.CLEARED
            return "paid" if is_settled else "pending"
    was_released = any(one.released_at and one.released_at < after(day) for one in line.allocations.all())
    return "back" if was_released else "never"
