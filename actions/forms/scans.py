"""The forms of scans: several files at once, and the action of one that could not be read."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import Action, EvidenceKind
from association.forms.shared import LineField
from association.forms.uploads import ScanField
from association.models import User
from association.uploads import CheckedUpload

MOST_FILES = 30


class SeveralFiles(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class SeveralScansField(ScanField):
    """Several PDF, PNG or JPEG; its clean value is a list of `CheckedUpload`."""

    def __init__(self, **options: Any) -> None:
        accept = {"accept": ".pdf,.png,.jpg,.jpeg", "class": "visually-hidden"}
        super().__init__(widget=SeveralFiles(attrs=accept), **options)

    def clean(self, data: Any, initial: Any = None) -> list[CheckedUpload]:  # type: ignore[override]
        files = (list(data) if isinstance(data, (list, tuple)) else [data]) or [None]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"Déposez {MOST_FILES} fichiers au plus à la fois.")
        found, wrong = [], []
        for file in files:
            try:
                found.append(super().clean(file, initial))
            except forms.ValidationError as refused:
                named = f"« {file.name} » : " if len(files) > 1 and file else ""
                wrong += [f"{named}{sentence}" for sentence in refused.messages]
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class ScansForm(forms.Form):
    """Scans that are dropped in."""

    files = SeveralScansField(label="Feuilles numérisées")


class FilingForm(forms.Form):
    """Of which action a scan is evidence, and what it is."""

    reference = LineField(
        label="Référence de l’action",
        longest=40,
        needed="Indiquez la référence de l’action, par exemple A26-00042.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="Nature", choices=EvidenceKind.choices, initial=EvidenceKind.ATTENDANCE)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_reference(self) -> Action:
        reference = self.cleaned_data["reference"]
        found = Action.objects.visible_to(self.user).filter(reference__iexact=reference).first()
        if found is None:
            raise forms.ValidationError(f"Aucune action de vos équipes ne porte la référence « {reference} ».")
        return found
