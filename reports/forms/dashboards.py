"""What a dashboard is about: a period and a department, both in the address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.shared import UNKNOWN_CHOICE
from association.models import Department
from reports.periods import Period, Rhythm, parse


class PeriodField(forms.ChoiceField):
    """A period of the list, or any other as it is written in an address."""

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            period = parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if period.first > timezone.localdate():
            raise ValidationError("Cette période n’a pas commencé : il n’y a rien à compter.")
        return period


class DashboardForm(forms.Form):
    """The choices above a dashboard. What makes no sense is said and left out, never an error page."""

    periode = PeriodField(label="Période", required=False)
    departement = forms.ModelChoiceField(
        label="Département",
        queryset=Department.objects.none(),
        required=False,
        empty_label="Toute la région",
        error_messages={"invalid_choice": UNKNOWN_CHOICE},
    )

    def __init__(self, *args: Any, periods: Iterable[Period], departments: Any, day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._usual = Rhythm.YEAR.period_of(day)
        chosen = self.data.get("periode", "")
        choices = [(period.code, period.in_words.capitalize()) for period in periods]
        if chosen and chosen not in dict(choices):
            choices.insert(0, (chosen, chosen))
        self.fields["periode"].choices = choices  # type: ignore[attr-defined]
        if departments.exists():
            self.fields["departement"].queryset = departments  # type: ignore[attr-defined]
        else:
            del self.fields["departement"]

    @property
    def period(self) -> Period:
        """The period asked for; the running year when none was, or none that makes sense."""
        return self.cleaned_data.get("periode") or self._usual

    @property
    def department(self) -> str:
        """The code of the department asked for; empty for the whole region."""
        found = self.cleaned_data.get("departement")
        return found.pk if found else ""
