"""What teams do: actions with their season, people and counts. Numbers and themes only, never a patient."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from actions.models import Action
from association.models import Professional
from association.nomenclature import ActionType, Modality, ParticipationRole
from config.demo.casting import Story
from config.demo.plan import Agreement, Session, TeamPlan
from config.demo.span import Span, at, last_day, office_days

SEASON = {1: 1.0, 2: 1.0, 3: 1.15, 4: 0.9, 5: 0.85, 6: 1.15, 7: 0.6, 8: 0.3, 9: 1.1, 10: 1.2, 11: 1.15, 12: 0.8}
PACE = (1.2, 2.9)
FREQUENCY = {
    ActionType.RCP: 50,
    ActionType.RCPP: 15,
    ActionType.PPS: 18,
    ActionType.PROTOCOLE: 3,
    ActionType.PREVENTION: 7,
    ActionType.ETP: 9,
}
ON_SITE, VIDEO, AT_HOME = Modality.ON_SITE, Modality.VIDEO, Modality.AT_HOME


@dataclass(frozen=True)
class Manner:
    """How an action of a type goes: minutes, where, how many professionals and how many patients (counts)."""

    minutes: tuple[int, ...]
    modalities: tuple[str, ...]
    people: tuple[int, int]
    patients: tuple[int, int] | None
    writer: bool = False


MANNERS = {
    ActionType.RCP: Manner((45, 60, 60, 75, 90), (ON_SITE, ON_SITE, ON_SITE, VIDEO, VIDEO), (4, 9), (3, 12)),
    ActionType.RCPP: Manner((30, 45, 60), (AT_HOME, AT_HOME, AT_HOME, ON_SITE), (2, 4), (1, 1)),
    ActionType.PPS: Manner((30, 45, 60), (ON_SITE, VIDEO, VIDEO), (2, 5), (1, 1), writer=True),
    ActionType.PROTOCOLE: Manner((90, 120, 150), (ON_SITE, ON_SITE, VIDEO), (3, 6), None, writer=True),
    ActionType.PREVENTION: Manner((90, 120, 180), (ON_SITE,), (2, 5), (8, 45)),
    ActionType.ETP: Manner((60, 90, 120), (ON_SITE,), (2, 4), (5, 12)),
    ActionType.PROJET: Manner((120, 180, 240), (ON_SITE, VIDEO), (4, 5), None, writer=True),
}
LAST_MONTH_STATES = {
    Action.State.VALIDATED: 82,
    Action.State.DECLARED: 9,
    Action.State.TO_COMPLETE: 4,
    Action.State.NOT_RETAINED: 3,
    Action.State.WITHDRAWN: 2,
}
EARLIER_STATES = {
    Action.State.VALIDATED: 970,
    Action.State.TO_COMPLETE: 5,
    Action.State.NOT_RETAINED: 15,
    Action.State.WITHDRAWN: 10,
}


@dataclass
class Activity:
    """Draws the actions of one team after the other."""

    span: Span
    rng: random.Random
    _numbers: dict[str, int] = field(default_factory=dict)

    def draw(self, plan: TeamPlan) -> None:
        """Add the team's actions: the writing of its project if it is recent, then month after month."""
        self._write_project(plan)
        pace = plan.part.pace or self.rng.uniform(*PACE)
        for month in self.span.months:
            days = [day for day in office_days(month, last_day(month)) if plan.in_force(day)]
            if days:
                for _ in range(self._how_many(pace, month)):
                    self._ordinary(plan, self.rng.choice(days))

    def _how_many(self, pace: float, month: date) -> int:
        mean = pace * SEASON[month.month]
        whole = int(mean)
        return whole + (self.rng.random() < mean - whole)

    def _ordinary(self, plan: TeamPlan, day: date) -> None:
        agreement = plan.in_force(day)
        if agreement is None:
            return
        types = [kind for kind in FREQUENCY if kind in _payable_types(plan, agreement, day)]
        kind = self.rng.choices(types, [FREQUENCY[kind] for kind in types])[0]
        people = self.payable(plan, agreement, day)
        if len({person.profession for person in people}) > 1:
            session = self.session(plan, kind, day, self._who(kind, people))
            if session.state == Action.State.VALIDATED and self.rng.random() < 0.004:
                session.refused = session.people[-1][0]

    def _write_project(self, plan: TeamPlan) -> None:
        """Writing the project comes before the signature by nature, and is paid once the convention is in force."""
        if plan.part.story not in (Story.RECENT, Story.PRORATED):
            return
        effect = plan.agreements[0].convention.starts_on
        day = office_days(effect - timedelta(days=85), effect - timedelta(days=30))[self.rng.randrange(30)]
        writers = [member.professional for member in plan.founders]
        self.session(plan, ActionType.PROJET, day, writers).state = Action.State.VALIDATED

    def payable(self, plan: TeamPlan, agreement: Agreement, day: date) -> list[Professional]:
        """Return the members whom the rules let be paid on that day, the GP first."""
        return [member.professional for member in plan.members if member.is_paid(day, agreement.number)]

    def _who(self, kind: str, people: list[Professional]) -> list[Professional]:
        """Choose participants of two professions at least; a founding doctor is mostly there."""
        low, high = MANNERS[ActionType(kind)].people
        count = min(len(people), self.rng.randint(low, high))
        chosen = self.rng.sample(people, count)
        if len({person.profession for person in chosen}) > 1:
            return chosen
        other = next(person for person in people if person.profession != chosen[0].profession)
        return [*chosen[:-1], other] if len(chosen) > 1 else [*chosen, other]

    def session(
        self, plan: TeamPlan, kind: str, day: date, people: list[Professional], *, declared_on: date | None = None
    ) -> Session:
        """Add an action of that day with these people, the first one its writer if its type has one."""
        rng, manner = self.rng, MANNERS[ActionType(kind)]
        declared = declared_on or max(day, min(self.span.end, day + timedelta(days=rng.randint(0, 20))))
        action = Action(
            reference=self._reference(plan, day),
            team=plan.team,
            type=kind,
            held_on=day,
            declared_on=declared,
            duration_minutes=rng.choice(manner.minutes),
            modality=rng.choice(manner.modalities),
            theme=rng.choice(plan.themes).name,
            patients_count=rng.randint(*manner.patients) if manner.patients else None,
            created_at=at(declared, 18),
        )
        head = ParticipationRole.REDACTEUR if manner.writer else ParticipationRole.PARTICIPANT
        roles = [head] + [ParticipationRole.PARTICIPANT] * (len(people) - 1)
        states = LAST_MONTH_STATES if day >= self.span.last else EARLIER_STATES
        state = rng.choices(list(states), list(states.values()))[0]
        session = Session(action, state, list(zip(people, roles, strict=True)))
        plan.sessions.append(session)
        return session

    def validated(self, plan: TeamPlan, kind: str, day: date, people: list[Professional]) -> Session:
        """Add an action that the office has validated."""
        session = self.session(plan, kind, day, people)
        session.state = Action.State.VALIDATED
        return session

    def day_in(self, month: date) -> date:
        """Draw an office day of a month."""
        days = office_days(month, last_day(month))
        return self.rng.choice(days)

    def _reference(self, plan: TeamPlan, day: date) -> str:
        head = f"{plan.team.code}-{day:%y%m}"
        self._numbers[head] = self._numbers.get(head, 0) + 1
        return f"{head}-{self._numbers[head]}"


def _payable_types(plan: TeamPlan, agreement: Agreement, day: date) -> set[str]:
    """Return what the convention opens that day, without what needs an association where there is none."""
    types = set(agreement.types_on(day)) - {ActionType.PROJET}
    return types if plan.part.association else types - {ActionType.PREVENTION, ActionType.ETP}
