"""Why something is not paid, or not yet, in words: a short label, and a sentence that says what to do.

One text for the pages and the workbook. The codes are those of docs/payment-rules.md and never change; the words may.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from payments.pricing import Reason


class Waiting(StrEnum):
    """Why a due line is not paid by the run that it was priced in, or is due again."""

    NO_ACCOUNT = "RIB"
    OVERPAID = "TROP_PERCU"
    REJECTED = "REJET"
    RETURNED = "RETOUR"
    VOID = "SANS_EFFET"
    EARLIER = "ANTERIEUR"


class Explanation(NamedTuple):
    """``label`` fits a table cell or a badge; ``sentence`` says what happened and what can be done."""

    code: str
    label: str
    sentence: str


_WORDS: dict[Reason | Waiting, tuple[str, str]] = {
    Reason.CONVENTION: (
        "Pas de convention en vigueur",
        "Aucune convention de l’équipe n’était en vigueur à la date de l’action. Vérifiez la prise d’effet, le terme "
        "et les suspensions de la convention.",
    ),
    Reason.TYPE: (
        "Type d’action hors convention",
        "La convention de l’équipe ne prévoyait pas ce type d’action à cette date. S’il devait y être, "
        "enregistrez l’avenant qui l’ajoute.",
    ),
    Reason.STRUCTURE: (
        "Pas d’association loi 1901",
        "La prévention et l’ETP demandent une équipe portée par une association loi 1901 à cette date. "
        "Complétez la structure juridique de l’équipe et ses dates.",
    ),
    Reason.MEMBER: (
        "Pas membre confirmé",
        "Ce professionnel n’était pas membre confirmé de l’équipe à cette date. Vérifiez son entrée, sa sortie et "
        "son statut (« pressenti » ne suffit pas).",
    ),
    Reason.LIBERAL: (
        "Salarié, sans employeur bénéficiaire",
        "Ce professionnel était salarié à cette date. Si son employeur est indemnisé à sa place, indiquez-le "
        "comme bénéficiaire sur sa fiche de membre.",
    ),
    Reason.SIGNATURE: (
        "Convention non signée",
        "Ce professionnel n’avait pas signé la convention de l’équipe à cette date. Recueillez sa signature : elle "
        "vaut pour les actions qui la suivent.",
    ),
    Reason.PLURI: (
        "Réunion non pluriprofessionnelle",
        "Une réunion de concertation réunit au moins deux personnes de deux professions. S’il manque un "
        "participant, annulez l’action et déclarez-la de nouveau au complet.",
    ),
    Reason.FORCLOS: (
        "Déclarée hors délai",
        "L’action a été déclarée après le délai prévu. Seule une décision nominative et motivée lève ce délai.",
    ),
    Reason.CAP_COUNT: (
        "Nombre annuel atteint",
        "Ce professionnel a atteint le nombre d’actions de ce type indemnisées par année civile. "
        "Définitif pour cette année.",
    ),
    Reason.CAP_TEAM: (
        "Plafond annuel de l’équipe",
        "L’équipe a atteint son plafond de l’année civile de l’action. Définitif, sauf avenant ou décision qui rouvre "
        "cette année de l’équipe.",
    ),
    Reason.CAP_PERSON: (
        "Plafond annuel du professionnel",
        "Ce professionnel a atteint son plafond de l’année civile de l’action, toutes équipes confondues. "
        "Définitif pour cette année.",
    ),
    Waiting.NO_ACCOUNT: (
        "En attente de RIB",
        "Aucun compte bancaire vérifié pour ce bénéficiaire. Saisissez son RIB et faites-le vérifier : "
        "le prochain paiement mensuel réglera ses indemnités.",
    ),
    Waiting.OVERPAID: (
        "Trop-perçu",
        "Les régularisations dépassent les indemnités de ce bénéficiaire. Le solde est reporté et se déduira de "
        "ses prochaines indemnités.",
    ),
    Waiting.REJECTED: (
        "Virement rejeté",
        "La banque a rejeté le virement. Vérifiez le compte du bénéficiaire : le prochain paiement mensuel reprendra "
        "ces indemnités.",
    ),
    Waiting.RETURNED: (
        "Virement retourné",
        "Le virement est revenu de la banque. Vérifiez le compte du bénéficiaire : le prochain paiement mensuel "
        "reprendra ces indemnités.",
    ),
    Waiting.VOID: (
        "Virement sans effet",
        "Le virement a été annulé avant son envoi. Le prochain paiement mensuel reprendra ces indemnités, si le "
        "compte du bénéficiaire est vérifié.",
    ),
    Waiting.EARLIER: (
        "Indemnité antérieure",
        "Due depuis un paiement mensuel antérieur, réglée par celui-ci.",
    ),
}

EXPLANATIONS: dict[str, Explanation] = {
    code.value: Explanation(code.value, label, sentence) for code, (label, sentence) in _WORDS.items()
}


def explain(code: str) -> Explanation:
    """Return the words of a code; one that is no longer known is shown as it is, never hidden."""
    return EXPLANATIONS.get(code) or Explanation(code, code, "")
