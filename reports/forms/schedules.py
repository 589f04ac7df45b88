"""The form of a report that is owed again and again."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import DayField
from association.models import Department
from reports.models import ReportSchedule, ReportTemplate

DAYS = "Écrivez un nombre entier entre 0 et 366."


class ScheduleForm(forms.Form):
    """How often, for whom, by which template, and how many days after the end of the period."""

    every = forms.TypedChoiceField(label="Rythme", coerce=int, choices=ReportSchedule.Every.choices, initial=3)
    department = forms.ModelChoiceField(
        label="Territoire", queryset=Department.objects.none(), required=False, empty_label="Toute la région"
    )
    template = forms.ModelChoiceField(
        label="Modèle", queryset=ReportTemplate.objects.none(), required=False, empty_label="Modèle habituel"
    )
    days_after = forms.IntegerField(
        label="Jours après la fin de la période",
        min_value=0,
        max_value=366,
        initial=30,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), DAYS),
    )
    starts_on = DayField(
        label="À partir de la période de cette date", needed="Indiquez une date de la première période attendue."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["template"].queryset = ReportTemplate.objects.offered()
        fields["department"].queryset = Department.objects.filter(teams__isnull=False).distinct()
