"""Forms of the exchanges: what was said, a message to the referents, a follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from association.forms.shared import DayField, LineField, ProseField
from association.models import Exchange
from association.selectors.exchanges import Address
from association.services.exchanges import WRITTEN

SUBJECT_LENGTH = 150
FOLLOW_UP_HELP = "Ce jour-là, l’échange revient dans ce qui vous attend."


class ExchangeForm(forms.Form):
    """A note, a call or a visit."""

    kind = forms.ChoiceField(label="Nature", choices=[(kind.value, kind.label) for kind in WRITTEN])
    held_on = DayField(label="Date", needed="Indiquez la date de l’échange.", initial=timezone.localdate)
    minutes = forms.IntegerField(
        label="Temps passé, en minutes",
        required=False,
        min_value=1,
        max_value=1440,
        help_text="Demandé pour une visite.",
        error_messages={
            "invalid": "Écrivez un nombre entier de minutes, par exemple 90.",
            "min_value": "Le temps passé se compte en minutes, de 1 à 1\u00a0440.",
            "max_value": "Le temps passé se compte en minutes, de 1 à 1\u00a0440.",
        },
    )
    subject = LineField(label="Objet", longest=SUBJECT_LENGTH, required=False)
    body = ProseField(
        label="Texte",
        rows=6,
        needed="Écrivez ce qui a été dit.",
        help_text="L’équipe ne le voit pas. Aucun patient nommé.",
    )
    follow_up_on = DayField(label="Relance le", required=False, help_text=FOLLOW_UP_HELP)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("kind") == Exchange.Kind.VISIT and "minutes" not in self.errors and not asked.get("minutes"):
            self.add_error("minutes", "Indiquez le temps passé à la visite.")
        return asked


class MessageForm(forms.Form):
    """A message to people of the dossier; each gets one of their own."""

    to = forms.MultipleChoiceField(
        label="Destinataires",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins un destinataire.",
            "invalid_choice": "Cette adresse n’est plus dans le dossier\u00a0: choisissez de nouveau.",
        },
    )
    subject = LineField(label="Objet", longest=SUBJECT_LENGTH, needed="Écrivez l’objet du message.")
    body = ProseField(
        label="Message",
        rows=10,
        needed="Écrivez le message.",
        help_text="La réponse arrivera dans votre messagerie. Aucun patient nommé.",
    )
    follow_up_on = DayField(label="Relance le", required=False, help_text=FOLLOW_UP_HELP)

    def __init__(self, *args: Any, addresses: Sequence[Address], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(one.email, f"{one.name}, {one.quality} ({one.email})") for one in addresses]  # type: ignore[attr-defined]
        if len(addresses) == 1:
            self.fields["to"].initial = [addresses[0].email]


class FollowUpForm(forms.Form):
    """The day on which to come back to an exchange; empty: never. ``seen`` is the day that the page had shown."""

    follow_up_on = DayField(label="Relance le", required=False)
    seen = forms.DateField(required=False, widget=forms.HiddenInput)
