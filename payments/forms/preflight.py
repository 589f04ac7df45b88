"""The form of the checks before a submission."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import VersionedForm
from payments.models import PreflightSettings
from payments.models.preflight import SeverityChoices

NOT_A_LEVEL = {"required": "Choisissez un niveau.", "invalid_choice": "Choisissez un niveau de la liste."}


def _level(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=SeverityChoices.choices, error_messages=NOT_A_LEVEL)


def _number(label: str, least: int, most: int) -> forms.IntegerField:
    said = f"Écrivez un nombre entier entre {least} et {most}."
    codes = ("required", "invalid", "min_value", "max_value")
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=dict.fromkeys(codes, said))


class PreflightForm(VersionedForm):
    """One level per check, and from when on two of them speak."""

    new_account = _level("Compte nouveau ou changé")
    shared_iban = _level("Même IBAN pour plusieurs bénéficiaires")
    unusual_amount = _level("Montant bien au-dessus de l’habitude")
    unusual_factor = _number("À partir de combien de fois le montant habituel", 2, 50)
    waiting = _level("Bénéficiaires en attente de RIB")
    new_exclusions = _level("Non indemnisés nouveaux ce mois-ci")
    team_difference = _level("Écart d’une équipe avec le mois d’avant")
    difference_percent = _number("À partir de quel écart, en %", 5, 1_000)
    envelope = _level("Dotation dépassée")
    grant_first_percent = _number("Première alerte d’une dotation, en % de la part des équipes", 1, 100)
    grant_second_percent = _number("Seconde alerte, en %", 1, 100)
    board = _level("Membres du bureau payés")

    def __init__(self, data: Any = None, *, settings: PreflightSettings) -> None:
        shown = {name: getattr(settings, name) for name in self.base_fields if name != "version"}
        super().__init__(data, version=settings.version, initial=shown)
