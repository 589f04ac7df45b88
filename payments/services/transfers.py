"""What happens to single payments: held, let go, paid, rejected or returned by the bank."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import User
from association.workflow import fire, lock
from payments.bank_reasons import ACCOUNT_REASONS
from payments.models import Account, Payment
from payments.selectors.bank_days import days_of
from payments.services.runs import release_lines


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


def reject_payment(
    *, payment: Payment, actor: User, bank_reason: str, comment: str, back_on: date | None = None
) -> Payment:
    """Record that the bank refused one transfer of the file.

    Args:
        back_on: the day on which the bank did; today by default.

    Raises:
        TransitionRefused: also for a day before the file was made, or to come.
    """
    day = back_on or timezone.localdate()
    with transaction.atomic():
        fresh = lock(payment)
        if reason := days_of(fresh.run).rejection_refusal(day, today=timezone.localdate()):
            raise TransitionRefused(reason)
        return _gone(fresh, "reject", actor, bank_reason, comment, day, f"Rejeté le {day:%d/%m/%Y}.")


def return_payment(
    *, payment: Payment, actor: User, bank_reason: str, comment: str, back_on: date | None = None
) -> Payment:
    """Record that a transfer came back.

    Args:
        back_on: the day on which it did; today by default. The entry and the papers of the year go by it.

    Raises:
        TransitionRefused: also for a day before it was paid, or to come.
    """
    day = back_on or timezone.localdate()
    with transaction.atomic():
        fresh = lock(payment)
        days = days_of(fresh.run)
        if reason := days.return_refusal(day, paid_on=fresh.paid_on, today=timezone.localdate()):
            raise TransitionRefused(reason)
        return _gone(fresh, "give_back", actor, bank_reason, comment, day, f"Revenu le {day:%d/%m/%Y}.")


def pay_payment(*, payment: Payment, actor: User, paid_on: date) -> Payment:
    """Record one transfer as paid on a date.

    Raises:
        TransitionRefused: also when no bank can have paid it on that day.
    """
    with transaction.atomic():
        fresh = lock(payment)
        if reason := days_of(fresh.run).payment_refusal(paid_on, today=timezone.localdate()):
            raise TransitionRefused(reason)
        return fire(fresh, "pay", actor=actor, paid_on=paid_on)


def _gone(
    payment: Payment, name: str, actor: User, bank_reason: str, comment: str, back_on: date, said: str
) -> Payment:
    """Release the lines; suspend the account when the reason speaks about it, so that next month does not repeat."""
    fresh = fire(payment, name, actor=actor, comment=comment, said=said, bank_reason=bank_reason, back_on=back_on)
    release_lines([fresh], reason=f"{bank_reason} {comment}".strip())
    account = fresh.account
    if account and bank_reason in ACCOUNT_REASONS and account.state == Account.State.VERIFIED:
        fire(account, "suspend", actor=actor, comment=f"{fresh.reference} : {bank_reason} {comment}")
    return fresh
