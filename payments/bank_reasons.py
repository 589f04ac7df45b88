"""Why a bank refuses a transfer or gives it back: codes of ISO 20022, in words."""

BANK_REASONS = {
    "AC01": "Numéro de compte incorrect",
    "AC03": "Numéro de compte du bénéficiaire invalide",
    "AC04": "Compte clos",
    "AC06": "Compte bloqué",
    "AC13": "Type de compte invalide",
    "AG01": "Opération interdite sur ce compte",
    "BE01": "Le nom ne correspond pas au titulaire",
    "MD07": "Titulaire décédé",
    "MS02": "Refus du bénéficiaire",
    "MS03": "Motif non précisé par la banque",
    "RC01": "BIC incorrect",
}
