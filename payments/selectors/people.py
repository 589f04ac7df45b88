"""What a professional's page shows of their money: account, amounts by year and by run, last transfers. No IBAN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import Professional, User
from association.selectors.people import same_person
from payments.models import RECOVERED, Account, DueLine, LineKind, Payment, PaymentSettings, Run
from payments.selectors.ledger import unallocated

LATEST = 6
# Of several accounts the first of these that there is tells how things stand.
STANDING = (Account.State.VERIFIED, Account.State.PROPOSED, Account.State.SUSPENDED)
ACCOUNT_WORDS: dict[str, tuple[str, str]] = {
    Account.State.VERIFIED: ("Compte vérifié", "good"),
    Account.State.PROPOSED: ("RIB à vérifier", "waiting"),
    Account.State.SUSPENDED: ("Compte suspendu", "attention"),
}


@dataclass(frozen=True)
class AccountStanding:
    """How a person's account stands, in words, and since when; never its number."""

    label: str
    tone: str
    since: datetime | None = None


@dataclass(frozen=True)
class PersonYear:
    """A person's lines of one civil year of the actions, in euro cents; ``company_cents`` of it went to a company."""

    year: int
    cents: int
    count: int
    company_cents: int
    ceiling: int | None


@dataclass(frozen=True)
class PersonMonth:
    """A person's lines of one frozen run, in euro cents."""

    run: Run
    cents: int
    count: int


@dataclass(frozen=True)
class PersonMoney:
    """All that the page shows; ``left_cents``: due and not paid yet, or paid too much (below zero)."""

    account: AccountStanding
    years: list[PersonYear]
    months: list[PersonMonth]
    payments: list[Payment]
    left_cents: int


def money_of(person: Professional, *, user: User, today: date | None = None) -> PersonMoney:
    """Return a person's money, under all numbers; transfers for those who may see them only."""
    records = same_person([person.pk])
    left = unallocated(DueLine.objects.filter(professional__in=records)).aggregate(cents=Sum("amount_cents"))
    transfers = (
        Payment.objects.visible_to(user)
        .filter(beneficiary__professional__in=records)
        .select_related("run")
        .defer("iban")
        .order_by("-run__month", "-pk")
    )
    return PersonMoney(
        account=account_of(person),
        years=_years_of(records, (today or timezone.localdate()).year),
        months=_months_of(records),
        payments=list(transfers[:LATEST]),
        left_cents=left["cents"] or 0,
    )


def account_of(person: Professional) -> AccountStanding:
    """Return how the account of a person stands: that of the record that stays counts, and no other."""
    rows = Account.objects.filter(beneficiary__professional=person.merged_into_id or person.pk).order_by("entered_at")
    since: dict[str, datetime] = {}
    for state, verified_at, entered_at in rows.values_list("state", "verified_at", "entered_at"):
        since[state] = verified_at if state == Account.State.VERIFIED and verified_at else entered_at
    for state in STANDING:
        if state in since:
            return AccountStanding(*ACCOUNT_WORDS[state], since[state])
    return AccountStanding("RIB à redemander" if since else "Aucun RIB", "attention")


def _years_of(records: set[int], present: int) -> list[PersonYear]:
    ceiling = PaymentSettings.current().personal_ceiling_cents
    counted = Case(When(kind=LineKind.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())
    rows = (
        DueLine.objects.filter(professional__in=records)
        .exclude(kind__in=RECOVERED)
        .order_by("-held_on__year")
        .values_list("held_on__year")
        .annotate(
            cents=Sum("amount_cents"),
            count=Sum(counted),
            company=Coalesce(Sum("amount_cents", filter=Q(beneficiary__company__isnull=False)), 0),
        )
    )
    years = [PersonYear(year, cents, count, company, ceiling) for year, cents, count, company in rows]
    return years if years and years[0].year == present else [PersonYear(present, 0, 0, 0, ceiling), *years]


def _months_of(records: set[int]) -> list[PersonMonth]:
    rows = (
        DueLine.objects.filter(professional__in=records)
        .order_by("-run__month", "-run__sequence", "-run_id")
        .values("run_id")
        .annotate(cents=Sum("amount_cents"), count=Count("id"), month=F("run__month"), sequence=F("run__sequence"))
    )[:LATEST]
    found = list(rows)
    runs = Run.objects.in_bulk([row["run_id"] for row in found])
    return [PersonMonth(runs[row["run_id"]], row["cents"], row["count"]) for row in found]
