"""Sums over the ledger: balances, what is due to whom, and the proof of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Case, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from association.selectors.people import kept_ids
from payments.models import RECOVERED, Account, Allocation, DueLine, LineKind, Payment, Run
from payments.pricing import Balances
from payments.selectors.joined import gathered, joined_payees

KeyT = TypeVar("KeyT", bound=tuple[Any, ...])
# How many participations a line adds to those that were paid.
COUNTED = Case(When(kind=LineKind.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())


def balances(
    *, teams: Collection[int] | None = None, people: Collection[int] | None = None, year: int | None = None
) -> Balances:
    """Return what all lines have used: by team, person and type, per civil year of the action.

    Lines under the number of a joined record count for the person who stays.

    Args:
        teams, people: whose sums are asked for, by the keys of teams and of all records of persons; everybody's by
            default.
        year: the only civil year asked for; every year by default.

    What is not asked for is as if nothing had been used.
    """
    kept = kept_ids()
    # What was repaid settles a debt: it uses no ceiling and gives none back.
    lines = DueLine.objects.order_by().exclude(kind__in=RECOVERED)
    years = _years_of_lines() if year is None else [year]
    if year is not None:
        lines = lines.filter(held_on__year=year)
    lines = lines.annotate(year=_civil_year(years))
    if teams is None and people is None:
        return _all_balances(lines, kept)
    mine = lines if people is None else lines.filter(professional__in=people)  # all teams together
    if teams is not None:
        lines = lines.filter(team__in=teams)
    return Balances(
        team_cents={
            (team, year): cents
            for team, year, cents in lines.values_list("team_id", "year").annotate(Sum("amount_cents"))
        },
        professional_cents=_added_by_person(
            kept,
            (
                ((person, year), cents)
                for person, year, cents in mine.values_list("professional_id", "year").annotate(Sum("amount_cents"))
            ),
        ),
        paid_counts=_added_by_person(
            kept,
            (
                ((person, type_, year), count)
                for person, type_, year, count in mine.values_list("professional_id", "action_type", "year").annotate(
                    net=Sum(COUNTED)
                )
            ),
        ),
    )


def _all_balances(lines: QuerySet[Any], kept: Mapping[int, int]) -> Balances:
    """Everybody's, in one reading of the lines."""
    teams: dict[tuple[int, int], int] = defaultdict(int)
    people: dict[tuple[int, int], int] = defaultdict(int)
    counts: dict[tuple[int, str, int], int] = defaultdict(int)
    rows = lines.values_list("team_id", "professional_id", "action_type", "year")
    for team, record, type_, year, cents, count in rows.annotate(Sum("amount_cents"), net=Sum(COUNTED)):
        person = kept.get(record, record)
        teams[team, year] += cents
        people[person, year] += cents
        counts[person, type_, year] += count
    return Balances(team_cents=teams, professional_cents=people, paid_counts=counts)


def _years_of_lines() -> list[int]:
    """Return the civil years that lines may count in."""
    found = DueLine.objects.aggregate(first=Min("held_on"), last=Max("held_on"))
    return list(range(found["first"].year, found["last"].year + 1)) if found["first"] else []


def _civil_year(years: list[int]) -> Case | Value:
    """Return the civil year of a line of one of these consecutive years, as comparisons.

    SQLite takes a part out of a date by a function of Python, called for each line.
    """
    *earlier, last = years or [0]
    if not earlier:
        return Value(last, output_field=IntegerField())
    whens = [When(held_on__lt=date(year + 1, 1, 1), then=Value(year)) for year in earlier]
    return Case(*whens, default=Value(last), output_field=IntegerField())


def _added_by_person(kept: Mapping[int, int], rows: Iterable[tuple[KeyT, int]]) -> dict[KeyT, int]:
    """Add up what is found under the numbers of one person; the person comes first in a key."""
    found: dict[KeyT, int] = defaultdict(int)
    for key, amount in rows:
        found[(kept.get(key[0], key[0]), *key[1:])] += amount  # type: ignore[index]
    return found


def unallocated(lines: QuerySet[DueLine] | None = None) -> QuerySet[DueLine]:
    """Return the lines that no payment settles: new, waiting for an account, carried, or released."""
    live = Allocation.objects.filter(line=OuterRef("pk"), released_at__isnull=True)
    return (DueLine.objects.all() if lines is None else lines).filter(~Exists(live))


def due_by_beneficiary(lines: QuerySet[DueLine]) -> dict[int, int]:
    """Return beneficiary id -> net cents of ``lines``."""
    return dict(lines.order_by().values_list("beneficiary_id").annotate(Sum("amount_cents")))


def owed(run: Run | None = None) -> dict[int, int]:
    """Return beneficiary id -> net cents that are due and not paid; zeros are left out.

    What lines earned, less the payments, with what payments gave back. It is what the lines add up to that no payment
    settles, as `prove` sums them one by one at each approval. Joined records are under the one that stays.

    Args:
        run: a frozen run, for what was owed after its approval; now by default.
    """
    lines, payments = DueLine.objects.order_by(), Payment.objects.order_by()
    released = Allocation.objects.order_by().filter(released_at__isnull=False)
    if run is not None:
        at = run.approved_at or run.created_at
        if later := list(Run.objects.frozen().exclude(pk__in=_runs_until(run)).values_list("pk", flat=True)):
            lines, payments = lines.exclude(run__in=later), payments.exclude(run__in=later)
        released = released.filter(released_at__lte=at).exclude(payment__run__in=later)
    found: dict[int, int] = defaultdict(int)
    for beneficiary, cents in chain(
        lines.values_list("beneficiary_id").annotate(Sum("amount_cents")),
        payments.values_list("beneficiary_id").annotate(cents=-Sum("amount_cents")),
        released.values_list("line__beneficiary_id").annotate(Sum("line__amount_cents")),
    ):
        found[beneficiary] += cents
    payees = joined_payees(at=None if run is None else run.approved_at or run.created_at)
    return {beneficiary: cents for beneficiary, cents in gathered(found, payees).items() if cents}


def verified_beneficiaries() -> set[int]:
    """Return the beneficiaries with a verified account."""
    return set(Account.objects.filter(state=Account.State.VERIFIED).values_list("beneficiary_id", flat=True))


@dataclass(frozen=True)
class Settlement:
    """What a run does with what is due: beneficiary id -> net cents, in euro cents.

    ``paid`` is above zero, or zero (compensation); ``waiting`` has no verified account; ``carried`` is below zero.
    """

    paid: Mapping[int, int]
    waiting: Mapping[int, int]
    carried: Mapping[int, int]


def settle(due: Mapping[int, int]) -> Settlement:
    """Sort what is due per beneficiary, never per IBAN (docs/payment-rules.md, "From due lines to payments")."""
    verified = verified_beneficiaries()
    paid: dict[int, int] = {}
    waiting: dict[int, int] = {}
    carried: dict[int, int] = {}
    for beneficiary, cents in sorted(due.items()):
        target = carried if cents < 0 else paid if beneficiary in verified else waiting
        target[beneficiary] = cents
    return Settlement(paid, waiting, carried)


@dataclass(frozen=True)
class Proof:
    """opening + new = paid + closing, in euro cents, for one beneficiary, one team or in total."""

    opening: int
    new: int
    paid: int
    closing: int

    @property
    def holds(self) -> bool:
        return self.opening + self.new == self.paid + self.closing


def prove(run: Run, *, by: str) -> dict[int, Proof]:
    """Prove a frozen run from the ledger, as it stood at its approval.

    Args:
        by: ``beneficiary`` or ``team``; the sum over either is the proof in total.
    """
    return fold(prove_pairs(run), by=by)


def prove_pairs(run: Run) -> dict[tuple[int, int], Proof]:
    """Prove a frozen run for each (beneficiary id, team id); `fold` adds up.

    Every figure is summed on its own, from lines and allocations: the closing is not derived from the three others.
    """
    until_now = _runs_until(run)
    earlier = [pk for pk in until_now if pk != run.pk]
    lines = DueLine.objects.all()
    opening = _sums(lines.filter(run__in=earlier).filter(~Exists(_settled(run, earlier))))
    new = _sums(lines.filter(run=run))
    paid = _sums(lines.filter(allocations__payment__run=run))
    closing = _sums(left_by(run))
    keys = opening.keys() | new.keys() | paid.keys() | closing.keys()
    return {
        key: Proof(opening.get(key, 0), new.get(key, 0), paid.get(key, 0), closing.get(key, 0)) for key in sorted(keys)
    }


def left_by(run: Run) -> QuerySet[DueLine]:
    """Return the lines that a frozen run left due, as at its approval: they wait for an account, or are carried."""
    until_now = _runs_until(run)
    return DueLine.objects.filter(run__in=until_now).filter(~Exists(_settled(run, until_now)))


def fold(pairs: Mapping[tuple[int, int], Proof], *, by: str) -> dict[int, Proof]:
    """Add the proofs of each (beneficiary, team) up by one of the two."""
    place = {"beneficiary": 0, "team": 1}[by]
    groups: dict[int, list[Proof]] = defaultdict(list)
    for key, proof in pairs.items():
        groups[key[place]].append(proof)
    return {key: _added(proofs) for key, proofs in sorted(groups.items())}


def total(proofs: Mapping[int, Proof]) -> Proof:
    """Add proofs up."""
    return _added(proofs.values())


def _added(proofs: Iterable[Proof]) -> Proof:
    opening = new = paid = closing = 0
    for proof in proofs:
        opening += proof.opening
        new += proof.new
        paid += proof.paid
        closing += proof.closing
    return Proof(opening, new, paid, closing)


def _runs_until(run: Run) -> list[int]:
    """Return the runs frozen up to this one; an opening run counts from when it was made."""
    frozen = Run.objects.frozen().annotate(at=Coalesce("approved_at", "created_at"))
    mine = run.approved_at or run.created_at
    return list(frozen.filter(Q(at__lt=mine) | Q(at=mine, pk__lte=run.pk)).order_by().values_list("pk", flat=True))


def _settled(run: Run, runs: list[int]) -> QuerySet[Allocation]:
    """Return the allocations of a line to payments of ``runs`` that held at the approval of ``run``."""
    mine = run.approved_at or run.created_at
    return Allocation.objects.filter(
        Q(released_at__isnull=True) | Q(released_at__gt=mine), line=OuterRef("pk"), payment__run__in=runs
    )


def _sums(lines: QuerySet[DueLine]) -> dict[tuple[int, int], int]:
    rows = lines.order_by().values_list("beneficiary_id", "team_id").annotate(Sum("amount_cents"))
    return {(beneficiary, team): cents for beneficiary, team, cents in rows}
