"""The form of one piece of evidence."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models.evidence import kinds_of
from association.forms.uploads import ScanField


class EvidenceForm(forms.Form):
    """A file and what it is; the kinds are those that the type of action takes."""

    evidence_kind = forms.ChoiceField(label="Nature")
    evidence_file = ScanField(label="Fichier")

    def __init__(self, *args: Any, action_type: str, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(kind.value, str(kind.label)) for kind in kinds_of(action_type)]
        self.fields["evidence_kind"].choices = choices  # type: ignore[attr-defined]
