"""What somebody with the role contrôle opens: each page that names people, noted in the journal of looks.

Who checks the accounts reads everything financial, for a limited time; the journal shows the association, and the
people concerned who ask, what was read. The looks of the ARS at recognition files are noted by their services.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from actions.models import Action, Evidence
from association.identifiers import refuse_nir
from association.models import Job, LookLog, Professional, Role, Team, User
from conventions.models import Amendment, Convention
from payments.models import Account, BankAnswer, Beneficiary, ControlSample, Payment, RepaymentRequest, Run, Slip
from reports.models import ExtractRequest, TeamReview

MOST_REASON = 200  # characters of what was asked of a list
# The pages of one thing: the model of its key, and how the journal calls the look.
OF_ONE: Mapping[str, tuple[type[Model], str]] = {
    "actions:action": (Action, "action"),
    "actions:evidence": (Evidence, "justificatif"),
    "actions:of_professional": (Professional, "actions d’un professionnel"),
    "actions:of_team": (Team, "actions d’une équipe"),
    "association:job": (Job, "tâche"),
    "association:professional": (Professional, "fiche d’un professionnel"),
    "association:team": (Team, "dossier d’une équipe"),
    "association:team_documents": (Team, "documents d’une équipe"),
    "association:team_journal": (Team, "historique d’une équipe"),
    "association:team_members": (Team, "membres d’une équipe"),
    "conventions:amendment": (Amendment, "avenant"),
    "conventions:amendment_pdf": (Amendment, "avenant (pdf)"),
    "conventions:amendments_of": (Convention, "avenants d’une convention"),
    "conventions:convention": (Convention, "convention"),
    "conventions:convention_pdf": (Convention, "convention (pdf)"),
    "conventions:convention_text": (Convention, "texte d’une convention"),
    "conventions:life_of": (Convention, "vie d’une convention"),
    "conventions:of_professional": (Professional, "signatures d’un professionnel"),
    "conventions:of_team": (Team, "conventions d’une équipe"),
    "payments:account": (Account, "compte bancaire"),
    "payments:bank_answer": (BankAnswer, "retour de la banque"),
    "payments:of_action": (Action, "indemnités d’une action"),
    "payments:of_professional": (Professional, "indemnités d’un professionnel"),
    "payments:of_team": (Team, "indemnités d’une équipe"),
    "payments:payment": (Payment, "virement"),
    "payments:repayment": (RepaymentRequest, "demande de remboursement"),
    "payments:repayment_letter": (RepaymentRequest, "lettre de remboursement"),
    "payments:run": (Run, "paiement mensuel"),
    "payments:run_board": (Run, "paiement mensuel, bureau"),
    "payments:run_check": (Run, "paiement mensuel, contrôle"),
    "payments:run_exclusions": (Run, "paiement mensuel, non indemnisés"),
    "payments:run_left_due": (Run, "paiement mensuel, reste dû"),
    "payments:run_lines": (Run, "paiement mensuel, indemnités"),
    "payments:run_payments": (Run, "paiement mensuel, virements"),
    "payments:run_slips": (Run, "paiement mensuel, relevés"),
    "payments:sample": (ControlSample, "dossier de contrôle (page)"),
    "payments:slip": (Slip, "relevé d’indemnités"),
    "payments:statement_page": (Beneficiary, "relevé annuel (page)"),
    "payments:whereabouts": (Professional, "suivi d’un paiement"),
    "reports:extract": (ExtractRequest, "demande d’extrait"),
    "reports:of_team": (Team, "bilans d’une équipe"),
    "reports:review": (TeamReview, "bilan annuel"),
    "reports:review_pdf": (TeamReview, "bilan annuel (pdf)"),
}
# Lists that name people: the look is kept on the account of who looked, with what was asked.
LISTS: Mapping[str, str] = {
    "actions:action_list": "liste des actions",
    "association:document_list": "liste des documents",
    "association:people_named": "noms proposés",
    "association:professional_list": "liste des professionnels",
    "association:search": "recherche",
    "conventions:convention_list": "liste des conventions",
    "payments:access_list": "liste des droits",
    "payments:account_changes": "changements de compte",
    "payments:account_list": "liste des comptes",
    "payments:bank_answers": "retours de la banque",
    "payments:board_paid": "sommes versées au bureau",
    "payments:das2_file": "DAS2 (classeur)",
    "payments:das2_list": "DAS2",
    "payments:debt_list": "liste des trop-perçus",
    "payments:excluded": "non indemnisées",
    "payments:ledger": "liste des indemnités",
    "payments:mandate_list": "mandats du bureau",
    "payments:payment_list": "liste des virements",
    "payments:repayment_list": "demandes de remboursement",
    "payments:statement_list": "relevés de l’année",
    "payments:whereabouts_search": "recherche d’un paiement",
    "reports:extract_list": "liste des extraits",
    "reports:review_list": "liste des bilans",
}


class LookMiddleware:
    """Note each page that the role contrôle was shown, before it leaves: no look without its row."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        reader: Any = getattr(request, "user", None)
        shown = response.status_code == 200 and request.method == "GET" and request.resolver_match is not None
        if shown and reader is not None and reader.is_authenticated and reader.role == Role.AUDITOR:
            note_look(
                reader=reader,
                page=request.resolver_match.view_name,  # type: ignore[union-attr] # shown: it was resolved
                key=request.resolver_match.kwargs.get("pk"),  # type: ignore[union-attr]
                asked=request.GET.urlencode(),
            )
        return response


def note_look(*, reader: User, page: str, key: int | None, asked: str) -> None:
    """Write the row of one look, if the page is one that names people.

    Args:
        page: the full name of its address; ``key``: of the thing that it shows.
        asked: the query of the address of a list.
    """
    if page in OF_ONE and key is not None:
        model, what = OF_ONE[page]
        about: Mapping[str, Any] = {"content_type": _type(model), "object_id": key, "what": what}
    elif page in LISTS:
        about = {
            "content_type": _type(User),
            "object_id": reader.pk,
            "what": LISTS[page],
            "reason": _kept(asked),
        }
    else:
        return
    LookLog.objects.create(actor=reader, **about)


def _kept(asked: str) -> str:
    """Return what was asked of a list, short; nothing of it where it looks like a NIR, which is kept nowhere."""
    printable = "".join(letter if letter.isprintable() else " " for letter in unquote_plus(asked))
    text = " ".join(printable.split())[:MOST_REASON]
    try:
        refuse_nir(text)
    except ValidationError:
        return ""
    return text


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
