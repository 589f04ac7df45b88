"""The sessions of an action, and who may be ticked on one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actions.models import Action, ActionSession
from actions.pdf import Sheet
from actions.selectors.attendance import attendees, day_of_membership, profession_of
from association.models import Professional, Team
from association.models.territory import search_key
from association.selectors.members import members_of


@dataclass(frozen=True)
class Session:
    """One session as pages and papers show it: ``people`` are names, in order."""

    row: ActionSession
    people: tuple[str, ...]


def may_attend(team: Team, action_type: str, delivered_on: date, held_on: date) -> list[Professional]:
    """Return who may have been at a session, by name: the members of its day, and those of the delivery.

    Whoever wrote with the team before joining it is a member when the document is handed over; somebody expected
    (pressenti) may be there too, for nothing is paid for a session.
    """
    days = {held_on, day_of_membership(team, action_type, delivered_on)}
    found = {
        member.person.pk: member.person
        for day in sorted(days)
        for member in members_of(team, on=day)
        if member.is_current
    }
    return sorted(found.values(), key=lambda person: (search_key(str(person)), person.pk))


def attendance_of(action: Action) -> dict[date, frozenset[int]]:
    """Return who was at each session of an action, by its day: of each person the record that stays."""
    rows = action.sessions.prefetch_related("attendees__merged_into")
    return {row.held_on: frozenset(one.person.pk for one in row.attendees.all()) for row in rows}


def sheets_of(action: Action) -> tuple[Sheet, ...]:
    """Return what is to be signed: a sheet per session, or the one of the action's day when there is none."""
    days = list(action.sessions.values_list("held_on", flat=True))
    if not days:
        found = attendees(action.team, action_type=action.type, held_on=action.held_on)
        people = tuple((str(one.person), one.profession) for one in found if one.may_take_part)
        return (Sheet(action.held_on, people),)
    return tuple(
        Sheet(
            day,
            tuple((str(one), profession_of(one)) for one in may_attend(action.team, action.type, action.held_on, day)),
            number,
        )
        for number, day in enumerate(days, start=1)
    )


def sessions_of(action: Action) -> list[Session]:
    """Return the sessions of an action, the first one first."""
    rows = action.sessions.prefetch_related("attendees__merged_into")
    return [Session(row, tuple(sorted({str(one.person) for one in row.attendees.all()}))) for row in rows]
