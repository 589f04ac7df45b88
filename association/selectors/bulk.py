"""Operations on many rows, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from association.jobs import LIVE
from association.listing.declaration import listings
from association.models import BulkItem, BulkOperation, User

GROUPS = 8
LONGEST_NUMBER = 18  # digits
Outcome = BulkItem.Outcome


@dataclass(frozen=True)
class Reasons:
    """A reason for which rows were refused, and how many."""

    sentence: str
    count: int


@dataclass(frozen=True)
class OperationView:
    """What became of an operation so far."""

    total: int
    done: int
    refused: int
    waiting: int
    reasons: Sequence[Reasons]
    may_resume: bool


def operations_of(user: User) -> QuerySet[BulkOperation]:
    """Return the operations that a user may look at, of the lists that the role may open."""
    names = [listing.name for listing in listings if user.has_perm(listing.permission)]
    return (
        BulkOperation.objects.visible_to(user).filter(listing__in=names).select_related("created_by", "job__created_by")
    )


def drafts_of(user: User) -> QuerySet[BulkOperation]:
    """Return what a user drew up and has not started."""
    return operations_of(user).filter(created_by=user, started_at__isnull=True)


def view_of(operation: BulkOperation, *, user: User) -> OperationView:
    """Return the figures of an operation, and the reasons of the refused rows, the most frequent first."""
    items = operation.items.order_by()
    counts = dict(items.values_list("outcome").annotate(count=Count("pk")))
    refused = items.filter(outcome=Outcome.REFUSED).values_list("sentence").annotate(count=Count("pk"))
    waiting = counts.get(Outcome.WAITING, 0)
    stopped = operation.job is not None and operation.job.state not in LIVE
    return OperationView(
        total=sum(counts.values()),
        done=counts.get(Outcome.DONE, 0),
        refused=counts.get(Outcome.REFUSED, 0),
        waiting=waiting,
        reasons=[Reasons(sentence, count) for sentence, count in refused.order_by("-count", "sentence")[:GROUPS]],
        may_resume=bool(waiting) and stopped and operation.created_by_id == user.pk,
    )


def items_of(operation: BulkOperation, outcome: str = "") -> QuerySet[BulkItem]:
    """Return the rows of an operation, those of one outcome if it is named."""
    items = operation.items.order_by("pk")
    return items.filter(outcome=outcome) if outcome in Outcome.values else items


def operation_of(listing: str, number: str, *, user: User) -> BulkOperation | None:
    """Return an operation of a list by its number as it was typed, or None when there is none for this user."""
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return None
    return operations_of(user).filter(listing=listing, pk=int(number)).first()


def refused_in(operation: BulkOperation) -> QuerySet[Any, Any]:
    """Return the numbers of the rows that an operation refused."""
    return operation.items.filter(outcome=Outcome.REFUSED).order_by().values("object_id")
