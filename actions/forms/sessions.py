"""The sessions within the form of an action: one small form each, under the numbers that the page gave them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from actions.forms.fields import CountField
from actions.forms.typed import MOST_SESSIONS, SoFar, day_of, session_keys, session_people
from actions.models import Action
from actions.models.sessions import MINUTES_LENGTH, TAKES_SESSIONS
from actions.selectors.sessions import may_attend
from actions.services.sessions import TypedSession
from actions.sheets import MAX_MINUTES
from association.forms.shared import DayField, ProseField
from association.models import Professional


class SessionForm(forms.Form):
    """The day of a session, how long it took, what was decided; who was there is ticked beside it."""

    held_on = DayField(label="Date de la séance", needed="Indiquez la date de la séance, ou retirez-la.")
    duration_minutes = CountField(label="Durée (minutes)", min_value=1, most=MAX_MINUTES)
    minutes = ProseField(
        label="Compte rendu",
        required=False,
        rows=2,
        longest=MINUTES_LENGTH,
        help_text="Ce qui a été décidé, en quelques lignes. Aucun patient n’y est nommé.",
    )

    def __init__(self, *args: Any, is_new: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        asks = {"hx-post": reverse("actions:sessions"), "hx-trigger": "change", "hx-include": "#declaration"}
        aim = {"hx-target": "#seances", "hx-swap": "outerHTML", "hx-params": "not evidence_file"}
        self.fields["held_on"].widget.attrs |= asks | aim
        if is_new:
            self.fields["held_on"].widget.attrs["autofocus"] = True


@dataclass(frozen=True)
class SessionLine:
    """One session on the page. ``people``: (person, whether ticked), by name."""

    number: str
    form: SessionForm
    people: tuple[tuple[Professional, bool], ...]


@dataclass(frozen=True)
class Sessions:
    """The sessions of a form as the page draws them; ``offered``: whether the type takes some."""

    lines: tuple[SessionLine, ...]
    offered: bool
    is_full: bool


def bound_sessions(data: QueryDict) -> list[tuple[str, SessionForm]]:
    """Return the forms of the sessions that were sent, each under its number."""
    return [(number, SessionForm(data, prefix=f"session_{number}")) for number in session_keys(data)]


def typed_sessions(data: QueryDict, bound: Iterable[tuple[str, SessionForm]]) -> tuple[TypedSession, ...]:
    """Return what was typed of valid sessions."""
    return tuple(TypedSession(people=session_people(data, number), **form.cleaned_data) for number, form in bound)


def drawn_sessions(
    so_far: SoFar, data: QueryDict | None, *, remove: str = "", add: bool = False, checked: bool = False
) -> Sessions:
    """Return the sessions to draw: those that were sent (``data``), or else those that are stored.

    Args:
        remove: the number of one that goes.
        add: whether an empty one comes after the others.
        checked: whether the page says what is wrong with them.
    """
    lines = _sent(so_far, data, checked=checked) if data is not None else _stored(so_far)
    lines = [line for line in lines if line.number != remove]
    if add and len(lines) < MOST_SESSIONS:
        number = str(max((int(line.number) for line in lines), default=-1) + 1)
        form = SessionForm(prefix=f"session_{number}", is_new=True)
        lines.append(SessionLine(number, form, _people(so_far, None, frozenset())))
    return Sessions(tuple(lines), so_far.type in TAKES_SESSIONS, len(lines) >= MOST_SESSIONS)


def _sent(so_far: SoFar, data: QueryDict, *, checked: bool) -> list[SessionLine]:
    lines = []
    for number in session_keys(data):
        form = SessionForm(data, prefix=f"session_{number}")
        if not checked:  # while somebody types, nothing is called wrong
            typed = {name: data.get(form.add_prefix(name), "") for name in form.fields}
            form = SessionForm(initial=typed, prefix=f"session_{number}")
        day = day_of(data.get(form.add_prefix("held_on"), ""))
        lines.append(SessionLine(number, form, _people(so_far, day, session_people(data, number))))
    return lines


def _stored(so_far: SoFar) -> list[SessionLine]:
    action: Action | None = so_far.action
    if action is None:
        return []
    lines = []
    for place, row in enumerate(action.sessions.prefetch_related("attendees__merged_into")):
        said = {"held_on": row.held_on, "duration_minutes": row.duration_minutes, "minutes": row.minutes}
        ticked = frozenset(one.person.pk for one in row.attendees.all())
        form = SessionForm(initial=said, prefix=f"session_{place}")
        lines.append(SessionLine(str(place), form, _people(so_far, row.held_on, ticked)))
    return lines


def _people(so_far: SoFar, day: Any, ticked: frozenset[int]) -> tuple[tuple[Professional, bool], ...]:
    if so_far.team is None or so_far.held_on is None:
        return ()
    known = may_attend(so_far.team, so_far.type, so_far.held_on, day or so_far.held_on)
    return tuple((person, person.pk in ticked) for person in known)
