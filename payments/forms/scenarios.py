"""The form of a simulation: its name, period and ceilings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from association.forms.shared import LineField
from conventions.forms.fields import EurosField
from payments.models import PriceScenario

MONTH_ERROR = "Choisissez un mois, par exemple 2026-07."
LONGEST_YEARS = 3


class MonthField(forms.DateField):
    """A month, given by its first day."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
        errors = {"required": MONTH_ERROR, "invalid": MONTH_ERROR}
        super().__init__(input_formats=["%Y-%m"], widget=widget, error_messages=errors, **options)


class ScenarioForm(forms.Form):
    """What is replayed, and under which ceilings; prices are changed in the grid."""

    name = LineField(label="Nom de la simulation", longest=80, needed="Donnez un nom à cette simulation.")
    first_month = MonthField(label="Premier mois")
    last_month = MonthField(label="Dernier mois")
    ceiling_cents = EurosField(
        label="Plafond par équipe et par an",
        required=False,
        help_text="Le même pour toutes les équipes. Vide : celui de chaque convention.",
    )
    personal_rule = forms.ChoiceField(
        label="Plafond par personne et par an", choices=PriceScenario.PersonalRule.choices
    )
    personal_ceiling_cents = EurosField(
        label="Montant par personne et par an", required=False, help_text="Pour « un autre montant » seulement."
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_month"), given.get("last_month")
        if first and last:
            self._check_period(first, last)
        other = given.get("personal_rule") == PriceScenario.PersonalRule.OTHER
        if other and given.get("personal_ceiling_cents") is None and "personal_ceiling_cents" not in self.errors:
            self.add_error("personal_ceiling_cents", "Indiquez ce montant.")
        if not other:
            given["personal_ceiling_cents"] = None
        return given

    def _check_period(self, first: dt.date, last: dt.date) -> None:
        if last < first:
            self.add_error("last_month", "Le dernier mois précède le premier.")
        elif (last.year - first.year) * 12 + last.month - first.month >= 12 * LONGEST_YEARS:
            self.add_error("last_month", f"La période compte {LONGEST_YEARS} ans au plus : raccourcissez-la.")
