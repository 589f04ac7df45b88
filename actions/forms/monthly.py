"""The forms of a month's workbook: its template, and the file that comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from actions.forms.declaring import teams_with_convention
from actions.selectors.grid import months_offered
from association.forms.workbooks import WorkbookForm
from association.models import Team, User

AS_DECLARED, AS_DRAFTS = "declarees", "brouillons"


class TemplateForm(forms.Form):
    """Which template: one team, or all those of the user's scope; and which month."""

    equipe = forms.ModelChoiceField(
        Team.objects.none(),
        label="Équipe",
        required=False,
        empty_label="Toutes les équipes sous convention",
        error_messages={"invalid_choice": "Cette équipe n’a pas de convention signée : choisissez-en une autre."},
    )
    mois = forms.TypedChoiceField(
        label="Mois",
        coerce=date.fromisoformat,
        error_messages={"invalid_choice": "Choisissez un mois de la liste.", "required": "Choisissez le mois."},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.fields["equipe"].queryset = teams_with_convention(user)  # type: ignore[attr-defined]
        months = months_offered(timezone.localdate())
        self.fields["mois"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), date_format(month, "F Y").capitalize()) for month in months
        ]

    def teams(self) -> list[Team]:
        """Return the teams asked for."""
        one = self.cleaned_data["equipe"]
        return [one] if one else list(self.fields["equipe"].queryset)  # type: ignore[attr-defined]


class MonthForm(WorkbookForm):
    """The workbook that was filled in, and what becomes of its rows."""

    become = forms.ChoiceField(
        label="Les lignes deviennent",
        choices=[(AS_DECLARED, "des actions déclarées, à valider"), (AS_DRAFTS, "des brouillons, à compléter")],
        initial=AS_DECLARED,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que deviennent les lignes."},
    )
