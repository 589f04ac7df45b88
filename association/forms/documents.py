"""The form of a document to file."""

from __future__ import annotations

from django import forms

from association.forms.shared import LineField
from association.forms.uploads import ScanField
from association.models import DossierDocument

KINDS = [(kind.value, str(kind.label).replace("'", "’")) for kind in DossierDocument.Kind]


class FileDocumentForm(forms.Form):
    """A file, what it is, and the title under which the dossier lists it."""

    file = ScanField(label="Fichier")
    kind = forms.ChoiceField(label="Nature", choices=KINDS)
    title = LineField(
        label="Intitulé", longest=200, required=False, help_text="Sans intitulé, le nom du fichier en tient lieu."
    )
