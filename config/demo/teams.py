"""Teams: their place, name, dates and what carries them; members and conventions follow from these."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from association.models import Team, TeamStructure, Theme
from association.nomenclature import LegalForm, TeamKind
from config.demo import casting
from config.demo.agreements import draw_agreements, effect_of
from config.demo.casting import Part
from config.demo.membership import Members
from config.demo.people import SPECIALTIES
from config.demo.places import Places
from config.demo.plan import TeamPlan
from config.demo.span import Span, at, between
from config.demo.users import DemoUsers, officer_of

RECOGNISED = (
    Team.State.RECOGNISED,
    Team.State.UNDER_CONVENTION,
    Team.State.SUSPENDED,
    Team.State.WITHDRAWN,
)
CODES = {TeamKind.ESP_CLAP: "CLAP", TeamKind.ESP: "ESP", TeamKind.ESS: "ESS", TeamKind.INFORMAL: "INF"}


@dataclass
class Teams:
    """Draws one team after the other, complete but for its actions."""

    places: Places
    members: Members
    themes: list[Theme]
    users: DemoUsers
    span: Span
    rng: random.Random
    _numbers: Counter[str] = field(default_factory=Counter)

    def draw(self, number: int) -> TeamPlan:
        """Return the team with that number, from 0 on."""
        part, rng = casting.part(number), self.rng
        effect = effect_of(part.story, self.span, rng)
        plan = self._team(part, effect)
        closed_on = plan.team.closed_on = self._closed_on(plan, effect)
        self._structure(plan)
        self.members.draw(plan, plan.team.created_at.date() + timedelta(days=10), closed_on)
        if effect is not None:
            draw_agreements(plan, effect, self.span, rng)
        return plan

    def _team(self, part: Part, effect: date | None) -> TeamPlan:
        rng, place = self.rng, self.places.draw()
        chosen = sorted(rng.sample(self.themes, rng.randint(1, 3)), key=lambda theme: theme.name)
        if effect is not None:
            recognised_on = effect - timedelta(days=rng.randint(20, 75))
        else:
            recognised_on = self.span.end - timedelta(days=rng.randint(15, 200))
        created = recognised_on - timedelta(days=rng.randint(100, 330))
        if part.state == Team.State.REGISTERED:
            created = self.span.end - timedelta(days=rng.randint(12, 40))
        department = place.department_id
        specialty = rng.choice(SPECIALTIES) if part.kind == TeamKind.ESS else ""
        head = f"{CODES[TeamKind(part.kind)]}-{department}"
        self._numbers[head] += 1
        team = Team(
            code=f"{head}-{self._numbers[head]:03d}",
            name=self.places.name(place, part.kind, chosen[0].name, specialty),
            kind=part.kind,
            department_id=department,
            shared_patients=None if part.state == Team.State.REGISTERED else rng.randrange(20, 620, 5),
            recognised_on=recognised_on if part.state in RECOGNISED or part.outcome == Team.Outcome.MSP else None,
            outcome=part.outcome,
            officer=officer_of(department, self.users) if part.state != Team.State.REGISTERED else None,
            created_at=at(created),
        )
        return TeamPlan(team, part, place, chosen, specialty)

    def _structure(self, plan: TeamPlan) -> None:
        rng, team = self.rng, plan.team
        if plan.part.association:
            people = self.members.people
            rna, siret = people.rna(plan.place.department_id), people.siret()
            plan.structures.append(TeamStructure(team=team, form=LegalForm.ASSOCIATION, rna=rna, siret=siret))
        elif rng.random() < 0.06:
            siret = self.members.people.siret()
            plan.structures.append(TeamStructure(team=team, form=LegalForm.SISA, siret=siret))

    def _closed_on(self, plan: TeamPlan, effect: date | None) -> date | None:
        """Return the day on which a closed team ended: a while after it was made, in the first half of the months."""
        if plan.part.state != Team.State.CLOSED:
            return None
        ended = between(self.rng, self.span.first + timedelta(days=60), self.span.middle + timedelta(days=20))
        return ended if effect else max(ended, plan.team.created_at.date() + timedelta(days=60))
