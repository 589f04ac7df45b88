"""The bank's answers as their pages show them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from association.models import User
from association.searching import words
from payments.models import BankAnswer, BankAnswerLine
from payments.selectors.accounts import OF_BENEFICIARY, beneficiaries_named

Outcome = BankAnswerLine.Outcome
DOUBTFUL = (Outcome.DIFFERS, Outcome.AMBIGUOUS, Outcome.UNMATCHED)


def answer_list(user: User) -> QuerySet[BankAnswer]:
    """Return the files of the bank, the last first, with how many lines wait for a person or want a look."""
    return (
        BankAnswer.objects.visible_to(user)
        .select_related("imported_by")
        .annotate(
            proposed=Count("lines", filter=Q(lines__outcome=Outcome.PROPOSED)),
            doubtful=Count("lines", filter=Q(lines__outcome__in=DOUBTFUL)),
        )
        .order_by("-imported_at", "-pk")
    )


def line_list(answer: BankAnswer) -> QuerySet[BankAnswerLine]:
    """Return the lines of a file in its order, without a whole IBAN."""
    of_payment = tuple(f"payment__{name}" for name in OF_BENEFICIARY)
    return (
        answer.lines.select_related("answer", "run", "decided_by", "payment__run", *of_payment)
        .defer("payment__iban")
        .order_by("position")
    )


def proposals(lines: QuerySet[BankAnswerLine]) -> QuerySet[BankAnswerLine]:
    """Return the lines that wait for a person."""
    return lines.filter(outcome=Outcome.PROPOSED)


def search_bank_lines(lines: QuerySet[BankAnswerLine], text: str) -> QuerySet[BankAnswerLine]:
    """Return the lines of which every word typed is in the reference, or in a name of who is paid."""
    for word in words(text):
        named = beneficiaries_named(word).values("pk")
        lines = lines.filter(Q(reference__icontains=word) | Q(payment__beneficiary__in=named))
    return lines
