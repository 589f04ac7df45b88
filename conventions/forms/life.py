"""Forms of what happens to a convention after its signature."""

from __future__ import annotations

from django import forms

from association.forms.shared import LineField
from conventions.forms.fields import DayField

WHY = "Indiquez le motif : il reste dans l’historique."


class SuspendForm(forms.Form):
    """From when a convention is suspended, and why."""

    starts_on = DayField(label="Suspendue à partir du", help_text="Ce jour-là compris.")
    reason = LineField(label="Motif", longest=200, needed=WHY, help_text="Conservé dans l’historique.")


class ResumeForm(forms.Form):
    """From when a suspended convention is in force again."""

    resumed_on = DayField(label="De nouveau en vigueur à partir du", help_text="Ce jour-là compris.")


class TerminateForm(forms.Form):
    """From when a convention is terminated, and why."""

    terminated_on = DayField(
        label="Résiliée à compter du", help_text="Ce jour-là n’est plus indemnisé. Une date à venir est possible."
    )
    reason = LineField(label="Motif", longest=200, needed=WHY, help_text="Conservé dans l’historique.")


class RenewForm(forms.Form):
    """Nothing has to be known to renew: everything carries over."""
