"""What the rules of payment notice: planted in small numbers, so that a month's page has something to explain.

Most are planted twice, in the middle of the months and in the last one: the first has been unpaid for long, the other
is new.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from actions.models import Action
from association.models import Professional
from association.nomenclature import ActionType
from config.demo.activity import Activity
from config.demo.casting import Oddity
from config.demo.plan import Afterwards, TeamPlan
from config.demo.span import office_days, shift

PROTOCOLS_IN_A_MONTH = 3  # one more than the number cap of the price list
MEETINGS_OF_A_CAPPED_TEAM = 4


def plant(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    """Add the actions that the team's oddities ask for."""
    for oddity in plan.part.oddities:
        PLANTS[oddity](plan, activity, afterwards)


def _moments(activity: Activity) -> tuple[date, date]:
    return activity.day_in(activity.span.middle), activity.day_in(activity.span.last)


def _core(plan: TeamPlan, count: int = 3) -> list[Professional]:
    """Return founders: a GP, a nurse, a pharmacist…, all of them payable whenever the convention is in force."""
    return [member.professional for member in plan.founders[:count]]


def _out_of_convention(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    """A meeting a few days before the convention takes effect, or after it ended."""
    effect = plan.agreements[0].convention.starts_on
    if plan.part.state == plan.team.State.UNDER_CONVENTION:
        for day in office_days(effect - timedelta(days=9), effect - timedelta(days=2))[:2]:
            activity.validated(plan, ActionType.RCP, day, _core(plan))
    else:
        activity.validated(plan, ActionType.RCP, activity.day_in(activity.span.last), _core(plan))


def _type(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    for day in _moments(activity):
        activity.validated(plan, ActionType.ETP, day, _core(plan, 2))


def _structure(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    for day in _moments(activity):
        activity.validated(plan, ActionType.PREVENTION, day, _core(plan, 2))


def _with_marked(oddity: Oddity) -> Callable[[TeamPlan, Activity, Afterwards], None]:
    def meet(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
        """A meeting with the one member who cannot be paid; the others are."""
        for day in _moments(activity):
            activity.validated(plan, ActionType.RCP, day, [*_core(plan), plan.marked[oddity].professional])

    return meet


def _one_profession(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    nurses = [plan.founders[1].professional, plan.founders[3].professional]
    for day in _moments(activity):
        activity.validated(plan, ActionType.RCP, day, nurses)


def _too_many_protocols(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    days = office_days(activity.span.last, activity.span.end)
    for number in range(PROTOCOLS_IN_A_MONTH):
        activity.validated(plan, ActionType.PROTOCOLE, days[3 + 5 * number], _core(plan))


def _above_ceiling(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    for day in office_days(activity.span.last, activity.span.end)[4 : 4 + MEETINGS_OF_A_CAPPED_TEAM]:
        activity.validated(plan, ActionType.RCP, day, _core(plan, 5))


def _late(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    """Held two months before the last, declared in the last one: the next run pays it."""
    held_on = activity.day_in(shift(activity.span.last, -2))
    session = activity.session(
        plan, ActionType.RCP, held_on, _core(plan, 4), declared_on=activity.day_in(activity.span.last)
    )
    session.state = Action.State.DECLARED
    afterwards.validated_late.append(session.action.reference)


def _cancelled(plan: TeamPlan, activity: Activity, afterwards: Afterwards) -> None:
    """Paid, then cancelled: one paid before the start, one paid by the services."""
    middle = activity.validated(plan, ActionType.RCP, activity.day_in(activity.span.first), _core(plan))
    recent = activity.validated(plan, ActionType.RCPP, activity.day_in(shift(activity.span.last, -2)), _core(plan, 2))
    afterwards.cancelled_first.append(middle.action.reference)
    afterwards.cancelled_last.append(recent.action.reference)


PLANTS: dict[Oddity, Callable[[TeamPlan, Activity, Afterwards], None]] = {
    Oddity.CONVENTION: _out_of_convention,
    Oddity.TYPE: _type,
    Oddity.STRUCTURE: _structure,
    Oddity.MEMBER: _with_marked(Oddity.MEMBER),
    Oddity.LIBERAL: _with_marked(Oddity.LIBERAL),
    Oddity.SIGNATURE: _with_marked(Oddity.SIGNATURE),
    Oddity.PLURI: _one_profession,
    Oddity.CAP_COUNT: _too_many_protocols,
    Oddity.CAP_TEAM: _above_ceiling,
    Oddity.LATE: _late,
    Oddity.CANCELLED: _cancelled,
}
