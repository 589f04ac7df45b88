"""Forms of the reports: which one to begin, to whom it goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.shared import LineField
from association.models import Department
from reports.models import ReportTemplate
from reports.periods import LONGEST_YEARS, Period, Rhythm, parse


def recent_periods() -> list[tuple[str, str]]:
    """Return the periods that ended last, of each rhythm, as choices."""
    today = timezone.localdate()
    found: dict[str, Period] = {}
    for rhythm in (Rhythm.QUARTER, Rhythm.MONTH, Rhythm.HALF, Rhythm.YEAR):
        period = rhythm.before(rhythm.period_of(today))
        for _ in range(2):
            found.setdefault(period.code, period)
            period = rhythm.before(period)
        now = rhythm.period_of(today)
        found.setdefault(now.code, now)
    return [(code, period.in_words.capitalize()) for code, period in found.items()]


class PeriodField(LineField):
    """A period as it is typed: ``2026-T3``, ``2026-01-15..2026-03-31``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=22, needed="Indiquez une période.", **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            period = parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if period.last.year - period.first.year >= LONGEST_YEARS:
            raise ValidationError(f"Une période couvre moins de {LONGEST_YEARS} ans.")
        return period


class NewReportForm(forms.Form):
    """Which report to begin: a usual period, or one that is typed."""

    usual = forms.ChoiceField(label="Période", required=False)
    period = PeriodField(
        label="Ou une autre période",
        required=False,
        help_text="Par exemple 2026-10, 2026-T3, 2026-S1, 2026 ou 2026-01-15..2026-03-31.",
    )
    department = forms.ModelChoiceField(
        label="Territoire", queryset=Department.objects.none(), required=False, empty_label="Toute la région"
    )
    template = forms.ModelChoiceField(
        label="Modèle", queryset=ReportTemplate.objects.none(), required=False, empty_label="Modèle habituel"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["usual"].choices = recent_periods()
        fields["department"].queryset = Department.objects.filter(teams__isnull=False).distinct()
        fields["template"].queryset = ReportTemplate.objects.offered()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["asked"] = cleaned.get("period") or (parse(cleaned["usual"]) if cleaned.get("usual") else None)
            if cleaned["asked"] is None:
                self.add_error("period", "Indiquez une période.")
        return cleaned


class TransmissionForm(forms.Form):
    """To whom a report goes."""

    recipient = LineField(label="Destinataire", longest=200, needed="Indiquez à qui le rapport est transmis.")
    note = LineField(label="Message", longest=500, required=False)
