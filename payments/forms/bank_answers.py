"""The form for a file that the bank gave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from payments.answers.reading import MAX_BYTES, MEGABYTES


class BankAnswerForm(forms.Form):
    """One XML file; what it is, is told by its content."""

    file = forms.FileField(
        label="Fichier de la banque",
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
        help_text=f"pain.002, camt.053 ou camt.054, en XML, {MEGABYTES} Mo au plus. Rien ne change sans votre accord.",
        error_messages={
            "required": "Choisissez le fichier à importer.",
            "missing": "Choisissez le fichier à importer.",
            "invalid": "Aucun fichier n’a été reçu. Choisissez-le de nouveau.",
            "empty": "Ce fichier est vide. Choisissez-en un autre.",
        },
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise ValidationError(f"Ce fichier dépasse {MEGABYTES} Mo : demandez une période plus courte.")
        return upload
