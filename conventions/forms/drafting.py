"""Forms of a convention that is not issued yet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings

from association.forms.shared import VersionedForm
from association.models import Team
from conventions.forms.fields import DayField, EurosField, MembersField, TypesField
from conventions.gates import is_paid, overlap
from conventions.models import Convention
from conventions.selectors.members import may_be_invited

END_BEFORE_START = "La fin précède le début : choisissez une date de fin plus tardive."


class PeriodForm(forms.Form):
    """From when to when; what does not fit is said beside the field."""

    starts_on = DayField(label="Premier jour")
    ends_on = DayField(
        label="Dernier jour", required=False, help_text="24 mois après le premier jour, si rien n’est saisi."
    )

    def __init__(self, *args: Any, team: Team, convention: Convention | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.convention = team, convention
        months = settings.CONVENTION_MONTHS
        self.fields["ends_on"].help_text = f"{months} mois après le premier jour, si rien n’est saisi."

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        starts_on, ends_on = asked.get("starts_on"), asked.get("ends_on")
        if starts_on and ends_on:
            self._check_period(starts_on, ends_on)
        return asked

    def _check_period(self, starts_on: date, ends_on: date) -> None:
        if ends_on < starts_on:
            self.add_error("ends_on", END_BEFORE_START)
            return
        period = Convention(
            pk=self.convention.pk if self.convention else None, team=self.team, starts_on=starts_on, ends_on=ends_on
        )
        if reason := overlap(period):
            self.add_error("starts_on", reason)


class DraftForm(VersionedForm, PeriodForm):
    """All that a draft says; the ceiling only for teams whose actions are paid."""

    action_types = TypesField()
    ceiling_cents = EurosField(label="Plafond annuel", help_text="En euros, pour l’équipe et par année civile.")
    members = MembersField(
        label="Membres invités à signer",
        help_text="Les membres confirmés. Un membre qui n’est pas coché entrera plus tard par un avenant.",
        error_messages={"required": "Invitez au moins un membre à signer."},
    )

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, team=convention.team, convention=convention, **kwargs)
        self.fields["ends_on"].required, self.fields["ends_on"].help_text = True, ""
        self.fields["members"].queryset = may_be_invited(convention)  # type: ignore[attr-defined]
        if not is_paid(convention.team.kind):
            del self.fields["ceiling_cents"]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `conventions.services.drafting.change_draft`."""
        asked = {**super().values(), "version": self.version_seen}
        asked["memberships"] = list(asked.pop("members"))
        asked.setdefault("ceiling_cents", 0)
        return asked
