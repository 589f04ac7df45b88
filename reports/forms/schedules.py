"""The form of a report that is owed again and again."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import DayField
from association.models import Department
from reports.models import ReportSchedule

DAYS = "Écrivez un nombre entier entre 0 et 366."


class ScheduleForm(forms.Form):
    """How often, for whom, and how many days after the end of the period."""

    every = forms.TypedChoiceField(label="Rythme", coerce=int, choices=ReportSchedule.Every.choices, initial=3)
    department = forms.ModelChoiceField(
        label="Territoire", queryset=Department.objects.none(), required=False, empty_label="Toute la région"
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
        fields["department"].queryset = Department.objects.filter(teams__isnull=False).distinct()
