"""The association's board: its mandates, and what its members are paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import Professional, User
from payments.models import Allocation, BoardMandate, DueLine, Payment, Run
from payments.selectors.ledger import unallocated
from payments.selectors.runs import lines_of


@dataclass(frozen=True)
class BoardLine:
    """A line of a run that pays a board member; ``line`` is a due line, or a provisional one while the run is open."""

    line: Any
    mandate: BoardMandate
    is_left_over: bool


def mandate_list(user: User) -> QuerySet[BoardMandate]:
    """Return the mandates of the user's scope, with whose they are, and the name that sorts them."""
    return (
        BoardMandate.objects.visible_to(user)
        .select_related("professional", "user")
        .annotate(
            sorted_name=Case(
                When(professional__isnull=False, then=F("professional__last_name")),
                default=F("user__full_name"),
                output_field=CharField(),
            )
        )
    )


def members_between(first: date, last: date) -> dict[int, BoardMandate]:
    """Return, for each record of a professional who sits on the board on a day between two, a mandate of theirs.

    A mandate that names an account only is of the professional of that account; both days are included.
    """
    return {record: mandate for mandate, records in _by_mandate(first, last) for record in records}


def professionals_of(users: Collection[User]) -> set[int]:
    """Return the professionals that some accounts are: by the account itself, or by a mandate that names both."""
    known = {user.professional_id for user in users if user.professional_id}
    mandates = BoardMandate.objects.filter(user__in=[user.pk for user in users], professional__isnull=False)
    return known | set(mandates.values_list("professional_id", flat=True))


def board_payees(run: Run) -> list[int]:
    """Return the beneficiaries to whom a run owes something of a board member, those of left-over lines included."""
    members = _of_run(run)
    if not members:
        return []
    rows = [*_new(run, members), *_left_over(run, members)]
    return sorted({row.beneficiary_id for row in rows})


def board_lines(run: Run) -> list[BoardLine]:
    """Return the lines of a run that pay board members, new ones and left-over ones, by name and day."""
    members = _of_run(run)
    if not members:
        return []
    found = [BoardLine(line, members[line.professional_id], False) for line in _shown(_new(run, members))]
    found += [BoardLine(line, members[line.professional_id], True) for line in _shown(_left_over(run, members))]
    return sorted(found, key=lambda row: (str(row.line.professional), row.line.held_on, row.line.pk))


def paid_board(user: User, year: int) -> QuerySet[Professional]:
    """Return who sat on the board on a day of a civil year and is a professional, with what each was paid in it.

    What is paid to a company in somebody's place counts as theirs; by the day of payment, what came back left out.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    people = set(members_between(first, last)) if user.has_perm("payments.view_board_paid") else set()
    kept = set(Professional.objects.filter(pk__in=people).values_list(Coalesce("merged_into", "pk"), flat=True))
    paid = (
        Allocation.objects.filter(
            Q(line__professional=OuterRef("pk")) | Q(line__professional__merged_into=OuterRef("pk")),
            released_at__isnull=True,
            payment__state=Payment.State.PAID,
            payment__paid_on__gte=first,
            payment__paid_on__lte=last,
        )
        .order_by()
        .annotate(one=Value(1))
        .values("one")
    )
    return Professional.objects.filter(pk__in=kept).annotate(
        paid_cents=Coalesce(Subquery(paid.annotate(cents=Sum("line__amount_cents")).values("cents")), Value(0)),
        first_paid_on=Subquery(paid.annotate(day=Min("payment__paid_on")).values("day")),
        last_paid_on=Subquery(paid.annotate(day=Max("payment__paid_on")).values("day")),
    )


def mandates_in_words(year: int) -> dict[int, str]:
    """Return, by professional, the functions held in a civil year with their dates, in French."""
    found: dict[int, list[str]] = defaultdict(list)
    for one, records in _by_mandate(date(year, 1, 1), date(year, 12, 31)):
        until = f" au {one.ends_on:%d/%m/%Y}" if one.ends_on else ""
        for record in records:
            found[record].append(f"{one.get_function_display()}, du {one.starts_on:%d/%m/%Y}{until}")
    return {person: " ; ".join(said) for person, said in found.items()}


def board_years(*, today: date | None = None) -> list[int]:
    """Return the civil years in which somebody sat on the board, the latest first; at least the present one."""
    now = (today or timezone.localdate()).year
    first = BoardMandate.objects.aggregate(first=Min("starts_on"))["first"]
    return list(range(now, min(now, first.year if first else now) - 1, -1))


def _by_mandate(first: date, last: date) -> list[tuple[BoardMandate, set[int]]]:
    """Return the mandates that hold on a day between two, the oldest first, with the records of whose they are."""
    mandates = BoardMandate.objects.between(first, last).select_related("professional", "user__professional")
    found = [
        (mandate, mandate.professional or (mandate.user.professional if mandate.user else None))
        for mandate in mandates.order_by("starts_on", "pk")
    ]
    heads = {person.merged_into_id or person.pk for _, person in found if person}
    records: dict[int, set[int]] = defaultdict(set)
    rows = Professional.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).order_by()
    for pk, kept in rows.values_list("pk", "merged_into_id"):
        records[kept or pk].add(pk)
    return [(mandate, records[person.merged_into_id or person.pk]) for mandate, person in found if person]


def _of_run(run: Run) -> dict[int, BoardMandate]:
    """A mandate counts from the month of the run to its approval: whoever decides then is concerned."""
    approved = timezone.localdate(run.approved_at) if run.approved_at else timezone.localdate()
    return members_between(run.month, max(approved, run.last_day))


def _new(run: Run, members: dict[int, BoardMandate]) -> QuerySet[Any]:
    return lines_of(run).filter(professional__in=members)


def _left_over(run: Run, members: dict[int, BoardMandate]) -> QuerySet[DueLine]:
    """What earlier runs left due: what this one would pay, or has paid."""
    earlier = DueLine.objects.filter(professional__in=members).exclude(run=run)
    if run.is_frozen:
        return earlier.filter(allocations__payment__run=run)
    return unallocated(earlier)


def _shown(lines: QuerySet[Any]) -> QuerySet[Any]:
    return lines.select_related("professional", "team", "participation__action", "beneficiary__company")
