"""What one asks of the calendar, and the name of a device that subscribes to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from association.forms.shared import UNKNOWN_CHOICE, LineField

MINE = "moi"


class MonthField(forms.CharField):
    """A month as ``2026-11``; nothing is this month."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return timezone.localdate().replace(day=1)
        try:
            month = date.fromisoformat(f"{text}-01")
        except ValueError:
            month = None
        if month is None or not 2000 <= month.year < 2100:
            raise forms.ValidationError(
                "« %(text)s » n'est pas un mois : écrivez par exemple 2026-11.", params={"text": text}
            )
        return month


class CalendarForm(forms.Form):
    """What is shown of the calendar; what makes no sense is said, and this month is shown instead."""

    whose = forms.ChoiceField(
        label="Qui",
        required=False,
        choices=[("", "Tout le monde"), (MINE, "Ce qui me revient")],
        error_messages={"invalid_choice": UNKNOWN_CHOICE},
    )
    kind = forms.ChoiceField(label="Échéances", required=False, error_messages={"invalid_choice": UNKNOWN_CHOICE})
    month = MonthField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Toutes"), *kinds]  # type: ignore[attr-defined]

    def asked(self) -> tuple[date, str, bool]:
        """Return the month, the kind and whether only one's own is asked for, as far as they make sense."""
        self.is_valid()
        month = self.cleaned_data.get("month") or timezone.localdate().replace(day=1)
        return month, self.cleaned_data.get("kind", ""), self.cleaned_data.get("whose") == MINE


class DeviceForm(forms.Form):
    device = LineField(
        label="Appareil ou logiciel",
        longest=60,
        needed="Donnez un nom à cet appareil.",
        help_text="Pour le reconnaître : « téléphone », « Outlook du bureau ».",
    )
    only_mine = forms.BooleanField(label="Seulement ce qui me revient", required=False)
