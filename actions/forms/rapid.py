"""The rapid grid: one small form per row, and the cells of the members beside it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from actions.alerts import Alert
from actions.forms.declaring import teams_with_convention
from actions.forms.fields import CountField
from actions.forms.typed import people_in
from actions.models import Action
from actions.selectors.attendance import Attendee, people_of
from actions.selectors.grid import months_offered
from actions.services.declaring import TypedAction
from actions.sheets import MAX_MINUTES, MAX_PATIENTS
from association.forms.shared import DayField, LineField, VersionedForm
from association.models import Team, User
from association.nomenclature import ActionType, Modality, ParticipationRole

ROWS_AT_FIRST, ROWS_MORE = 6, 5
KEY = re.compile(r"[0-9a-f]{32}")
SHORT_ROLES = {ParticipationRole.PARTICIPANT.value: "P", ParticipationRole.REDACTEUR.value: "R"}
ROLE_WORDS = {"": "absent", **{role.value: str(role.label).lower() for role in ParticipationRole}}


class GridChoiceForm(forms.Form):
    """Which team, and which month: its members are the columns."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Équipe",
        empty_label="Choisissez l’équipe",
        error_messages={
            "required": "Choisissez l’équipe.",
            "invalid_choice": "Cette équipe n’a pas de convention signée : choisissez-en une autre.",
        },
    )
    month = forms.TypedChoiceField(
        label="Mois",
        coerce=date.fromisoformat,
        error_messages={"invalid_choice": "Choisissez un mois de la liste."},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        teams: QuerySet[Team] = teams_with_convention(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        months = months_offered(timezone.localdate())
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), date_format(month, "F Y").capitalize()) for month in months
        ]
        self.fields["month"].initial = months[0].isoformat()


class RowForm(VersionedForm):
    """One row: what the form of an action asks for, in cells."""

    held_on = DayField(label="Date", needed="Indiquez la date.")
    type = forms.ChoiceField(
        label="Type",
        choices=[("", ""), *((code, code) for code in ActionType.values)],
        error_messages={"required": "Choisissez le type."},
    )
    modality = forms.ChoiceField(label="Modalité", choices=Modality.choices, required=False)
    duration_minutes = CountField(label="Durée (min)", min_value=1, most=MAX_MINUTES)
    theme = LineField(
        label="Thématique",
        longest=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "themes", "autocomplete": "off"}),
    )
    patients_count = CountField(label="Patients", min_value=0, most=MAX_PATIENTS)
    not_funded_elsewhere = forms.BooleanField(label="Non financée par ailleurs", required=False)

    def __init__(self, *args: Any, key: str, **options: Any) -> None:
        super().__init__(*args, auto_id=f"row_{key}_%s", **options)
        for name, field in self.fields.items():
            if not field.widget.is_hidden:
                field.widget.attrs["aria-label"] = field.label
            if name in self.errors if self.is_bound else False:
                field.widget.attrs["aria-invalid"] = "true"

    def typed(self, team: Team) -> TypedAction:
        """Return what was typed, with who is ticked."""
        return TypedAction(team=team, people=people_in(self.data), **self.values())

    @property
    def sentences(self) -> list[str]:
        """What is wrong, each with the column that it is about."""
        found = []
        for name, errors in self.errors.items():
            label = f"{self.fields[name].label} : " if name in self.fields else ""
            found += [f"{label}{error}" for error in errors]
        return found


@dataclass(frozen=True)
class Cell:
    """One member in one row: the role ticked, or none."""

    attendee: Attendee
    role: str

    @property
    def shown(self) -> str:
        return SHORT_ROLES.get(self.role, "")

    @property
    def said(self) -> str:
        return ROLE_WORDS.get(self.role, "absent")


@dataclass(frozen=True)
class GridRow:
    """One row as the page draws it; ``action``: what was written of it; ``alerts``: what is worth a look at it."""

    key: str
    form: RowForm
    cells: tuple[Cell, ...]
    action: Action | None = None
    saved: bool = False
    alerts: tuple[Alert, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether it was declared: it is read from then on, and changed no more."""
        return self.action is not None and self.action.state == Action.State.DECLARED


def empty_rows(members: Sequence[Attendee], count: int) -> list[GridRow]:
    """Return rows that nobody typed into, each with a key of its own: sent twice, it is written once."""
    keys = (uuid.uuid4().hex for _ in range(count))
    return [GridRow(key, RowForm(key=key, initial={"modality": Modality.ON_SITE}), _cells(members, {})) for key in keys]


def row_of(
    action: Action, members: Sequence[Attendee], *, key: str = "", saved: bool = False, alerts: Iterable[Alert] = ()
) -> GridRow:
    """Return the row of an action that is written."""
    said = {name: getattr(action, name) for name in Action.JOURNALED if name != "team"}
    key = key or uuid.uuid4().hex
    form = RowForm(key=key, initial=said, version=action.version)
    return GridRow(key, form, _cells(members, people_of(action)), action, saved, tuple(alerts))


def typed_row(form: RowForm, members: Sequence[Attendee], *, key: str, action: Action | None) -> GridRow:
    """Return a row that was refused, with all that was typed."""
    given: QueryDict = form.data
    return GridRow(key, form, _cells(members, people_in(given)), action)


def key_in(given: QueryDict) -> str:
    """Return the key of a row that was sent; a new one for what cannot be one."""
    key = given.get("key", "")
    return key if KEY.fullmatch(key) else uuid.uuid4().hex


def _cells(members: Sequence[Attendee], people: Mapping[int, str]) -> tuple[Cell, ...]:
    return tuple(Cell(one, people.get(one.person.pk, "")) for one in members)
