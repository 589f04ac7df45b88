"""What a step asks once, for all the rows that take it."""

from __future__ import annotations

from django import forms

from association.forms.shared import DayField, ProseField
from association.forms.teams import UserField
from association.models import Role, Team
from association.workflow import MOST_COMMENT

KEPT = "Le même motif pour toutes les lignes, conservé dans leur historique."


class ReasonForm(forms.Form):
    """A reason, kept in the history of each row."""

    comment = ProseField(label="Motif", needed="Indiquez le motif.", longest=MOST_COMMENT, help_text=KEPT)


class OfficerForm(forms.Form):
    """Who looks after the teams from now on."""

    officer = UserField(
        Role.STAFF,
        Role.TREASURER,
        label="Chargé·e de mission",
        empty_label="Choisir…",
        error_messages={
            "required": "Choisissez une personne.",
            "invalid_choice": "Cette personne n’a plus de compte : choisissez-en une autre.",
        },
    )


class SuspensionInBulkForm(ReasonForm):
    """From when on teams are suspended, and why."""

    suspended_on = DayField(label="Suspendues à compter du", needed="Indiquez la date de la suspension.")
    field_order = ("suspended_on", "comment")


class ResumptionInBulkForm(forms.Form):
    """From when on suspended teams work again."""

    resumed_on = DayField(label="Suspension levée à compter du", needed="Indiquez la date de la levée.")


class ClosingInBulkForm(ReasonForm):
    """What becomes of teams that are closed together; one that became a MSP is closed from its own dossier."""

    OUTCOMES = (Team.Outcome.DISSOLVED, Team.Outcome.OTHER)

    closed_on = DayField(label="Closes le", needed="Indiquez la date de fin.")
    outcome = forms.ChoiceField(
        label="Devenir des équipes",
        choices=[("", "Choisir…"), *((one.value, one.label) for one in OUTCOMES)],
        error_messages={"required": "Indiquez ce que deviennent les équipes."},
    )
    field_order = ("closed_on", "outcome", "comment")
