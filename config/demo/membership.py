"""Who is in a team: a core of founders with a GP, then those who joined, in the proportions of the field."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import date, timedelta

from association.models import Company, Membership, Professional
from association.nomenclature import PracticeMode, Profession
from config.demo.casting import Oddity
from config.demo.people import People
from config.demo.places import of
from config.demo.plan import Member, TeamPlan
from config.demo.span import Span, between
from config.demo.users import DOMAIN

FOUNDERS = ("10", "60", "21", "60", "10")
FOUNDERS_OF_SPECIALISTS = ("10", "60", "10", "95", "10")
WEIGHTS = {
    "60": 30, "70": 16, "10": 14, "21": 11, "80": 6, "91": 6, "50": 5, "95": 4, "40": 3, "94": 3, "92": 2, "96": 2,
}  # fmt: skip
OTHERS = (5, 13)
ACQUAINTANCES = 40


@dataclass(frozen=True)
class Acquaintance:
    """Somebody of another team of the department, who may join a second one; paid in the same way."""

    professional: Professional
    company: Company | None
    mode: str


@dataclass
class Members:
    """Draws the members of one team after the other."""

    people: People
    span: Span
    rng: random.Random
    _known: dict[str, deque[Acquaintance]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=ACQUAINTANCES))
    )
    _companies: int = 0

    def draw(self, plan: TeamPlan, since: date, until: date | None) -> None:
        """Add members; ``since``: the first meeting; ``until``: the end of a closed team."""
        for profession in FOUNDERS_OF_SPECIALISTS if plan.specialty else FOUNDERS:
            plan.members.append(self._founder(plan, profession, since, until))
        plan.members[0].membership.is_referent = True
        if self.rng.random() < 0.3:
            plan.members[2].membership.is_referent = True
        self._exceptions(plan, since)
        for _ in range(self.rng.randint(*OTHERS)):
            self._join(plan, since, until)
        self._remember(plan)

    def _founder(self, plan: TeamPlan, profession: str, since: date, until: date | None) -> Member:
        professional = self._new(plan, profession)
        membership = Membership(team=plan.team, professional=professional, joined_on=since, left_on=until)
        member = Member(professional, True, membership, since, founder=True)
        if profession == Profession.PHARMACIEN and self.rng.random() < 0.6:
            member.company = self._pharmacy(plan)
        return member

    def _join(self, plan: TeamPlan, since: date, until: date | None) -> None:
        rng = self.rng
        joined_on = since if rng.random() < 0.8 else between(rng, since, (until or self.span.end) - timedelta(45))
        member = self._newcomer(plan, joined_on)
        member.membership.left_on = until
        if rng.random() < 0.07 and joined_on + timedelta(60) < self.span.end:
            left_on = between(rng, max(joined_on + timedelta(60), self.span.first), self.span.end)
            member.membership.left_on = min(filter(None, (left_on, until)))
        draw = rng.random()
        if draw < 0.05:
            member.confirmed_from = None
        elif draw < 0.08:
            member.confirmed_from = joined_on + timedelta(days=rng.randint(30, 90))
        plan.members.append(member)

    def _newcomer(self, plan: TeamPlan, joined_on: date) -> Member:
        rng = self.rng
        there = {member.professional.rpps for member in plan.members}
        known = [one for one in self._known[plan.place.department_id] if one.professional.rpps not in there]
        if known and rng.random() < 0.06:
            one = rng.choice(known)
            membership = Membership(team=plan.team, professional=one.professional, joined_on=joined_on)
            return Member(one.professional, False, membership, joined_on, one.mode, one.company)
        profession = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        professional = self._new(plan, profession)
        membership = Membership(team=plan.team, professional=professional, joined_on=joined_on)
        member = Member(professional, True, membership, joined_on)
        self._way_of_practice(plan, member)
        return member

    def _way_of_practice(self, plan: TeamPlan, member: Member) -> None:
        rng, profession = self.rng, member.professional.profession
        draw = rng.random()
        if profession == Profession.PHARMACIEN:
            if draw < 0.6:
                member.company = self._pharmacy(plan)
        elif draw < 0.05:
            member.mode = PracticeMode.MIXED
        elif draw < 0.09:
            member.mode, member.company = PracticeMode.SALARIED, self._employer(plan)
        elif draw < 0.13 and profession in ("10", "60", "70"):
            member.company = self._company(plan, f"SELARL {member.professional.last_name.upper()} ET ASSOCIÉS")

    def _exceptions(self, plan: TeamPlan, since: date) -> None:
        """Add the members whom the team's oddities need."""
        for oddity in plan.part.oddities:
            if oddity == Oddity.LIBERAL:
                member = self._plain(plan, "60", since)
                member.mode = PracticeMode.SALARIED
            elif oddity == Oddity.SIGNATURE:
                member = self._plain(plan, "70", since)
            elif oddity == Oddity.MEMBER:
                member = self._plain(plan, "91", since)
                member.confirmed_from = None
            else:
                continue
            plan.members.append(member)
            plan.marked[oddity] = member

    def _plain(self, plan: TeamPlan, profession: str, since: date) -> Member:
        professional = self._new(plan, profession)
        return Member(professional, True, Membership(team=plan.team, professional=professional, joined_on=since), since)

    def _new(self, plan: TeamPlan, profession: str) -> Professional:
        return self.people.draw(profession, self.rng.choice(plan.place.communes), specialty=plan.specialty)

    def _remember(self, plan: TeamPlan) -> None:
        for member in plan.members:
            if member.is_new and not member.founder and member.membership.left_on is None:
                self._known[plan.place.department_id].append(
                    Acquaintance(member.professional, member.company, member.mode)
                )

    def _pharmacy(self, plan: TeamPlan) -> Company:
        place = self.rng.choice(plan.place.communes)
        words = self.rng.choice((of(place.name), "du Centre", "de la Mairie", "de l'Église", "du Marché"))
        return self._company(plan, f"{self.rng.choice(('SELARL', 'SELAS', 'SNC'))} Pharmacie {words}".upper())

    def _employer(self, plan: TeamPlan) -> Company:
        """Return the team's employer: one association or health centre for all its salaried members."""
        for company in plan.companies:
            if company.name.startswith(("CENTRE", "ASSOCIATION")):
                return company
        head = self.rng.choice(("Centre de soins infirmiers", "Association de soins à domicile"))
        return self._company(plan, f"{head} {of(plan.place.centre.name)}".upper())

    def _company(self, plan: TeamPlan, name: str) -> Company:
        self._companies += 1
        code = f"SOC-{self._companies:04d}"
        email = f"{code.lower()}@{DOMAIN}"
        company = Company(code=code, name=name, siret=self.people.siret(), email=email)
        plan.companies.append(company)
        return company
