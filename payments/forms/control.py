"""The form of a draw."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from association.forms.shared import DayField
from payments.forms.grants import CentsField
from payments.models.control import MOST_PAYMENTS

SEED_SAID = "Écrivez un nombre entier entre 0 et 999 999, ou rien."
SIZE_SAID = f"Écrivez un nombre entier entre 1 et {MOST_PAYMENTS}."


class SampleForm(forms.Form):
    """Which payments, and how many."""

    starts_on = DayField(label="Virements payés du")
    ends_on = DayField(label="Au")
    size = forms.IntegerField(
        label="Nombre de virements tirés au sort",
        min_value=1,
        max_value=MOST_PAYMENTS,
        initial=25,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), SIZE_SAID),
    )
    above_cents = CentsField(
        label="Et tous ceux à partir de", required=False, least=1, help_text="En euros. Vide : aucun seuil."
    )
    seed = forms.IntegerField(
        label="Graine",
        required=False,
        min_value=0,
        max_value=999_999,
        help_text="Vide : choisie au hasard. La même graine, sur la même période, redonne le même tirage.",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), SEED_SAID),
    )
    with_evidence = forms.BooleanField(
        label="Joindre les pièces justificatives",
        required=False,
        help_text="Un fichier zip : le dossier en PDF, et les feuilles de présence et attestations de chaque action.",
    )

    def clean_ends_on(self) -> Any:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if first and last < first:
            raise ValidationError("La fin de la période précède son début.")
        return last

    def values(self) -> dict[str, Any]:
        """Return what was typed, cleaned."""
        return self.cleaned_data
