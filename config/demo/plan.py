"""A team as the demo imagines it, before it is written: unsaved objects that point at each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from actions.models import Action
from association.models import Company, Membership, MembershipPeriod, Professional, Team, TeamStructure, Theme
from association.nomenclature import MemberStatus, PracticeMode
from config.demo.casting import Part
from config.demo.places import Place
from conventions.models import Adhesion, Convention, ConventionTerms, Suspension


@dataclass
class Member:
    """Somebody in a team. ``confirmed_from``: none while only expected (pressenti)."""

    professional: Professional
    is_new: bool
    membership: Membership
    confirmed_from: date | None
    mode: str = PracticeMode.LIBERAL
    company: Company | None = None
    founder: bool = False
    signed: dict[str, date] = field(default_factory=dict)  # by number of convention

    def periods(self, place: Place) -> list[MembershipPeriod]:
        """Return the dated facts of the stay: expected until confirmed, if that came later than the entry."""
        common = {
            "membership": self.membership,
            "mode": self.mode,
            "company": self.company,
            "place": place.communes[self.membership.joined_on.day % len(place.communes)],
        }
        if self.confirmed_from is None:
            return [MembershipPeriod(status=MemberStatus.EXPECTED, **common)]
        if self.confirmed_from <= self.membership.joined_on:
            return [MembershipPeriod(status=MemberStatus.CONFIRMED, **common)]
        eve = self.confirmed_from - timedelta(days=1)
        return [
            MembershipPeriod(status=MemberStatus.EXPECTED, ends_on=eve, **common),
            MembershipPeriod(status=MemberStatus.CONFIRMED, starts_on=self.confirmed_from, **common),
        ]

    def is_member(self, day: date) -> bool:
        """Whether the stay covers the day and was confirmed by then."""
        stay = self.membership
        return (
            stay.joined_on <= day
            and (stay.left_on is None or day <= stay.left_on)
            and self.confirmed_from is not None
            and self.confirmed_from <= day
        )

    def is_paid(self, day: date, number: str) -> bool:
        """Whether the rules about the person let an action of that day be paid under that convention."""
        return (
            self.is_member(day)
            and (self.mode != PracticeMode.SALARIED or self.company is not None)
            and number in self.signed
            and self.signed[number] <= day
        )


@dataclass
class Agreement:
    """A convention with its terms, suspensions and signatures."""

    convention: Convention
    state: str
    terms: list[ConventionTerms]
    suspensions: list[Suspension] = field(default_factory=list)
    adhesions: list[tuple[Adhesion, str]] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.convention.number

    def in_force(self, day: date) -> bool:
        """A matter of dates only, as in the rules."""
        it = self.convention
        if self.state not in Convention.PAYING or it.effective_on is None:
            return False
        if not it.effective_on <= day <= it.ends_on:
            return False
        if it.terminated_on is not None and day >= it.terminated_on:
            return False
        return not any(
            pause.starts_on <= day and (pause.ends_on is None or day < pause.ends_on) for pause in self.suspensions
        )

    def types_on(self, day: date) -> list[str]:
        """Return the action types as amended on the day."""
        held = [terms for terms in self.terms if terms.effective_on is None or terms.effective_on <= day]
        return list(held[-1].action_types)


@dataclass
class Session:
    """An action and who took part, with the role of each. ``refused``: who was struck off by the office."""

    action: Action
    state: str
    people: list[tuple[Professional, str]]
    refused: Professional | None = None


@dataclass
class Afterwards:
    """What happens while the last months are being paid: references of actions."""

    cancelled_first: list[str] = field(default_factory=list)  # paid before the start, cancelled before the last run
    cancelled_last: list[str] = field(default_factory=list)  # paid by the run before the last, then cancelled
    validated_late: list[str] = field(default_factory=list)  # declared and validated after the run of its month


@dataclass
class TeamPlan:
    """A team with everything that hangs on it."""

    team: Team
    part: Part
    place: Place
    themes: list[Theme]
    specialty: str = ""  # of a team of specialists
    structures: list[TeamStructure] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    marked: dict[str, Member] = field(default_factory=dict)  # members who stand for an exception

    @property
    def founders(self) -> list[Member]:
        return [member for member in self.members if member.founder]

    def in_force(self, day: date) -> Agreement | None:
        """Return the convention in force on the day."""
        return next((agreement for agreement in self.agreements if agreement.in_force(day)), None)
