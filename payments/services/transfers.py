"""What happens to single payments: held, let go, rejected or returned by the bank."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from association.models import User
from association.workflow import fire
from payments.models import Account, Payment
from payments.services.runs import refuse_day_of_payment, release_lines

# ISO 20022 reason codes that speak about the account itself: closed, unknown, blocked, wrong holder.
ACCOUNT_REASONS = frozenset({"AC01", "AC03", "AC04", "AC06", "AC13", "BE01"})


def hold_payment(*, payment: Payment, actor: User, reason: str) -> Payment:
    """Keep one payment back from the next file, with a reason."""
    return fire(payment, "hold", actor=actor, comment=reason)


def let_payment_go(*, payment: Payment, actor: User) -> Payment:
    """Let a held payment go with the next file."""
    return fire(payment, "release", actor=actor)


def void_payment(*, payment: Payment, actor: User, reason: str) -> Payment:
    """Void one payment that was not sent; its lines are due again in the next run."""
    with transaction.atomic():
        fresh = fire(payment, "void", actor=actor, comment=reason)
        release_lines([fresh], reason=reason)
    return fresh


def reject_payment(*, payment: Payment, actor: User, bank_reason: str, comment: str) -> Payment:
    """Record that the bank refused one transfer of the file."""
    return _gone(payment, "reject", actor, bank_reason, comment)


def return_payment(*, payment: Payment, actor: User, bank_reason: str, comment: str) -> Payment:
    """Record that a transfer came back."""
    return _gone(payment, "give_back", actor, bank_reason, comment)


def pay_payment(*, payment: Payment, actor: User, paid_on: date) -> Payment:
    """Record one transfer as paid on a date.

    Raises:
        TransitionRefused: also when no bank can have paid it on that day.
    """
    refuse_day_of_payment(run=payment.run, day=paid_on)
    return fire(payment, "pay", actor=actor, paid_on=paid_on)


def _gone(payment: Payment, name: str, actor: User, bank_reason: str, comment: str) -> Payment:
    """Release the lines; suspend the account when the reason speaks about it, so that next month does not repeat."""
    with transaction.atomic():
        fresh = fire(payment, name, actor=actor, comment=comment, bank_reason=bank_reason)
        release_lines([fresh], reason=f"{bank_reason} {comment}".strip())
        account = fresh.account
        if account and bank_reason in ACCOUNT_REASONS and account.state == Account.State.VERIFIED:
            fire(account, "suspend", actor=actor, comment=f"{fresh.reference} : {bank_reason} {comment}")
    return fresh
