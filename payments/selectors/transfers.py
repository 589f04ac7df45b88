"""Transfers of all runs as their list and pages show them; never a whole IBAN."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from association.models import User
from association.searching import having, words
from payments.models import Account, Allocation, Payment, Run
from payments.selectors.accounts import OF_BENEFICIARY, beneficiaries_named


def payment_list(user: User) -> QuerySet[Payment]:
    """Return the transfers that the user may see, without their encrypted IBAN, the latest first."""
    return Payment.objects.visible_to(user).select_related("run", *OF_BENEFICIARY).defer("iban").order_by("-pk")


def runs_with_payments(user: User) -> QuerySet[Run]:
    """Return the runs that may have transfers."""
    return Run.objects.visible_to(user).frozen()


def search_payments(payments: QuerySet[Payment], text: str) -> QuerySet[Payment]:
    """Return the transfers of which every word typed is in the reference, or in a name of who is paid.

    A whole reference, as a bank statement has it, finds that transfer alone. Names are looked for among beneficiaries
    and accounts: there are far fewer of them than transfers.
    """
    whole = payments.filter(reference__iexact="-".join(words(text)))
    if whole.exists():
        return whole
    for word in words(text):
        holders = having(Account.objects.order_by(), word, "holder")
        payments = payments.filter(
            Q(reference__icontains=word)
            | Q(beneficiary__in=beneficiaries_named(word).values("pk"))
            | Q(account__in=holders.values("pk"))
        )
    return payments


def payment_with_facts(user: User) -> QuerySet[Payment]:
    """Return the transfers that the user may see with what the page of one shows."""
    return payment_list(user).select_related("account")


def allocations_of(payment: Payment) -> list[Allocation]:
    """Return what a transfer settles, line by line in the order of the actions; what it no longer settles, too."""
    return list(
        payment.allocations.select_related(
            "line__participation__action", "line__team", "line__professional", "line__run"
        ).order_by("line__held_on", "line_id")
    )
