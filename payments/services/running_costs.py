"""The association's own costs, which the running part of a grant pays for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from association.journal import in_full, record, save_changes
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import lock
from payments.models import Grant, RunningCost
from payments.models.grants import MANAGE
from payments.selectors.grants import grant_on


def enter_cost(*, values: Mapping[str, Any], actor: User) -> RunningCost:
    """Enter a cost; it counts in the signed grant whose period holds its day.

    Raises:
        TransitionRefused: when that grant is closed.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    cost = RunningCost(entered_by=actor, **values)
    cost.full_clean()
    with transaction.atomic():
        _refuse_closed(cost.spent_on)
        cost.save()
        record(cost, in_full(cost, RunningCost.JOURNALED), actor=actor)
    return cost


def change_cost(*, cost: RunningCost, values: Mapping[str, Any], version: int, actor: User) -> RunningCost:
    """Correct a cost.

    Raises:
        StaleEdit: when somebody else changed it since ``version``; nothing is written.
        TransitionRefused: when the grant of its day, old or new, is closed.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        _refuse_closed(lock(cost).spent_on)
        _refuse_closed(values["spent_on"])
        return save_changes(cost, values=values, version=version, actor=actor)


def remove_cost(*, cost: RunningCost, actor: User) -> None:
    """Take away a cost that was entered by mistake; the journal keeps what it said.

    Raises:
        TransitionRefused: when the grant of its day is closed.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(cost)
        _refuse_closed(fresh.spent_on)
        record(fresh, in_full(fresh, RunningCost.JOURNALED, gone=True), actor=actor)
        fresh.delete()


def _refuse_closed(day: date) -> None:
    grant = grant_on(day)
    if grant is not None and grant.state == Grant.State.CLOSED:
        raise TransitionRefused(
            f"La dotation {grant.reference}, qui couvre le {day:%d/%m/%Y}, est close : ses dépenses ne changent plus."
        )
