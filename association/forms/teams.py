"""Forms of a team: who they are and where, and the steps that need a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils import timezone

from association.forms.places import CommunesField
from association.forms.shared import DayField, LineField, MailField, PhoneField, SeveralField, VersionedForm
from association.identifiers import refuse_nir
from association.models import ExternalStructure, Role, Team, Theme, User
from association.nomenclature import TeamKind
from association.services.teams import EVOLVES_INTO

CODE = r"[A-Z0-9][A-Z0-9./_-]*"


class UserField(forms.ModelChoiceField):
    """One of the people who may hold a charge; somebody who holds it already stays in the list."""

    def __init__(self, *roles: str, **options: Any) -> None:
        self.roles = roles
        super().__init__(User.objects.filter(role__in=roles, is_active=True).order_by("full_name"), **options)

    def keep(self, user: User | None) -> None:
        """Leave a choice that was made before, also of somebody who has gone since."""
        if user is not None:
            held = Q(role__in=self.roles, is_active=True) | Q(pk=user.pk)
            self.queryset = User.objects.filter(held).order_by("full_name")


class TeamForm(VersionedForm):
    """What a dossier says of a team."""

    name = LineField(label="Nom de l’équipe", longest=200, needed="Donnez un nom à l’équipe.")
    kind = forms.ChoiceField(
        label="Nature",
        choices=[("", "Choisir…"), *TeamKind.choices],
        error_messages={"required": "Choisissez la nature de l’équipe."},
    )
    communes = CommunesField(
        label="Communes",
        help_text="Par leur nom, ou leur code INSEE. La première donne le département.",
    )
    themes = SeveralField(Theme.objects.all(), label="Thématiques", required=False, widget=forms.CheckboxSelectMultiple)
    shared_patients = forms.IntegerField(
        label="Patients communs",
        required=False,
        min_value=0,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Un nombre, estimé au besoin. Jamais de nom.",
        error_messages={
            "invalid": "Écrivez un nombre en chiffres, par exemple 120.",
            "min_value": "Un nombre de patients n’est pas négatif.",
            "max_value": "Ce nombre est trop grand : un million au plus.",
        },
    )
    officer = UserField(Role.STAFF, Role.TREASURER, label="Chargé·e de mission", required=False, empty_label="Personne")
    ars_correspondent = UserField(Role.ARS, label="Correspondant·e à l’ARS", required=False, empty_label="Personne")
    contact_name = LineField(label="Contact dans l’équipe", longest=150, required=False)
    contact_phone = PhoneField(label="Téléphone du contact", required=False)
    contact_email = MailField(label="Courriel du contact", required=False)

    # What a first call tells comes first; what only the association knows, and what can wait, after it.
    PARTS = (
        ("L’équipe", ("name", "kind", "communes", "code")),
        ("À qui parler", ("contact_name", "contact_phone", "contact_email")),
        ("Qui la suit", ("officer", "ars_correspondent")),
        ("Son sujet, s’il est déjà connu", ("shared_patients", "themes")),
    )

    def parts(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Yield the parts of the page: a title, and its fields."""
        for title, names in self.PARTS:
            yield title, [self[name] for name in names if name in self.fields]

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if team is not None:
            self.fields["officer"].keep(team.officer)  # type: ignore[attr-defined]
            self.fields["ars_correspondent"].keep(team.ars_correspondent)  # type: ignore[attr-defined]


class NewTeamForm(TeamForm):
    """A team at its first contact, with its code."""

    code = forms.RegexField(
        CODE,
        label="Code",
        required=False,
        validators=[refuse_nir],
        help_text="Laissez vide pour prendre le prochain numéro libre du département, comme {code}.",
        error_messages={
            "invalid": "Un code s’écrit en lettres majuscules, chiffres et tirets, par exemple EQ-44-001.",
        },
    )

    def __init__(self, *args: Any, next_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = self.fields["code"].help_text.format(code=next_code)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if len(code) > 40:
            raise ValidationError("Ce code est trop long : 40 caractères au plus.")
        taken = Team.objects.filter(code__iexact=code).first()
        if taken is not None:
            raise ValidationError(f"Le code {code} est déjà celui de « {taken} » : choisissez-en un autre.")
        return code

    def clean(self) -> dict[str, Any]:
        known = super().clean() or self.cleaned_data
        communes, name = known.get("communes"), known.get("name")
        if communes and name:
            same = Team.objects.filter(name__iexact=name, communes__in=communes).exclude(state=Team.State.CLOSED)
            if found := same.first():
                self.add_error("name", f"Une équipe de ce nom existe déjà dans cette commune : {found} ({found.code}).")
        return known


class SuspensionForm(forms.Form):
    """From when on a team is suspended; the reason is asked for by the dialog."""

    suspended_on = DayField(label="Suspendue à compter du", needed="Indiquez la date de la suspension.")


class ResumptionForm(forms.Form):
    """From when on a suspended team works again."""

    resumed_on = DayField(label="Suspension levée à compter du", needed="Indiquez la date de la levée.")


class ClosingForm(forms.Form):
    """What becomes of a team, and from when on."""

    closed_on = DayField(label="Close le", needed="Indiquez la date de fin.")
    outcome = forms.ChoiceField(
        label="Devenir de l’équipe",
        choices=[("", "Choisir…"), *Team.Outcome.choices],
        error_messages={"required": "Indiquez ce que devient l’équipe."},
    )
    structure = forms.ModelChoiceField(
        ExternalStructure.objects.filter(kind__in=EVOLVES_INTO.values()).order_by("kind", "name"),
        label="MSP ou centre de santé qu’elle devient",
        required=False,
        empty_label="Non enregistrée ici",
        help_text="Pour une équipe devenue MSP ou CDS. Le lien reste dans le dossier.",
    )

    def clean(self) -> dict[str, Any]:
        known = super().clean() or self.cleaned_data
        structure, outcome = known.get("structure"), known.get("outcome")
        if structure and outcome and structure.kind != EVOLVES_INTO.get(Team.Outcome(outcome)):
            said = f"« {structure} » ne va pas avec « {Team.Outcome(outcome).label} » : corrigez l’un des deux."
            self.add_error("structure", said)
        return known


DATED_STEPS: dict[str, type[forms.Form]] = {
    "suspend": SuspensionForm,
    "resume": ResumptionForm,
    "close": ClosingForm,
}


def step_form(step: str, data: Any = None) -> forms.Form:
    """Return what a step has to know, with today in it; an empty form for a step that needs no date."""
    made = DATED_STEPS.get(step, forms.Form)
    return made(
        data, prefix=step, initial={name: timezone.localdate() for name in made.base_fields if name.endswith("_on")}
    )
