"""Forms of the reports: which one to begin, its plan, to whom it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.shared import LineField, ProseField, VersionedForm
from association.models import Department
from reports.indicators.model import Section
from reports.models import ReportTemplate
from reports.models.planning import MOST_TEXT
from reports.periods import LONGEST_YEARS, Period, Rhythm, parse

NO_NUMBER = "Écrivez un nombre entier entre 1 et 99."


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
        fields["template"].queryset = ReportTemplate.objects.all()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["asked"] = cleaned.get("period") or (parse(cleaned["usual"]) if cleaned.get("usual") else None)
            if cleaned["asked"] is None:
                self.add_error("period", "Indiquez une période.")
        return cleaned


class PlanForm(VersionedForm):
    """The chapters: whether each is there, at which place, and the text that stands in it."""

    def __init__(self, data: Any = None, *, plan: Iterable[Mapping[str, str]], version: int = 0) -> None:
        super().__init__(data, version=version)
        texts = {part["code"]: part.get("text", "") for part in plan}
        self.codes = [*texts, *(code.value for code in Section if code.value not in texts)]
        for place, code in enumerate(self.codes, start=1):
            name = Section(code).heading
            self.fields[f"in_{code}"] = forms.BooleanField(
                label="Dans le rapport", required=False, initial=code in texts
            )
            self.fields[f"place_{code}"] = forms.IntegerField(
                label="Place",
                min_value=1,
                max_value=99,
                initial=place,
                error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), NO_NUMBER),
            )
            self.fields[f"text_{code}"] = ProseField(
                label=f"Commentaire : {name}", required=False, rows=4, longest=MOST_TEXT, initial=texts.get(code, "")
            )

    @property
    def parts(self) -> list[tuple[str, Any, Any, Any]]:
        """The fields by chapter, with its heading."""
        return [
            (Section(code).heading, self[f"in_{code}"], self[f"place_{code}"], self[f"text_{code}"])
            for code in self.codes
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"in_{code}") for code in self.codes):
            raise ValidationError("Gardez au moins un chapitre.")
        return cleaned

    def plan(self) -> list[dict[str, str]]:
        """Return what was typed, in its order; equal places keep the order of before."""
        typed = self.cleaned_data
        kept = [code for code in self.codes if typed[f"in_{code}"]]
        kept.sort(key=lambda code: typed[f"place_{code}"])
        return [{"code": code, "text": typed[f"text_{code}"].strip()} for code in kept]


class TransmissionForm(forms.Form):
    """To whom a report goes."""

    recipient = LineField(label="Destinataire", longest=200, needed="Indiquez à qui le rapport est transmis.")
    note = LineField(label="Message", longest=500, required=False)
