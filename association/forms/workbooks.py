"""A workbook that somebody brings, and the filter above what its check found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from association.identifiers import refuse_nir
from association.workbook.caps import MAX_FILE_BYTES

MEGABYTES = MAX_FILE_BYTES // 1_000_000


class WorkbookForm(forms.Form):
    """The workbook to import; what it holds is checked by a job."""

    file = forms.FileField(
        label="Classeur",
        max_length=200,
        help_text=f"Un fichier .xlsx de {MEGABYTES} Mo au plus, sans mot de passe.",
        widget=forms.FileInput(attrs={"accept": ".xlsx", "class": "visually-hidden"}),
        error_messages={
            "required": "Choisissez le classeur à importer.",
            "empty": "Ce fichier est vide.",
            "max_length": "Le nom de ce fichier est trop long : 200 caractères au plus.",
        },
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        refuse_nir(str(upload.name))
        if not str(upload.name).lower().endswith(".xlsx"):
            raise forms.ValidationError("Ce fichier n’est pas un classeur .xlsx : enregistrez-le sous ce format.")
        if upload.size is not None and upload.size > MAX_FILE_BYTES:
            size = upload.size / 1_000_000
            raise forms.ValidationError(f"Ce fichier fait {size:.0f} Mo, la limite est de {MEGABYTES} Mo.")
        return upload


class FindingForm(forms.Form):
    """Which findings of a check to show."""

    severity = forms.ChoiceField(
        label="Gravité", required=False, choices=[("", "Toutes"), ("fault", "Fautes"), ("warning", "Avertissements")]
    )
    sheet = forms.ChoiceField(label="Feuille", required=False)

    def __init__(self, *args: Any, sheets: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [("", "Toutes"), *((name, name) for name in sheets)]  # type: ignore[attr-defined]
