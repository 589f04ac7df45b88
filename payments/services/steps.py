"""One door for the steps of a run, an account, a transfer, for a caller that has a step's name: its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from association.machine import TransitionRefused
from association.models import Job, User
from payments.models import Account, Payment, Run
from payments.services.accounts import (
    archive_account,
    reject_account,
    resume_account,
    suspend_account,
    verify_account,
    withdraw_account,
)
from payments.services.exporting import approve_and_export, declare_not_transmitted, request_export
from payments.services.preparing import request_preparation
from payments.services.runs import (
    approve_run,
    cancel_run,
    countersign_run,
    send_back_run,
    settle_run,
    submit_run,
    void_run,
)
from payments.services.transfers import (
    hold_payment,
    let_payment_go,
    pay_payment,
    reject_payment,
    return_payment,
    void_payment,
)

UNKNOWN = "Cette étape n’existe pas : la page a été mise à jour."


def move_run(
    *,
    run: Run,
    step: str,
    actor: User,
    reason: str = "",
    paid_on: date | None = None,
    execution_on: date | None = None,
) -> Run | Job:
    """Do one step of a run; return the run, or the job that was asked for (prepare, export).

    Args:
        reason: for the steps that ask for one.
        paid_on: with ``settle``, the day on which the transfers were paid; today by default.
        execution_on: with ``export``, the day on which the bank is to make them; the next business day by default.

    Raises:
        TransitionRefused: with the reason in French.
        PermissionDenied: when the role may not.
    """
    is_extra = run.kind == Run.Kind.EXTRA
    services: dict[str, Callable[[], Run | Job]] = {
        "prepare": lambda: request_preparation(month=run.month, actor=actor, extra=is_extra),
        "submit": lambda: submit_run(run=run, actor=actor),
        "send_back": lambda: send_back_run(run=run, actor=actor, reason=reason),
        "countersign": lambda: countersign_run(run=run, actor=actor),
        "approve": lambda: approve_run(run=run, actor=actor),
        "approve_and_export": lambda: approve_and_export(run=run, actor=actor, execution_on=execution_on),
        "export": lambda: request_export(run=run, actor=actor, execution_on=execution_on),
        "settle": lambda: settle_run(run=run, actor=actor, paid_on=paid_on),
        "void": lambda: void_run(run=run, actor=actor, reason=reason),
        "cancel": lambda: cancel_run(run=run, actor=actor, reason=reason),
        "take_back_export": lambda: declare_not_transmitted(run=run, actor=actor, reason=reason),
    }
    if step not in services:
        raise TransitionRefused(UNKNOWN)
    return services[step]()


def move_account(*, account: Account, step: str, actor: User, reason: str = "") -> Account:
    """Do one step of an account and return it.

    Raises:
        TransitionRefused: with the reason in French.
    """
    services: dict[str, Callable[[], Account]] = {
        "verify": lambda: verify_account(account=account, actor=actor),
        "reject": lambda: reject_account(account=account, actor=actor, reason=reason),
        "withdraw": lambda: withdraw_account(account=account, actor=actor, reason=reason),
        "suspend": lambda: suspend_account(account=account, actor=actor, reason=reason),
        "resume": lambda: resume_account(account=account, actor=actor, reason=reason),
        "archive": lambda: archive_account(account=account, actor=actor, reason=reason),
    }
    if step not in services:
        raise TransitionRefused(UNKNOWN)
    return services[step]()


def move_payment(
    *,
    payment: Payment,
    step: str,
    actor: User,
    reason: str = "",
    paid_on: date | None = None,
    bank_reason: str = "",
    back_on: date | None = None,
) -> Payment:
    """Do one step of a transfer and return it. Sending and taking back are steps of the file that it is in.

    Args:
        reason: for the steps that ask for one.
        paid_on: with ``pay``, the day on which the bank made it; today by default.
        bank_reason, back_on: with ``reject`` and ``give_back``, the code that the bank gave, and the day on which it
            refused the transfer or it came back; today by default.

    Raises:
        TransitionRefused: with the reason in French.
    """
    back: dict[str, Any] = {"actor": actor, "bank_reason": bank_reason, "back_on": back_on, "comment": reason}
    services: dict[str, Callable[[], Payment]] = {
        "hold": lambda: hold_payment(payment=payment, actor=actor, reason=reason),
        "release": lambda: let_payment_go(payment=payment, actor=actor),
        "void": lambda: void_payment(payment=payment, actor=actor, reason=reason),
        "pay": lambda: pay_payment(payment=payment, actor=actor, paid_on=paid_on or timezone.localdate()),
        "reject": lambda: reject_payment(payment=payment, **back),
        "give_back": lambda: return_payment(payment=payment, **back),
    }
    if step not in services:
        raise TransitionRefused(UNKNOWN)
    return services[step]()
