"""The lists of the bank's answers (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from association.listing.declaration import Listing
from association.listing.filters import ChoicesFilter, DatesFilter, EurosFilter, ListFilter, SearchFilter
from association.models import User
from payments.bank_answer_table import BankAnswerTable, BankLineTable
from payments.bulk_steps import LINE_STEPS
from payments.models import BankAnswer, BankAnswerLine
from payments.models.bank_answers import VIEW_ANSWER
from payments.selectors import bank_answers
from payments.selectors.bank_answers import search_bank_lines
from payments.services.bank_answers import judge_again


class BankAnswerFilter(ListFilter):
    kind = ChoicesFilter("Nature", BankAnswer.Kind.choices)
    imported_at = DatesFilter("Importé le", field_name="imported_at__date")


class BankLineFilter(ListFilter):
    q = SearchFilter("Nom ou référence")
    outcome = ChoicesFilter("Suite", BankAnswerLine.Outcome.choices)
    effect = ChoicesFilter("La banque dit", BankAnswerLine.Effect.choices)
    amount_cents = EurosFilter("Montant")

    def search(self, lines: QuerySet[BankAnswerLine], name: str, value: str) -> QuerySet[BankAnswerLine]:
        return search_bank_lines(lines, value)


class BankAnswerList(Listing):
    """The files that the bank gave."""

    name = "retours-de-la-banque"
    title, noun = "Retours de la banque", "fichier,fichiers"
    lead = "Ce que la banque répond à un fichier de virements. Rien ne change avant que vous confirmiez."
    permission = VIEW_ANSWER
    address, row_address = "payments:bank_answers", "payments:bank_answer"
    table, filters = BankAnswerTable, BankAnswerFilter
    template = "payments/bank_answers.html"

    def rows(self, user: User, **about: Any) -> QuerySet[BankAnswer]:
        return bank_answers.answer_list(user)


class BankLineList(Listing):
    """What one file says, line by line."""

    name = "operations-de-la-banque"
    title, noun = "Opérations", "opération,opérations"
    permission = VIEW_ANSWER
    address = "payments:bank_answer"
    table, filters = BankLineTable, BankLineFilter
    bulk = LINE_STEPS
    template = "payments/bank_answer.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        # What was proposed at the import may be done, or impossible, by now: the lines say so before anybody confirms.
        judge_again(get_object_or_404(BankAnswer.objects.visible_to(user), pk=route["pk"]))
        return {"answer": get_object_or_404(bank_answers.answer_list(user), pk=route["pk"])}

    def rows(self, user: User, **about: Any) -> QuerySet[BankAnswerLine]:
        return bank_answers.line_list(about["answer"])
