"""Forms of the recognition: an opinion, what is missing, an answer, a decision, a withdrawal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.shared import DayField, LineField, ProseField, VersionedForm
from association.forms.uploads import ScanField
from association.models import ComplementPoint, RecognitionRequest
from association.selectors.recognition import recognised_word
from association.services.recognition import Missing
from association.workflow import MOST_COMMENT

MAX_POINTS = 40
FIRST_ROWS, MORE_ROWS = 3, 3


class OpeningForm(forms.Form):
    """When a dossier went to the ARS, before this register."""

    submitted_on = DayField(
        label="Déposé à l’ARS le",
        needed="Indiquez le jour du dépôt.",
        help_text="Le jour où l’équipe a déposé son dossier. L’échéance de l’avis se compte à partir de ce jour.",
    )


class OpinionForm(VersionedForm):
    """The opinion of the délégation."""

    opinion = forms.ChoiceField(
        label="Avis",
        choices=RecognitionRequest.Opinion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez l’avis."},
    )
    opinion_on = DayField(label="Rendu le", needed="Indiquez le jour de l’avis.")
    opinion_text = ProseField(
        label="Motif de l’avis",
        required=False,
        help_text="Demandé quand l’avis comporte des réserves ou est défavorable. L’équipe le lit.",
    )


class MissingForm(forms.Form):
    """One thing that is missing; a row that was left as it was shown does not count."""

    kind = forms.ChoiceField(
        label="Nature",
        choices=[("", "Choisir…"), *ComplementPoint.Kind.choices],
        error_messages={"required": "Choisissez la nature de ce point."},
    )
    text = ProseField(label="Ce qui manque", rows=2, needed="Dites ce qui manque.")
    due_on = DayField(label="Attendu pour le", needed="Indiquez l’échéance.")

    def has_changed(self) -> bool:
        """Whether somebody wrote in the row: the deadline that is proposed says nothing, and moves at midnight."""
        return bool({"kind", "text"} & set(self.changed_data))

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError("Cette échéance est passée : laissez à l’équipe le temps de répondre.")
        return day

    def missing(self) -> Missing:
        return Missing(**self.cleaned_data)


class BaseMissingFormSet(forms.BaseFormSet):
    """Several points in one page; at least one is asked for."""

    default_error_messages = {
        "missing_management_form": "Cette page est incomplète : rechargez-la avant de recommencer.",
        "too_many_forms": f"C’est trop : {MAX_POINTS} points au plus.",
    }

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        due_on = timezone.localdate() + timedelta(days=settings.COMPLEMENT_DAYS)
        return {**super().get_form_kwargs(index), "initial": {"due_on": due_on}}

    def clean(self) -> None:
        if not any(self.errors) and not self.missing():
            raise ValidationError("Indiquez au moins un point : ce qui manque, et pour quand.")

    def missing(self) -> list[Missing]:
        """Return the points of the rows that were filled in."""
        return [form.missing() for form in self.forms if form.has_changed() and form.is_valid()]


def missing_formset(data: Any = None, *, rows: int = FIRST_ROWS) -> BaseMissingFormSet:
    """Return the rows of a request for complements, ``rows`` of them when nothing was typed yet."""
    made = forms.formset_factory(
        MissingForm,
        formset=BaseMissingFormSet,
        extra=rows,
        max_num=MAX_POINTS,
        absolute_max=MAX_POINTS,
        validate_max=True,
    )
    found: Any = made(data, prefix="points")
    return found


def with_more_rows(data: Any) -> Any:
    """Return what was typed with three more empty rows, for whoever has more to ask for."""
    typed = data.copy()
    name = "points-TOTAL_FORMS"
    count = int(typed[name]) if str(typed.get(name, "")).isdigit() else FIRST_ROWS
    due_on = timezone.localdate() + timedelta(days=settings.COMPLEMENT_DAYS)
    total = min(count + MORE_ROWS, MAX_POINTS)
    for row in range(count, total):
        typed[f"points-{row}-due_on"] = due_on.isoformat()
    typed[name] = str(total)
    return typed


class AnswerForm(VersionedForm):
    """The answer to one point."""

    answer = ProseField(label="Réponse", rows=3, needed="Écrivez la réponse à ce point.")


class DecisionForm(forms.Form):
    """What the letter of the ARS says."""

    decision = forms.ChoiceField(
        label="Décision",
        choices=[
            (RecognitionRequest.Decision.ACCEPTED, "L’équipe est reconnue"),
            (RecognitionRequest.Decision.REFUSED, "La demande est refusée"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la décision."},
    )
    decided_on = DayField(
        label="Date du courrier",
        needed="Indiquez la date du courrier.",
    )
    letter_reference = LineField(label="Référence du courrier", longest=80, needed="Indiquez la référence du courrier.")
    reason = ProseField(
        label="Motif du refus",
        longest=MOST_COMMENT,
        required=False,
        help_text="Demandé pour un refus. L’équipe le lit, et peut reprendre son projet.",
    )
    letter = ScanField(label="Scan du courrier", required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word = recognised_word(kind)
        accepted, refused = self.fields["decision"].choices  # type: ignore[attr-defined]
        self.fields["decision"].choices = [(accepted[0], f"L’équipe est {word}"), refused]  # type: ignore[attr-defined]
        self.fields["decided_on"].help_text = f"Elle est {word} à partir de cette date, si l’ARS l’accepte."


class LetterForm(forms.Form):
    """The letter of a decision, scanned."""

    letter = ScanField(label="Scan du courrier")


class WithdrawalForm(forms.Form):
    """From when on a team is no longer recognised, and why."""

    withdrawn_on = DayField(
        label="Retirée à partir du",
        needed="Indiquez la date du retrait.",
        help_text="Ce jour-là, l’équipe n’est déjà plus reconnue.",
    )
    comment = ProseField(
        label="Motif",
        longest=MOST_COMMENT,
        needed="Indiquez le motif du retrait.",
        help_text="Conservé dans l’historique.",
    )
