"""The form of an action; the attendance grid beside it is of its own (actions.forms.typed)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from actions.forms.fields import CountField
from actions.forms.sessions import bound_sessions, typed_sessions
from actions.forms.typed import people_in
from actions.models import Action, EvidenceKind
from actions.models.evidence import kinds_of
from actions.services.declaring import Brought, TypedAction
from actions.services.keeping import keep_upload, kept_upload
from actions.sheets import MAX_MINUTES, MAX_PATIENTS
from association.forms.shared import DayField, LineField, VersionedForm
from association.forms.uploads import ScanField
from association.models import Team, User
from association.nomenclature import ActionType, Modality
from association.uploads import CheckedUpload
from conventions.models import Convention

TYPES = [(kind.value, f"{kind.value} · {kind.label}") for kind in ActionType]
NO_KIND = ("", "Choisissez la nature")


def teams_with_convention(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope that have signed a convention, by name."""
    signed = Convention.objects.filter(team=OuterRef("pk"), state__in=Convention.PAYING)
    return Team.objects.visible_to(user).filter(Exists(signed)).order_by("name", "code")


class ActionForm(VersionedForm):
    """What somebody says of an action: team, day and type are asked for; the statement only to declare."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Équipe",
        empty_label="Choisissez l’équipe",
        error_messages={
            "required": "Choisissez l’équipe.",
            "invalid_choice": "Cette équipe n’a pas de convention signée : choisissez-en une autre.",
        },
    )
    held_on = DayField(
        label="Date",
        needed="Indiquez la date de l’action.",
        help_text="Celle de la réunion, ou de la remise du document.",
    )
    type = forms.ChoiceField(
        label="Type",
        choices=[("", "Choisissez le type"), *TYPES],
        error_messages={"required": "Choisissez le type d’action."},
    )
    modality = forms.ChoiceField(label="Modalité", choices=Modality.choices, required=False)
    duration_minutes = CountField(label="Durée (minutes)", min_value=1, most=MAX_MINUTES)
    theme = LineField(
        label="Thématique",
        longest=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "themes", "autocomplete": "off"}),
    )
    patients_count = CountField(
        label="Patients concernés",
        min_value=0,
        most=MAX_PATIENTS,
        help_text="Combien, et rien d’autre : aucun nom, aucune initiale.",
    )
    not_funded_elsewhere = forms.BooleanField(
        label="Non financée par ailleurs",
        required=False,
        help_text="Ni par une MSP, une CPTS, un protocole ou un programme déjà rémunéré.",
    )
    evidence_kind = forms.ChoiceField(label="Pièce", choices=[NO_KIND, *EvidenceKind.choices], required=False)
    evidence_file = ScanField(label="Fichier", required=False)
    # The ticket of a file that came with a form that was refused (actions.services.keeping).
    kept_file = LineField(longest=500, widget=forms.HiddenInput, required=False)
    drop_kept = forms.BooleanField(label="Ne pas joindre ce fichier", required=False)

    def __init__(self, *args: Any, user: User, action: Action | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"].queryset = teams_with_convention(user)  # type: ignore[attr-defined]
        self.action, self.user = action, user
        self.kept: CheckedUpload | None = None

    def begin_at(self, name: str) -> None:
        """Let the page open with the cursor in a field."""
        self.fields[name].widget.attrs["autofocus"] = True

    def offer_kinds(self, action_type: str) -> None:
        """Offer the kinds of evidence that a type of action takes; the only one is chosen."""
        kinds = kinds_of(action_type)
        choices = [(kind.value, str(kind.label)) for kind in kinds]
        self.fields["evidence_kind"].choices = choices if len(kinds) == 1 else [NO_KIND, *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        ticket = given.get("kept_file")
        if ticket and not given.get("drop_kept") and not self.files.get("evidence_file"):
            self.kept = kept_upload(ticket=ticket, actor=self.user)
            if self.kept is None:
                self.add_error("evidence_file", "Le fichier gardé n’est plus là : choisissez-le de nouveau.")
        if (given.get("evidence_file") or self.kept) and not given.get("evidence_kind"):
            self.add_error("evidence_kind", "Dites ce qu’est cette pièce.")
        self.sessions = bound_sessions(self.data)
        if any([not session.is_valid() for _, session in self.sessions]):  # noqa: C419 - each says what is wrong with it
            self.add_error(None, "Une séance est à corriger, plus bas.")
        return given

    def typed(self) -> TypedAction:
        """Return what was typed, with who is ticked."""
        about_file = ("evidence_kind", "evidence_file", "kept_file", "drop_kept")
        given = {name: value for name, value in self.values().items() if name not in about_file}
        sessions = typed_sessions(self.data, self.sessions)
        return TypedAction(people=people_in(self.data), sessions=sessions, **given)

    def keep_file(self) -> None:
        """Keep the file of a form that is refused, so that the page shows it as chosen."""
        upload = self.cleaned_data.get("evidence_file") if hasattr(self, "cleaned_data") else None
        if upload:
            self.kept = upload
            self.data["kept_file"] = keep_upload(upload=upload, actor=self.user)
        elif self.kept is None:
            self.data["kept_file"] = ""

    def brought(self) -> list[Brought]:
        """Return the file that comes with the form, if there is one."""
        upload = self.cleaned_data.get("evidence_file") or self.kept
        return [Brought(self.cleaned_data["evidence_kind"], upload)] if upload else []
