"""Trop-perçu: who owes what, what was asked and repaid, and the lines that the next run writes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, Exists, F, Min, OuterRef, QuerySet, Subquery, Sum, Value, When

from association.models import User
from association.nomenclature import ActionType
from association.searching import having, words
from payments.models import RECOVERED, Beneficiary, DueLine, LineKind, Recovery, RepaymentRequest
from payments.selectors.joined import joined_payees
from payments.selectors.ledger import owed, unallocated

SETTLING = (LineKind.REVERSAL, *RECOVERED)


class Part(NamedTuple):
    """A line to write: what a recovery settles of one participation; ``amount_cents`` is above zero."""

    recovery_id: int
    is_received: bool
    participation_id: int
    beneficiary_id: int
    team_id: int
    professional_id: int
    action_type: str
    held_on: date
    amount_cents: int


def pending_recoveries() -> QuerySet[Recovery]:
    """Return the recoveries of which no frozen run has the lines yet."""
    written = DueLine.objects.filter(recovery=OuterRef("pk"))
    return Recovery.objects.filter(~Exists(written)).order_by("pk")


def pending_parts() -> Iterator[Part]:
    """Yield the lines of what was repaid or written off since, each on the participation that it pays back.

    A debt is made of reversals that no payment settles: the oldest is paid back first. What is left over, should the
    debt have been made otherwise, goes with the first.
    """
    pending = list(pending_recoveries().values_list("pk", "kind", "amount_cents", "request__beneficiary_id"))
    if not pending:
        return
    targets = _targets({row[3] for row in pending})
    for pk, kind, cents, beneficiary in pending:
        for target, amount in _shared(targets[beneficiary], cents):
            yield Part(pk, kind == Recovery.Kind.RECEIVED, *target.of, amount)


_OF = ("participation_id", "beneficiary_id", "team_id", "professional_id", "action_type", "held_on")


@dataclass
class _Target:
    """A participation that was given back; ``left``: cents of it that nobody paid back yet."""

    of: tuple[int, int, int, int, str, date]
    left: int


def _targets(payees: set[int]) -> dict[int, list[_Target]]:
    """Return, by who pays back, what may be paid back: first what no payment settles, each the oldest first."""
    of = {joined: payee for joined, payee in joined_payees().items() if payee in payees}
    given_back = DueLine.objects.filter(beneficiary__in=payees | of.keys(), kind__in=SETTLING)
    found: dict[int, dict[Any, _Target]] = defaultdict(dict)
    for row in _added(unallocated(given_back)):
        found[of.get(row[1], row[1])][row[:6]] = _Target(row[:6], max(0, -row[6]))
    for row in _added(given_back):
        found[of.get(row[1], row[1])].setdefault(row[:6], _Target(row[:6], 0))
    return {payee: list(targets.values()) for payee, targets in found.items()}


def _added(lines: QuerySet[DueLine]) -> Iterator[tuple[Any, ...]]:
    rows = lines.order_by().values_list(*_OF).annotate(cents=Sum("amount_cents"), first=Min("pk")).order_by("first")
    yield from rows


def _shared(targets: list[_Target], cents: int) -> Iterator[tuple[_Target, int]]:
    """Share what came among the targets in their order; what is left over goes with the first."""
    given: list[int] = []
    for target in targets:
        given.append(min(target.left, cents))
        target.left -= given[-1]
        cents -= given[-1]
    given[0] += cents
    yield from ((target, amount) for target, amount in zip(targets, given, strict=True) if amount)


def debts() -> dict[int, int]:
    """Return beneficiary id -> euro cents that are still to be paid back (above zero).

    What was repaid counts from the day it is noted, before a run has its lines.
    """
    coming = dict(pending_recoveries().order_by().values_list("request__beneficiary_id").annotate(Sum("amount_cents")))
    found = {pk: -cents - coming.get(pk, 0) for pk, cents in owed().items() if cents < 0}
    return {pk: cents for pk, cents in found.items() if cents > 0}


def left_of(request: RepaymentRequest) -> int:
    """Return what is left to pay back of a request: never more than what was asked, nor than the debt of now."""
    came = request.recoveries.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return max(0, min(request.amount_cents - came, debts().get(request.beneficiary_id, 0)))


def debtors(user: User) -> QuerySet[Beneficiary]:
    """Return who owes something back, with ``debt_cents`` and ``request_id``, the open request if there is one."""
    found = debts() if user.has_perm("payments.view_repayment") else {}
    asked = RepaymentRequest.objects.open().filter(beneficiary=OuterRef("pk"))
    whens = [When(pk=pk, then=Value(cents)) for pk, cents in found.items()]
    return (
        Beneficiary.objects.filter(pk__in=list(found))
        .select_related("professional", "company")
        .annotate(
            debt_cents=Case(*whens, default=Value(0), output_field=BigIntegerField()),
            request_id=Subquery(asked.values("pk")[:1]),
            request_number=Subquery(asked.values("number")[:1]),
        )
    )


def requests_of(user: User) -> QuerySet[RepaymentRequest]:
    """Return the requests of the user's scope, with ``recovered_cents``."""
    came = (
        Recovery.objects.filter(request=OuterRef("pk")).order_by().values("request").annotate(total=Sum("amount_cents"))
    )
    return (
        RepaymentRequest.objects.visible_to(user)
        .select_related("beneficiary__professional", "beneficiary__company", "requested_by")
        .annotate(recovered_cents=Subquery(came.values("total")))
    )


@dataclass(frozen=True)
class DebtLine:
    """One line of what makes a debt, in the words of the letter; cents below zero are to be paid back."""

    reference: str
    held_on: date
    action_type: str
    kind: str
    cents: int

    @property
    def type_label(self) -> str:
        """The type of the action in words."""
        return str(ActionType(self.action_type).label)

    @property
    def kind_label(self) -> str:
        return str(LineKind(self.kind).label)


def debt_lines(beneficiary: Beneficiary) -> list[DebtLine]:
    """Return the lines that no payment settles of somebody, joined records included, oldest first."""
    records = {beneficiary.pk, *(one for one, payee in joined_payees().items() if payee == beneficiary.pk)}
    rows = (
        unallocated(DueLine.objects.filter(beneficiary__in=records))
        .order_by("pk")
        .values_list(F("participation__action__reference"), "held_on", "action_type", "kind", "amount_cents")
    )
    return [DebtLine(*row) for row in rows]


def search_beneficiaries(rows: QuerySet[Any], typed: str, *more: str, under: str = "") -> QuerySet[Any]:
    """Return the rows whose beneficiary, or another column, has each word.

    Args:
        under: the path from a row to its beneficiary, with its underscores.
    """
    names = ("professional__last_name", "professional__first_name", "professional__rpps", "company__name")
    for word in words(typed):
        rows = having(rows, word, *(under + name for name in names), *more)
    return rows
