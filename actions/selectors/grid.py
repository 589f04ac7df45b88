"""The rapid grid: the members of a month as its columns, and the drafts that stand in it already."""

from __future__ import annotations

import calendar
from datetime import date

from django.db.models import QuerySet

from actions.models import Action
from actions.selectors.attendance import Attendee, attendees
from association.models import Team, User
from association.nomenclature import ActionType

MONTHS_OFFERED = 12


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_offered(today: date) -> list[date]:
    """Return the first days of this month and of those before it, the latest first."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_OFFERED:
        year, month = divmod(months[-1].year * 12 + months[-1].month - 2, 12)
        months.append(date(year, month + 1, 1))
    return months


def members_of_month(team: Team, month: date) -> list[Attendee]:
    """Return those who were members on the first or the last day of a month, by name, as they stand on the last."""
    found: dict[int, Attendee] = {}
    for day in (month, last_day(month)):
        for one in attendees(team, action_type=ActionType.RCP, held_on=day):
            known = found.get(one.person.pk)
            if known is None or one.may_take_part:
                found[one.person.pk] = one
    return sorted(found.values(), key=lambda one: (str(one.person).casefold(), one.person.pk))


def grid_actions(user: User) -> QuerySet[Action]:
    """Return the actions that a row of the grid can show: being written, without sessions, in the user's scope."""
    being_written = Action.objects.visible_to(user).filter(
        state__in=[Action.State.DRAFT, Action.State.TO_COMPLETE], sessions__isnull=True
    )
    return being_written.select_related("team")


def drafts_of_month(team: Team, month: date, *, user: User) -> QuerySet[Action]:
    """Return what a team has in writing in a month, the oldest first."""
    of_month = grid_actions(user).filter(team=team, held_on__gte=month, held_on__lte=last_day(month))
    return of_month.order_by("held_on", "reference")
