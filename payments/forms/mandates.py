"""The form of a mandate on the association's board."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.places import ProfessionalField
from association.forms.shared import DayField, LineField, VersionedForm
from association.models import Professional, Role, User
from payments.models import BoardFunction


class MandateForm(VersionedForm):
    """Whose mandate it is, which function, from when to when."""

    professional = ProfessionalField(
        label="Professionnel", required=False, help_text="Par son nom ou son RPPS, si c’est un professionnel de santé."
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Compte d’accès",
        required=False,
        empty_label="Aucun",
        help_text="Si cette personne se connecte ici : ce qui la paie demande alors un troisième nom.",
        error_messages={"invalid_choice": "Choisissez un compte de la liste."},
    )
    function = forms.ChoiceField(
        label="Fonction",
        choices=BoardFunction.choices,
        error_messages={
            "required": "Choisissez une fonction.",
            "invalid_choice": "Choisissez une fonction de la liste.",
        },
    )
    starts_on = DayField(label="Du")
    ends_on = DayField(label="Au", required=False, help_text="Vide tant que le mandat court.")
    reason = LineField(label="Décision", longest=200, required=False, help_text="Par exemple : AG du 12 juin 2026.")

    def __init__(self, data: Any = None, *, viewer: User, **options: Any) -> None:
        super().__init__(data, **options)
        person: Any = self.fields["professional"]
        person.known = Professional.objects.visible_to(viewer)
        account: Any = self.fields["user"]
        account.queryset = User.objects.exclude(role__in=[Role.SYSTEM, Role.ARS]).order_by("full_name")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not found.get("professional") and not found.get("user") and "professional" not in self.errors:
            self.add_error("professional", "Indiquez un professionnel, ou un compte d’accès.")
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "La fin du mandat précède son début.")
        return found
