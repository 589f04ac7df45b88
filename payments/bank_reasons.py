"""Why a bank refuses a transfer or gives it back: codes of ISO 20022, in words."""

BANK_REASONS = {
    "AC01": "Numéro de compte incorrect",
    "AC03": "Numéro de compte du bénéficiaire invalide",
    "AC04": "Compte clos",
    "AC05": "Compte du donneur d’ordre clos",
    "AC06": "Compte bloqué",
    "AC13": "Type de compte invalide",
    "AG01": "Opération interdite sur ce compte",
    "AG02": "Opération non reconnue par la banque",
    "AM04": "Provision insuffisante sur le compte de l’association",
    "AM05": "Virement en double",
    "AM09": "Montant inexact",
    "BE01": "Le nom ne correspond pas au titulaire",
    "BE04": "Adresse du bénéficiaire manquante",
    "CNOR": "La banque du bénéficiaire n’est pas joignable",
    "CURR": "Devise refusée",
    "CUST": "Rappelé par le donneur d’ordre",
    "DT01": "Date refusée",
    "DUPL": "Fichier reçu deux fois",
    "ED05": "Règlement impossible entre les banques",
    "FF01": "Format de fichier refusé",
    "FOCR": "Retourné après une demande de rappel",
    "FR01": "Soupçon de fraude",
    "LEGL": "Décision de justice ou obligation légale",
    "MD07": "Titulaire décédé",
    "MS02": "Refus du bénéficiaire",
    "MS03": "Motif non précisé par la banque",
    "NARR": "Motif écrit en toutes lettres par la banque",
    "RC01": "BIC incorrect",
    "RR04": "Obligation réglementaire",
    "TM01": "Remis après l’heure limite",
}
UNSAID = "MS03"
# Those that speak about the account itself: closed, unknown, blocked, wrong holder.
ACCOUNT_REASONS = frozenset({"AC01", "AC03", "AC04", "AC06", "AC13", "BE01"})


def reason_in_words(code: str) -> str:
    """Return what a code of the bank means; one that is not listed is shown as it is, never hidden."""
    return BANK_REASONS.get(code) or (f"Motif {code} de la banque" if code else BANK_REASONS[UNSAID])
