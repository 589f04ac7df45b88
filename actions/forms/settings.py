"""The form of the settings of declaring and validating."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import ActionSettings
from actions.models.evidence import kinds_of
from association.forms.shared import VersionedForm
from association.nomenclature import ActionType

MOST_MONTHS = 60
PREFIX = "required_"


class SettingsForm(VersionedForm):
    """How late is signalled, who validates, and which pieces are asked for by type of action."""

    late_months = forms.IntegerField(
        label="Signaler une déclaration tardive après (mois)",
        min_value=1,
        max_value=MOST_MONTHS,
        help_text="Un signalement à la saisie et à la validation : il ne bloque pas.",
        error_messages={"required": "Indiquez un nombre de mois."},
    )
    validated_by_another = forms.BooleanField(
        label="Personne ne valide ce qu’il a déclaré",
        required=False,
        help_text="La validation est alors refusée à la personne qui a déclaré l’action, seule ou en lot.",
    )

    def __init__(self, data: Any = None, *, settings: ActionSettings) -> None:
        initial: dict[str, Any] = {
            "late_months": settings.late_months,
            "validated_by_another": settings.validated_by_another,
        }
        for kind in ActionType:
            initial[PREFIX + kind.value] = [one.value for one in settings.required_of(kind)]
        super().__init__(data, version=settings.version, initial=initial)
        for kind in ActionType:
            self.fields[PREFIX + kind.value] = forms.MultipleChoiceField(
                label=f"{kind.value} · {kind.label}",
                choices=[(one.value, str(one.label)) for one in kinds_of(kind)],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def required(self) -> dict[str, list[str]]:
        """Return the kinds asked for, by type of action."""
        return {kind.value: self.cleaned_data[PREFIX + kind.value] for kind in ActionType}
