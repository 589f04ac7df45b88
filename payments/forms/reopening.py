"""The form of the decision that reopens a team's year."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import LineField
from conventions.forms.fields import EurosField


class ReopeningForm(forms.Form):
    """Which year, what raises its ceiling, and why."""

    year = forms.TypedChoiceField(
        label="Année civile",
        coerce=int,
        error_messages={"required": "Choisissez une année.", "invalid_choice": "Choisissez une année de la liste."},
    )
    ceiling_cents = EurosField(
        label="Nouveau plafond de l’année",
        required=False,
        help_text="Pour cette année seulement. Vide : un avenant en vigueur l’a relevé déjà.",
    )
    reason = LineField(
        label="Motif",
        longest=200,
        needed="Indiquez ce qui a été décidé, par qui et quand.",
        help_text="Par exemple « bureau du 12 novembre 2026 ». Conservé dans l’historique de l’équipe.",
    )

    def __init__(self, data: Any = None, *, years: list[int], initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
