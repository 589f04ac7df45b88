"""Why something is not paid, said to whom it concerns; `payments.reasons` says the same to the office."""

from __future__ import annotations

from payments.pricing import Reason
from payments.reasons import explain

_SAID: dict[str, str] = {
    Reason.CONVENTION: "À la date de l’action, aucune convention de votre équipe n’était en vigueur.",
    Reason.TYPE: "À la date de l’action, la convention de votre équipe ne prévoyait pas ce type d’action.",
    Reason.STRUCTURE: (
        "La prévention et l’éducation thérapeutique demandent une équipe portée par une association loi 1901 à la "
        "date de l’action."
    ),
    Reason.MEMBER: "À la date de l’action, vous n’étiez pas membre confirmé de l’équipe.",
    Reason.LIBERAL: (
        "À la date de l’action, vous exerciez comme salarié : l’indemnité revient à un employeur, et aucun n’est "
        "enregistré comme bénéficiaire."
    ),
    Reason.SIGNATURE: (
        "À la date de l’action, vous n’aviez pas encore signé la convention de votre équipe. Votre signature vaut "
        "pour les actions qui la suivent."
    ),
    Reason.PLURI: "Une réunion de concertation réunit au moins deux personnes de deux professions.",
    Reason.FORCLOS: "L’action a été déclarée après le délai prévu.",
    Reason.CAP_COUNT: (
        "Vous avez atteint le nombre d’actions de ce type indemnisées par année civile. C’est définitif pour cette "
        "année."
    ),
    Reason.CAP_TEAM: (
        "Votre équipe a atteint son plafond de l’année civile de l’action. C’est définitif, sauf avenant ou décision "
        "qui rouvre cette année."
    ),
    Reason.CAP_PERSON: (
        "Vous avez atteint votre plafond de l’année civile de l’action, toutes équipes confondues. C’est définitif "
        "pour cette année."
    ),
}
WAITING = (
    "Nous n’avons pas de compte bancaire vérifié pour vous. Envoyez un RIB à l’association : ces indemnités seront "
    "virées par le premier paiement qui suit sa vérification. Rien n’est perdu."
)
OVERPAID = (
    "Des indemnités déjà virées ont été annulées depuis. Ce solde est reporté : il se déduira de vos prochaines "
    "indemnités."
)


def said_of(code: str) -> str:
    """Return why a participation earns nothing, to the person; of an unknown code, what the office reads."""
    return _SAID.get(code) or explain(code).sentence
