"""The forms of an extract for a contrôle: asking for one, and for how many days it is open."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import DayField, LineField, ProseField, VersionedForm
from association.models import Team, User
from reports.models import ExtractSettings
from reports.models.extracts import MOST_REASON

TEAM, PERSON = "equipe", "professionnel"


class AskForm(forms.Form):
    """Of whom, of which days, and why."""

    about = forms.ChoiceField(
        label="L’extrait porte sur",
        choices=[(TEAM, "une équipe et tous ses membres"), (PERSON, "un professionnel")],
        error_messages={"required": "Choisissez une équipe ou un professionnel."},
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Équipe",
        required=False,
        empty_label="Choisissez l’équipe",
        error_messages={"invalid_choice": "Cette équipe n’est pas dans votre périmètre : choisissez-en une autre."},
    )
    rpps = LineField(
        longest=11,
        label="RPPS du professionnel",
        required=False,
        help_text="11 chiffres. L’extrait dira si ce professionnel est connu de l’association.",
    )
    first_on = DayField(label="Du", needed="Indiquez le premier jour.")
    last_on = DayField(label="Au", needed="Indiquez le dernier jour.", help_text="366 jours au plus.")
    reason = ProseField(
        label="Motif du contrôle",
        needed="Dites pourquoi cet extrait est nécessaire : le motif est lu par l’association, et gardé.",
        longest=MOST_REASON,
        help_text="Sans le nom d’un patient.",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        teams = Team.objects.visible_to(user).order_by("name", "code")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        about, first, last = given.get("about"), given.get("first_on"), given.get("last_on")
        if about == TEAM and not given.get("team") and "team" not in self.errors:
            self.add_error("team", "Choisissez l’équipe.")
        if about == PERSON and not given.get("rpps") and "rpps" not in self.errors:
            self.add_error("rpps", "Écrivez le RPPS du professionnel, 11 chiffres.")
        if first and last and last < first:
            self.add_error("last_on", "La fin de la période précède son début.")
        return given

    def asked(self) -> dict[str, Any]:
        """Return what the service takes: the one of team and person that was chosen."""
        given = self.cleaned_data
        is_team = given["about"] == TEAM
        return {
            "team": given["team"] if is_team else None,
            "rpps": "" if is_team else given["rpps"],
            "first_on": given["first_on"],
            "last_on": given["last_on"],
            "reason": given["reason"],
        }


class ExtractSettingsForm(VersionedForm):
    """For how many days an extract can be downloaded once it is granted."""

    days_open = forms.IntegerField(
        label="Jours pendant lesquels un extrait accordé se télécharge",
        min_value=1,
        max_value=90,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Écrivez un nombre entier entre 1 et 90."
        ),
    )

    def __init__(self, data: Any = None, *, settings: ExtractSettings) -> None:
        super().__init__(data, version=settings.version, initial={"days_open": settings.days_open})
