"""Rule 1: the reasons not to pay, in their order.

What depends on the action alone is judged once (`judge`); what depends on the person, for each candidate
(`first_exclusion`).
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from payments.pricing.facts import (
    ActionFacts,
    ConventionFacts,
    MembershipFacts,
    Practice,
    Reason,
    Rules,
    TeamFacts,
    Terms,
)

PROJECT = "PROJET"
CONCERTATIONS = frozenset({"RCP", "RCPP"})
FOR_ASSOCIATIONS = frozenset({"PREVENTION", "ETP"})
NO_CONVENTION = ConventionFacts(id=0, effective_on=None, ends_on=dt.date.min, terms=(Terms(None, 0, frozenset()),))


@dataclass(slots=True)
class Judged:
    """What rule 1 says of an action, whoever took part in it.

    `on` is the date on which 1 to 6, the beneficiary and the ceiling are judged; `year` is the civil year
    of the action's own date. `of_team` is the first of 1 to 3 that holds, `of_declaration` the first of 7
    and 8.
    """

    on: dt.date
    year: int
    convention: ConventionFacts
    ceiling_cents: int
    of_team: Reason | None
    of_declaration: Reason | None


def first_exclusion(judged: Judged, memberships: Sequence[MembershipFacts]) -> Reason | Practice:
    """The first reason that holds for this person, in the order of the rules; else the practice in which it is owed.

    4. Confirmed on that day, the days of joining and leaving included. Who left and came back is judged, and signs, as
       the member of that day; a day for which no practice is recorded is not confirmed. Of several practices that are
       confirmed on one day, the first listed counts.
    5. A salaried person needs a company; whoever has one in that practice, the company is the beneficiary.
    6. The member's own signature of that very convention, or adhesion to it, has taken effect by that day.
    """
    if judged.of_team is not None:
        return judged.of_team
    on = judged.on
    for membership in memberships:
        if membership.joined_on <= on and (membership.left_on is None or on <= membership.left_on):
            for practice in membership.practices:
                if practice.confirmed and practice.period.covers(on):
                    if practice.salaried and practice.company_id is None:
                        return Reason.LIBERAL
                    signed_on = membership.signatures.get(judged.convention.id)
                    if signed_on is None or on < signed_on:
                        return Reason.SIGNATURE
                    return judged.of_declaration or practice
    return Reason.MEMBER


def judge(action: ActionFacts, *, rules: Rules, until: dt.date) -> Judged:
    """Judge the action once for all its candidates, in the run of the month that ends with `until`.

    A project whose convention takes effect after `until` has no convention yet: the run of that convention's
    month, or a later one, pays it.
    """
    on = judged_date(action, rules)
    convention = convention_in_force(action.team, on) if on <= until else NO_CONVENTION
    terms = convention.terms_on(on)
    return Judged(
        on,
        action.date.year,
        convention,
        terms.ceiling_cents,
        first_of_team(action, convention, terms, on),
        first_of_declaration(action, rules),
    )


def first_of_team(action: ActionFacts, convention: ConventionFacts, terms: Terms, on: dt.date) -> Reason | None:
    """1 to 3: what the team may be paid for on that date."""
    if convention is NO_CONVENTION:
        return Reason.CONVENTION
    if action.type not in terms.action_types:
        return Reason.TYPE
    if action.type in FOR_ASSOCIATIONS and not carried_by_association(action.team, on):
        return Reason.STRUCTURE
    return None


def first_of_declaration(action: ActionFacts, rules: Rules) -> Reason | None:
    """7 and 8: what the action itself, as declared, must be."""
    if action.type in CONCERTATIONS and not is_pluriprofessional(action):
        return Reason.PLURI
    if rules.deadline_months is not None and is_too_late(action, rules.deadline_months):
        return Reason.FORCLOS
    return None


def judged_date(action: ActionFacts, rules: Rules) -> dt.date:
    """The date on which 1 to 6 are judged: the action's own, but for writing the health project.

    A project comes before the signature by nature. With no convention in force on its date, the effect date
    of the team's first convention that takes effect after it, at most 12 months later (setting; the last
    day counts), stands in. Only the first one: if it is suspended or terminated on that very day, and no
    other is in force, the project is excluded like any other action. None at all: its own date, on which no
    convention is in force.
    """
    if action.type != PROJECT or convention_in_force(action.team, action.date) is not NO_CONVENTION:
        return action.date
    latest = add_months(action.date, rules.project_lookahead_months)
    effects = (convention.effective_on for convention in action.team.conventions)
    return min((day for day in effects if day and action.date < day <= latest), default=action.date)


def convention_in_force(team: TeamFacts, day: dt.date) -> ConventionFacts:
    """1. The team's convention in force on that day, else NO_CONVENTION.

    Of several the latest to take effect, then the highest id. A suspended one steps back: another that is
    in force counts, even if it took effect earlier.
    """
    chosen = NO_CONVENTION
    for convention in team.conventions:
        if convention.in_force(day) and (chosen is NO_CONVENTION or _later(convention, chosen)):
            chosen = convention
    return chosen


def _later(one: ConventionFacts, other: ConventionFacts) -> bool:
    first = dt.date.min
    return (one.effective_on or first, one.id) > (other.effective_on or first, other.id)


def carried_by_association(team: TeamFacts, day: dt.date) -> bool:
    """3. An association loi 1901 carried the team on that day."""
    return any(period.covers(day) for period in team.association_periods)


def is_pluriprofessional(action: ActionFacts) -> bool:
    """7. Two people and two professions at least among its participations, payable or not."""
    return action.people >= 2 and action.professions >= 2


def is_too_late(action: ActionFacts, deadline_months: int) -> bool:
    """8. Declared after the deadline, and not lifted. It runs from the action's date; its last day is in time."""
    return action.declared_on > add_months(action.date, deadline_months) and not action.deadline_lifted


@lru_cache(maxsize=1024)
def add_months(day: dt.date, months: int) -> dt.date:
    """The same day, `months` later; in a shorter month its last day (31 January and one month: 28 or 29 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))
