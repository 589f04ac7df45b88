"""The form field for a file that goes into a dossier."""

from __future__ import annotations

from typing import Any

from django import forms

from association.uploads import EXPECTED, WARNING, CheckedUpload, check_upload


class ScanField(forms.FileField):
    """A PDF, PNG or JPEG; its clean value is a `CheckedUpload`, or None when nothing was chosen."""

    def __init__(self, *, label: str = "Fichier", help_text: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}))
        super().__init__(label=label, help_text=" ".join(filter(None, (help_text, EXPECTED, WARNING))), **kwargs)
        self.error_messages |= {
            "required": "Choisissez le fichier à déposer.",
            "missing": "Choisissez le fichier à déposer.",
            "invalid": "Aucun fichier n’a été reçu. Choisissez-le de nouveau.",
            "empty": "Ce fichier est vide. Choisissez-en un autre.",
        }

    def to_python(self, data: Any) -> CheckedUpload | None:  # type: ignore[override]
        upload: Any = super().to_python(data)
        return check_upload(upload) if upload else None
