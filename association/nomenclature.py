"""Nomenclatures that the rules are written on: professions (TRE_G15), action types, kinds of team.

They are code, not rows: the law of payment names these codes (docs/payment-rules.md). Prices, caps and which types
a convention opens are data.
"""

from django.db.models import TextChoices


class Profession(TextChoices):
    """Professions of first recourse, by their code in the national nomenclature TRE_G15."""

    MEDECIN = "10", "Médecin"
    PHARMACIEN = "21", "Pharmacien"
    CHIRURGIEN_DENTISTE = "40", "Chirurgien-dentiste"
    SAGE_FEMME = "50", "Sage-femme"
    INFIRMIER = "60", "Infirmier"
    MASSEUR_KINESITHERAPEUTE = "70", "Masseur-kinésithérapeute"
    PEDICURE_PODOLOGUE = "80", "Pédicure-podologue"
    ORTHOPHONISTE = "91", "Orthophoniste"
    ORTHOPTISTE = "92", "Orthoptiste"
    ERGOTHERAPEUTE = "94", "Ergothérapeute"
    DIETETICIEN = "95", "Diététicien"
    PSYCHOMOTRICIEN = "96", "Psychomotricien"


class ActionType(TextChoices):
    """The pre-identified actions of a health project."""

    RCP = "RCP", "Réunion de concertation sans le patient"
    RCPP = "RCPP", "Réunion de concertation en présence du patient"
    PPS = "PPS", "Plan personnalisé de santé (PPS, PPCS)"
    PROTOCOLE = "PROTOCOLE", "Protocole pluriprofessionnel"
    PREVENTION = "PREVENTION", "Action de prévention"
    ETP = "ETP", "Éducation thérapeutique du patient"
    PROJET = "PROJET", "Rédaction du projet de santé"


# People say the letters of these; the codes of the others are only the system's.
_SAID_SHORT = {"PROTOCOLE": "Protocole", "PREVENTION": "Prévention", "PROJET": "Projet de santé"}


def short_type(code: str) -> str:
    """Return an action type as a narrow place says it: its letters, or one or two words; a code unknown as it is."""
    return _SAID_SHORT.get(code, code)


class TeamKind(TextChoices):
    """Kinds of team that the association accompanies."""

    INFORMAL = "informelle", "Équipe informelle"
    ESP = "esp", "ESP"
    ESP_CLAP = "esp_clap", "ESP CLAP"
    ESS = "ess", "ESS"


class ParticipationRole(TextChoices):
    PARTICIPANT = "participant", "Participant"
    REDACTEUR = "redacteur", "Rédacteur"


class LegalForm(TextChoices):
    """Legal structure that carries a team; none is needed but for prevention and ETP."""

    NONE = "aucune", "Aucune"
    ASSOCIATION = "association", "Association loi 1901"
    SISA = "sisa", "SISA"


class PracticeMode(TextChoices):
    LIBERAL = "liberal", "Libéral"
    SALARIED = "salarie", "Salarié"
    MIXED = "mixte", "Mixte"


class MemberStatus(TextChoices):
    CONFIRMED = "confirme", "Confirmé"
    EXPECTED = "pressenti", "Pressenti"


class Modality(TextChoices):
    ON_SITE = "presentiel", "Présentiel"
    VIDEO = "visio", "Visio"
    AT_HOME = "domicile", "Domicile"
