"""What each beneficiary was paid in a civil year, by the day of payment.

A transfer that came back was not paid: when its lines are paid again, they count in the year of that payment, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from django.conf import settings
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from association.models import User
from association.nomenclature import ActionType
from association.searching import words
from payments.bank_reasons import reason_in_words
from payments.models import Allocation, Beneficiary, Payment, Recovery, Run
from payments.papers.statement import CameBack, Paid, PaidLine, Repaid, StatementContent
from payments.selectors.accounts import beneficiaries_named

CHUNK = 100  # beneficiaries whose lines are held in memory at once


def paid_in(year: int) -> QuerySet[Payment]:
    """Return the transfers that were paid in a year and did not come back, those from before the start included."""
    return Payment.objects.filter(state=Payment.State.PAID, paid_on__year=year)


def came_back_of(year: int) -> QuerySet[Payment]:
    """Return the transfers that were paid in a year and came back, whenever that was."""
    return Payment.objects.filter(state=Payment.State.RETURNED, paid_on__year=year)


def repaid_in(year: int) -> QuerySet[Recovery]:
    """Return what beneficiaries paid back in a year of what they had been paid too much."""
    return Recovery.objects.filter(kind=Recovery.Kind.RECEIVED, happened_on__year=year)


def statement_rows(user: User, year: int) -> QuerySet[Beneficiary]:
    """Return who was paid something in a year, with ``paid_cents``,
    ``repaid_cents`` and ``net_cents``.

    What was paid to a joined record is the payment of the record that stays.
    """
    if not user.has_perm("payments.view_year"):
        return Beneficiary.objects.none()
    paid, given_back = paid_in(year).order_by(), repaid_in(year).order_by()
    # The few records that were joined with another, and who gave something back, are known before: asked for in the
    # sums below they would be looked for again for each beneficiary.
    joined = dict(
        Beneficiary.objects.filter(professional__merged_into__isnull=False)
        .order_by()
        .values_list("pk", "professional__merged_into")
    )
    kept = {joined[pk] for pk in paid.filter(beneficiary__in=joined).values_list("beneficiary", flat=True).distinct()}
    givers = set(given_back.values_list("request__beneficiary", flat=True))
    gave_back = Q(pk__in=givers) | Q(professional__in={joined[pk] for pk in givers if pk in joined})
    # Each sum is looked up for its beneficiary: one join with a sum would group by every column, and by the other sums.
    to_self = paid.filter(beneficiary=OuterRef("pk")).values("beneficiary").annotate(cents=Sum("amount_cents"))
    to_joined = (
        paid.filter(beneficiary__professional__merged_into=OuterRef("professional"))
        .values("beneficiary__professional__merged_into")
        .annotate(cents=Sum("amount_cents"))
        .values("cents")
    )
    mine = (
        given_back.filter(
            Q(request__beneficiary=OuterRef("pk"))
            | Q(request__beneficiary__professional__merged_into=OuterRef("professional"))
        )
        .annotate(one=Value(1))
        .values("one")
        .annotate(cents=Sum("amount_cents"))
        .values("cents")
    )
    return (
        Beneficiary.objects.filter(Q(pk__in=paid.values("beneficiary")) | Q(pk__in=givers) | Q(professional__in=kept))
        .exclude(professional__merged_into__beneficiary__isnull=False)
        .select_related("professional", "company", "tax_identity")
        .annotate(
            paid_cents=Coalesce(Subquery(to_self.values("cents")), 0)
            + Case(When(professional__in=kept, then=Subquery(to_joined)), default=Value(0)),
            repaid_cents=Case(When(gave_back, then=Coalesce(Subquery(mine), Value(0))), default=Value(0)),
        )
        .annotate(net_cents=F("paid_cents") - F("repaid_cents"))
        .order_by("professional__last_name", "professional__first_name", "company__name", "pk")
    )


def search_beneficiaries(rows: QuerySet[Beneficiary], text: str) -> QuerySet[Beneficiary]:
    """Return those of whom every word typed is in the name or the RPPS."""
    for word in words(text):
        rows = rows.filter(pk__in=beneficiaries_named(word).values("pk"))
    return rows


def statements_of(beneficiaries: Sequence[int], year: int) -> Iterator[StatementContent]:
    """Yield the statements of some beneficiaries in their order, in a number of queries that grows with chunks only."""
    keys = iter(beneficiaries)
    while chunk := list(islice(keys, CHUNK)):
        yield from _chunk(chunk, year)


def _chunk(chunk: list[int], year: int) -> Iterator[StatementContent]:
    rows = Beneficiary.objects.select_related("professional", "company").in_bulk(chunk)
    kept = {row.professional_id: row.pk for row in rows.values() if row.professional_id}
    joined = Beneficiary.objects.filter(professional__merged_into__in=kept).values_list(
        "pk", "professional__merged_into"
    )
    payee = {pk: pk for pk in chunk} | {pk: kept[person] for pk, person in joined if person in kept}
    transfers: dict[int, list[Paid]] = defaultdict(list)
    back: dict[int, list[CameBack]] = defaultdict(list)
    paid = _ordered(paid_in(year), payee)
    lines = _lines([payment.pk for payment in paid])
    for payment in paid:
        transfers[payee[payment.beneficiary_id]].append(
            Paid(
                reference=payment.reference,
                paid_on=_day(payment),
                run=payment.run.in_words,
                label=payment.label if payment.run.kind == Run.Kind.OPENING else "",
                cents=payment.amount_cents,
                lines=tuple(lines[payment.pk]),
            )
        )
    for payment in _ordered(came_back_of(year), payee):
        reason = reason_in_words(payment.bank_reason)
        back[payee[payment.beneficiary_id]].append(
            CameBack(payment.reference, _day(payment), payment.amount_cents, reason)
        )
    repaid: dict[int, list[Repaid]] = defaultdict(list)
    for recovery in repaid_in(year).filter(request__beneficiary__in=payee).select_related("request").order_by("pk"):
        owner = payee[recovery.request.beneficiary_id]
        repaid[owner].append(Repaid(recovery.request.number, recovery.happened_on, recovery.amount_cents))
    for pk in chunk:
        yield StatementContent(
            organisation=settings.ORGANISATION_NAME,
            year=year,
            name=str(rows[pk]),
            identity=_identity(rows[pk]),
            transfers=tuple(transfers[pk]),
            came_back=tuple(back[pk]),
            repaid=tuple(repaid[pk]),
        )


def _day(payment: Payment) -> date:
    """The day of payment, which a paid transfer has (it was found by it)."""
    if payment.paid_on is None:
        raise ValueError(f"payment {payment.pk} was not paid")
    return payment.paid_on


def _ordered(payments: QuerySet[Payment], payee: Iterable[int]) -> list[Payment]:
    found = payments.filter(beneficiary__in=list(payee)).select_related("run").defer("iban")
    return list(found.order_by("paid_on", "reference"))


def _lines(payments: list[int]) -> dict[int, list[PaidLine]]:
    found: dict[int, list[PaidLine]] = defaultdict(list)
    rows = (
        Allocation.objects.filter(payment__in=payments, released_at__isnull=True)
        .select_related("line__participation__action", "line__team", "line__professional")
        .order_by("line__held_on", "line_id")
    )
    for row in rows:
        line = row.line
        found[row.payment_id].append(
            PaidLine(
                held_on=line.held_on,
                action=line.participation.action.reference,
                type=str(ActionType(line.action_type).label),
                team=line.team.name,
                person=str(line.professional),
                kind=str(line.get_kind_display()),
                cents=line.amount_cents,
            )
        )
    return found


def _identity(row: Beneficiary) -> tuple[tuple[str, str], ...]:
    if row.professional is not None:
        profession = row.professional.get_profession_display()
        return (("Profession", str(profession)), ("N° RPPS", row.professional.rpps))
    return (("SIRET", row.company.siret if row.company else ""),)
