"""Forms of a yearly review: one per section, drawn from what the section writes; a new day; the settings."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.projects import AnswerField
from association.forms.shared import DayField, LineField, VersionedForm
from reports.models import ReviewObjective, ReviewSettings, TeamReview
from reports.review_sections import text_section

FIELD = "association/project_field.html"  # label, help, input, and the place of the error that a save fills


class SectionForm(forms.Form):
    """What the forms of all sections share: the version of the section that the page had shown."""

    @property
    def version_seen(self) -> int:
        """The version that the page had shown; with « Garder la mienne » that of the other's text.

        A page that shows none saves nothing (-1 is nobody's version).
        """
        sent = (self.data.get(name, "") for name in ("version", "keep"))
        return max((int(number) for number in sent if number.isdecimal() and len(number) < 10), default=-1)


class TextForm(SectionForm):
    """One text of a review."""

    def __init__(self, review: TeamReview, code: str, data: Any = None) -> None:
        super().__init__(data, initial={code: getattr(review, code)})
        section = text_section(code)
        field = AnswerField(rows=5)
        if section is not None:
            field.label, field.help_text = section.label, section.help
        field.template_name = FIELD
        self.fields[code] = field


class ObjectiveForm(SectionForm):
    """An objective and where the team stands. What the project says of it is shown, and not typed again."""

    audience = forms.ChoiceField(
        label="Pour qui",
        choices=ReviewObjective.Audience.choices,
        error_messages={"required": "Choisissez pour qui.", "invalid_choice": "Choisissez dans la liste."},
    )
    statement = AnswerField(rows=2)
    indicator = LineField(
        label="Indicateur", longest=300, required=False, help_text="Ce que l’équipe compte ou observe pour le suivre."
    )
    value = LineField(
        label="Valeur de l’année",
        longest=150,
        required=False,
        help_text="Un nombre ou un constat, par exemple « 42 sur 60 ».",
    )
    result = forms.ChoiceField(
        label="Résultat",
        required=False,
        choices=[("", "Pas encore dit"), *ReviewObjective.Result.choices],
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )
    comment = AnswerField(rows=2)

    def __init__(self, objective: ReviewObjective, data: Any = None) -> None:
        initial = {name: getattr(objective, name) for name in ReviewObjective.ANSWERS}
        super().__init__(data, initial=initial, auto_id=f"id_{objective.pk}_%s")
        self.fields["statement"].label, self.fields["comment"].label = "Objectif", "Commentaire"
        if objective.of_project:
            del self.fields["audience"], self.fields["statement"]
        for field in self.fields.values():
            field.template_name = FIELD

    def clean_statement(self) -> str:
        words: str = self.cleaned_data["statement"]
        return words.strip()


class NewDayForm(forms.Form):
    """Until when a review that is handed back, or asked for again, is due."""

    due_on = DayField(
        label="À remettre avant le", required=False, help_text="Vide : la même échéance, et trois semaines au moins."
    )


class ReviewSettingsForm(VersionedForm):
    """When reviews are due and when teams are reminded."""

    due_month = forms.TypedChoiceField(
        label="Mois de l’échéance",
        choices=[(1, "Janvier"), (2, "Février"), (3, "Mars"), (4, "Avril"), (5, "Mai"), (6, "Juin")],
        coerce=int,
        error_messages={"required": "Choisissez un mois.", "invalid_choice": "Choisissez un mois de la liste."},
    )
    due_day = forms.IntegerField(label="Jour de l’échéance", min_value=1, max_value=31)
    remind_before_days = forms.IntegerField(
        label="Première relance, en jours avant l’échéance",
        min_value=0,
        max_value=90,
        help_text="0 : pas de relance avant.",
    )
    remind_every_days = forms.IntegerField(
        label="Relances après l’échéance, tous les combien de jours", min_value=3, max_value=90
    )
    remind_times = forms.IntegerField(
        label="Relances après l’échéance, au plus", min_value=0, max_value=12, help_text="0 : aucune relance après."
    )

    def __init__(self, data: Any = None, *, settings: ReviewSettings) -> None:
        shown = {name: getattr(settings, name) for name in self.base_fields if name != "version"}
        super().__init__(data, version=settings.version, initial=shown)
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField) and field.min_value is not None:
                said = f"Écrivez un nombre entier entre {field.min_value} et {field.max_value}."
                field.error_messages.update(dict.fromkeys(("required", "invalid", "min_value", "max_value"), said))
