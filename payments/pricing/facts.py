"""What is known of an action and of the people in it before anything is decided.

Every date is a civil date, every amount an integer number of euro cents. What exists once per team is a
frozen dataclass; what exists once per action or per participation, hence a million times, is a named tuple.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a participation earns nothing in this run, or less than its price; in the order of judgement."""

    CONVENTION = "CONVENTION"
    TYPE = "TYPE"
    STRUCTURE = "STRUCTURE"
    MEMBER = "MEMBER"
    LIBERAL = "LIBERAL"
    SIGNATURE = "SIGNATURE"
    PLURI = "PLURI"
    FORCLOS = "FORCLOS"
    CAP_COUNT = "CAP_COUNT"
    CAP_TEAM = "CAP_TEAM"
    CAP_PERSON = "CAP_PERSON"

    @property
    def is_final(self) -> bool:
        """True for `CAP_*`: final once the run is frozen. For the others a later run looks again."""
        return self in (Reason.CAP_COUNT, Reason.CAP_TEAM, Reason.CAP_PERSON)


@dataclass(frozen=True, slots=True)
class Rules:
    """The association's settings that change what is paid. None: the rule is not applied."""

    deadline_months: int | None = None
    personal_ceiling_cents: int | None = None
    project_lookahead_months: int = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both days included; None is open."""

    start: dt.date | None = None
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Suspension:
    """From `start` until the day before `end`, on which the convention is in force again. None: not lifted yet."""

    start: dt.date
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a convention, or an amendment from `effective_on` on, agrees. None: from the start."""

    effective_on: dt.date | None
    ceiling_cents: int
    action_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConventionFacts:
    """A team's convention. `effective_on` None: not signed, never in force. `terms`: by date, the first undated."""

    id: int
    effective_on: dt.date | None
    ends_on: dt.date
    terms: tuple[Terms, ...]
    terminated_on: dt.date | None = None
    suspensions: tuple[Suspension, ...] = ()

    def in_force(self, day: dt.date) -> bool:
        """A matter of dates only: the day it ends counts, the day it is terminated does not."""
        if self.effective_on is None or not self.effective_on <= day <= self.ends_on:
            return False
        if self.terminated_on is not None and self.terminated_on <= day:
            return False
        return not (self.suspensions and any(suspension.covers(day) for suspension in self.suspensions))

    def terms_on(self, day: dt.date) -> Terms:
        """As amended on that day: the last terms that have taken effect."""
        for terms in reversed(self.terms):
            if terms.effective_on is None or terms.effective_on <= day:
                return terms
        raise ValueError(f"convention {self.id} has no terms on {day}: its first ones hold from the start")


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team; `association_periods`: when an association loi 1901 carried it."""

    id: int
    kind: str
    conventions: tuple[ConventionFacts, ...]
    association_periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Practice:
    """How a member practises during a period. `pressenti` is not `confirmed`; `mixte` is not `salaried`.

    `company_id`: the company (SEL, pharmacy, employer) that is the beneficiary on those dates, if any.
    """

    period: Period
    confirmed: bool
    salaried: bool
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class MembershipFacts:
    """A person in a team, from `joined_on` to `left_on`, both included.

    `signatures`: convention id -> date on which this member's signature, or adhesion, takes effect.
    """

    id: int
    joined_on: dt.date
    left_on: dt.date | None
    practices: tuple[Practice, ...]
    signatures: Mapping[int, dt.date]


class ActionFacts(NamedTuple):
    """A validated action. `people`, `professions`: distinct counts among its participations, without refused ones."""

    id: int
    date: dt.date
    reference: str
    type: str
    team: TeamFacts
    people: int
    professions: int
    declared_on: dt.date
    deadline_lifted: bool = False


class Candidate(NamedTuple):
    """A participation to decide. `memberships`: those of this person in the action's team, usually one.

    The candidates of one action share its `ActionFacts`. `rpps` and the action's reference are compared by
    code point.
    """

    participation_id: int
    action: ActionFacts
    professional_id: int
    rpps: str
    role: str
    profession: str
    memberships: tuple[MembershipFacts, ...]
