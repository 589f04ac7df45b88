"""Forms of a health project: one per section, its fields drawn from the section's definition."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.places import CommunesField, EpcisField
from association.forms.shared import DayField, SeveralField
from association.identifiers import refuse_nir
from association.models import HealthProject, Theme
from association.money import grouped
from association.nomenclature import ActionType
from association.project_sections import Question, SectionDefinition

MAX_ANSWER = 20_000  # characters
MAX_PATIENTS = 1_000_000
YES_NO = {"oui": True, "non": False}
NOTES = frozenset({"people_notes", "calendar_notes", "cantons"})


class AnswerField(forms.CharField):
    """Free text of an answer: line ends of one kind, no NIR, a length that is said and not cut by the browser."""

    def __init__(self, *, rows: int) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), validators=[refuse_nir])

    def to_python(self, value: Any) -> str:
        return re.sub(r"\r\n?", "\n", super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MAX_ANSWER:
            found, limit = grouped(len(value)), grouped(MAX_ANSWER)
            raise ValidationError(f"Ce texte compte {found} caractères, la limite est de {limit}. Raccourcissez-le.")


class CountField(forms.IntegerField):
    """A number of patients, as people write it (« 1 250 »)."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=MAX_PATIENTS,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={
                "invalid": "Écrivez un nombre en chiffres, par exemple 120.",
                "min_value": "Un nombre de patients n’est pas négatif.",
                "max_value": "Ce nombre est trop grand\u00a0: un million au plus.",
            },
        )

    def to_python(self, value: Any) -> int | None:
        return super().to_python(re.sub(r"\s", "", value) if isinstance(value, str) else value)


class SectionForm(forms.Form):
    """The fields of one section, filled with the answers of a version; all may stay empty in a draft."""

    def __init__(self, definition: SectionDefinition, project: HealthProject, data: Any = None) -> None:
        super().__init__(data, initial={name: _initial(project, name) for name in definition.names})
        self.definition, self.project = definition, project
        for question in definition.questions:
            self.fields[question.name] = _field(question)

    @property
    def version_seen(self) -> int:
        """The version of the section that the page had shown; with « Garder la mienne » that of the other's text.

        A page that shows none saves nothing (-1 is nobody's version).
        """
        sent = (self.data.get(name, "") for name in ("version", "keep"))
        return max((int(number) for number in sent if number.isdecimal()), default=-1)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.definition.code == "scope":
            self._compare_counts(given)
        if self.definition.code == "calendar":
            self._compare_days(given)
        return given

    def _compare_counts(self, given: dict[str, Any]) -> None:
        part, whole = given.get("patients_concerned"), self.project.shared_patients
        if given.get("covers_all_patients") is False and part and whole and part > whole:
            said = f"C’est plus que les {whole} patients communs de la rubrique 6. Corrigez l’un des deux nombres."
            self.add_error("patients_concerned", said)

    def _compare_days(self, given: dict[str, Any]) -> None:
        steps = [
            ("building_from", "la construction"),
            ("submission_planned_on", "le dépôt"),
            ("starting_on", "la mise en œuvre"),
        ]
        dated = [(name, what, given[name]) for name, what in steps if given.get(name)]
        for (_, earlier, first), (name, what, second) in pairwise(dated):
            if second < first:
                said = f"{what[:1].upper()}{what[1:]} ne peut pas précéder {earlier} ({first:%d/%m/%Y})."
                self.add_error(name, said)


class SubmissionForm(forms.Form):
    """The day on which the project went to the ARS."""

    submitted_on = DayField(
        label="Déposé le", help_text="Le jour de l’envoi à l’ARS. L’échéance de son avis court à partir de ce jour."
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"submitted_on": timezone.localdate()}, prefix="depot")

    def clean_submitted_on(self) -> date:
        day: date = self.cleaned_data["submitted_on"]
        if day > timezone.localdate():
            raise ValidationError("Cette date est à venir\u00a0: indiquez le jour du dépôt.")
        return day


SPECIAL: dict[str, Callable[[], forms.Field]] = {
    "shared_patients": CountField,
    "patients_concerned": CountField,
    "covers_all_patients": lambda: forms.TypedChoiceField(
        required=False,
        choices=[("oui", "Oui, toute la patientèle commune"), ("non", "Non, une partie seulement")],
        coerce=lambda given: YES_NO[given],
        empty_value=None,
        widget=forms.RadioSelect,
    ),
    "communes": lambda: CommunesField(required=False),
    "epcis": lambda: EpcisField(required=False),
    "building_from": lambda: DayField(required=False),
    "submission_planned_on": lambda: DayField(required=False),
    "starting_on": lambda: DayField(required=False),
    "themes": lambda: SeveralField(Theme.objects.all(), required=False, widget=forms.CheckboxSelectMultiple),
    "action_types": lambda: forms.MultipleChoiceField(
        choices=ActionType.choices, required=False, widget=forms.CheckboxSelectMultiple
    ),
}


def _field(question: Question) -> forms.Field:
    made = SPECIAL.get(question.name)
    field = made() if made else AnswerField(rows=2 if question.name in NOTES else 5)
    field.label, field.help_text = question.label, question.help or field.help_text
    field.template_name = "association/project_field.html"
    return field


def _initial(project: HealthProject, name: str) -> Any:
    if name in ("communes", "epcis", "themes"):
        return list(getattr(project, name).all())
    value = getattr(project, name)
    if name == "covers_all_patients":
        return next((word for word, meaning in YES_NO.items() if meaning is value), None)
    return value
