"""One door for the steps of a run, for a caller that has a step's name: the page of the run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from association.machine import TransitionRefused
from association.models import Job, User
from payments.models import Run
from payments.services.exporting import declare_not_transmitted, request_export
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


def move_run(*, run: Run, step: str, actor: User, reason: str = "", paid_on: date | None = None) -> Run | Job:
    """Do one step of a run; return the run, or the job that was asked for (prepare, export).

    Args:
        reason: for the steps that ask for one.
        paid_on: with ``settle``, the day on which the transfers were paid; today by default.

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
        "export": lambda: request_export(run=run, actor=actor),
        "settle": lambda: settle_run(run=run, actor=actor, paid_on=paid_on),
        "void": lambda: void_run(run=run, actor=actor, reason=reason),
        "cancel": lambda: cancel_run(run=run, actor=actor, reason=reason),
        "take_back_export": lambda: declare_not_transmitted(run=run, actor=actor, reason=reason),
    }
    if step not in services:
        raise TransitionRefused("Cette étape n'existe pas : la page a été mise à jour.")
    return services[step]()
