"""The form of the decision that lifts the deadline of declaration."""

from __future__ import annotations

from django import forms

from actions.services.validating import REASON_LENGTH
from association.forms.shared import LineField


class DeadlineForm(forms.Form):
    reason = LineField(
        label="Motif",
        longest=REASON_LENGTH,
        needed="Indiquez ce qui a été décidé, par qui et quand.",
        help_text="Par exemple « bureau du 12 novembre 2026, panne du logiciel ». Conservé dans l’historique.",
    )
