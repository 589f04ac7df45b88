"""Form of a version of the text that is being written."""

from __future__ import annotations

from django import forms

from association.forms.shared import LineField
from association.identifiers import refuse_nir
from conventions.wording import faults_of


class TemplateForm(forms.Form):
    """Title and articles; what keeps them from being used is said beside the text."""

    title = LineField(label="Titre", longest=200, needed="Donnez un titre au texte.")
    body = forms.CharField(
        label="Articles",
        max_length=100_000,
        validators=[refuse_nir],
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "true"}),
        help_text="Le titre d’un article commence par « # ». Chaque ligne est un paragraphe ; une ligne qui commence "
        "par « – » appartient à une liste.",
        error_messages={"required": "Écrivez le texte : un titre d’article qui commence par « # », puis son texte."},
    )

    edit = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_edit(self) -> int:
        """A page that shows none saves nothing (-1 is nobody's)."""
        given = self.cleaned_data["edit"]
        return -1 if given is None else int(given)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if faults := faults_of(body):
            raise forms.ValidationError(faults)
        return body
