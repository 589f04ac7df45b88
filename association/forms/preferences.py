"""What an account chooses for itself."""

from __future__ import annotations

from django import forms

from association.models import Digest


class PreferencesForm(forms.Form):
    digest = forms.ChoiceField(
        label="Résumé par courriel",
        choices=Digest.choices,
        widget=forms.RadioSelect,
        help_text="Ce qui vous attend et ce qui a changé. Rien n’est envoyé quand il n’y a rien à dire.",
    )
