"""What somebody has typed so far of an action, read leniently: what makes no sense is as if it were not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from actions.models import Action
from actions.selectors.attendance import Attendee, attendees
from association.forms.shared import FIRST_DAY, LAST_DAY, LONGEST_KEY
from association.models import Team, User
from association.nomenclature import ActionType, ParticipationRole

MOST_SESSIONS = 40  # of one action: a weekly evening for most of a year


@dataclass(frozen=True)
class SoFar:
    """Team, day and type as far as they are there, who is ticked in which role, and the action that is changed.

    ``sessions``: who was at each session, by its day.
    """

    team: Team | None = None
    held_on: date | None = None
    type: str = ""
    people: dict[int, str] = field(default_factory=dict)
    drawn_for: str = ""
    action: Action | None = None
    sessions: dict[date, frozenset[int]] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to say something of the action."""
        return bool(self.team and self.held_on and self.type)


@dataclass(frozen=True)
class Line:
    """One line of the attendance grid."""

    attendee: Attendee
    ticked: bool
    role: str
    refused: str = ""

    @property
    def pk(self) -> str:
        """The person's number as text, for names in the form."""
        return str(self.attendee.person.pk)


@dataclass(frozen=True)
class Grid:
    """The members of the day; ``dropped``: how many were ticked and are not members on it."""

    lines: tuple[Line, ...]
    drawn_for: str
    dropped: int
    known: bool


def read_so_far(given: QueryDict, *, user: User) -> SoFar:
    """Read a form that is being filled in; teams and actions of the user's scope only."""
    team = key_of(given.get("team", ""))
    pk = key_of(given.get("action", ""))
    return SoFar(
        team=Team.objects.visible_to(user).filter(pk=team).first() if team else None,
        held_on=day_of(given.get("held_on", "")),
        type=type_of(given.get("type", "")),
        people=people_in(given),
        drawn_for=type_of(given.get("drawn_for", "")),
        action=Action.objects.visible_to(user).select_related("team").filter(pk=pk).first() if pk else None,
        sessions=sessions_in(given),
    )


def people_in(given: QueryDict) -> dict[int, str]:
    """Return the roles of those who are ticked, by their keys."""
    keys = (key_of(one) for one in given.getlist("people"))
    return {key: given.get(f"role_{key}") or ParticipationRole.PARTICIPANT.value for key in keys if key}


def session_keys(given: QueryDict) -> list[str]:
    """Return the numbers under which the sessions of a form are written, as text, in the order of the page."""
    return [one for one in dict.fromkeys(given.getlist("session")) if key_of(one) is not None][:MOST_SESSIONS]


def session_people(given: QueryDict, number: str) -> frozenset[int]:
    """Return the keys of those who are ticked at one session."""
    return frozenset(pk for one in given.getlist(f"session_{number}-people") if (pk := key_of(one)))


def sessions_in(given: QueryDict) -> dict[date, frozenset[int]]:
    """Return who is ticked at each session whose day is there already."""
    days = {one: day_of(given.get(f"session_{one}-held_on", "")) for one in session_keys(given)}
    return {day: session_people(given, one) for one, day in days.items() if day}


def grid_of(so_far: SoFar) -> Grid:
    """Return the attendance grid; who was ticked stays ticked, and a role that nobody chose follows the type."""
    if not so_far.team or not so_far.held_on:
        return Grid((), so_far.type, 0, known=False)
    action_type = so_far.type or ActionType.RCP.value
    found = attendees(so_far.team, action_type=action_type, held_on=so_far.held_on)
    lines = tuple(_lines(found, so_far, action_type))
    return Grid(lines, action_type, len(so_far.people.keys() - {one.person.pk for one in found}), known=True)


def _lines(found: list[Attendee], so_far: SoFar, action_type: str) -> Iterator[Line]:
    refused = _refused(so_far.action)
    for one in found:
        chosen = so_far.people.get(one.person.pk)
        nobody_chose = chosen is None or (so_far.drawn_for and chosen == one.first_role(so_far.drawn_for))
        role = one.first_role(action_type) if nobody_chose else chosen
        ticked = chosen is not None and one.may_take_part
        yield Line(one, ticked, str(role), refused.get(one.person.pk, ""))


def _refused(action: Action | None) -> dict[int, str]:
    if action is None:
        return {}
    rows = action.participations.filter(refused_at__isnull=False).select_related("professional__merged_into")
    return {row.professional.person.pk: row.refused_reason for row in rows}


def key_of(text: str) -> int | None:
    """Return the key of a row, or nothing for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


def day_of(text: str) -> date | None:
    """Return a day that an action can have, or nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def type_of(text: str) -> str:
    """Return the code of a type of action, or nothing."""
    return text if text in ActionType.values else ""
