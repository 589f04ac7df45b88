"""The dossiers of the demo: projects by version, what the ARS answered, exchanges, structures around the teams.

Drawn apart from the teams (a generator of its own per team), so that the figures of a region do not move when its
dossiers grow.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from association.models import (
    ComplementPoint,
    Department,
    DossierDocument,
    Exchange,
    ExternalStructure,
    HealthProject,
    RecognitionRequest,
    StructureLink,
    Team,
)
from association.nomenclature import ActionType, LegalForm, TeamKind
from association.project_content import Person, ProjectContent, Section
from association.project_sections import entries, missing, needed, sections_for
from association.workflow import enter_at
from config.demo import dossier_words as words
from config.demo.casting import Oddity
from config.demo.papers import papers_of
from config.demo.plan import Member, TeamPlan
from config.demo.span import Span, at
from config.demo.users import DemoUsers

State = Team.State
WRITTEN = frozenset(
    {State.SUBMITTED, State.TO_COMPLETE, State.RECOGNISED, State.REFUSED, State.UNDER_CONVENTION, State.SUSPENDED,
     State.WITHDRAWN}
)  # fmt: skip
DECISIONS = RecognitionRequest.Decision


@dataclass
class Dossier:
    """What hangs on one team, unsaved; projects beside their state."""

    plan: TeamPlan
    projects: list[tuple[HealthProject, str]] = field(default_factory=list)
    requests: list[RecognitionRequest] = field(default_factory=list)
    points: list[ComplementPoint] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    links: list[StructureLink] = field(default_factory=list)


@dataclass
class Dossiers:
    """Draws the dossiers of teams already drawn, and writes them."""

    users: DemoUsers
    span: Span
    seed: int
    _around: dict[str, list[ExternalStructure]] = field(default_factory=dict)

    def settle(self) -> None:
        """Write the structures around the teams: a CPTS and a PTA per department, and a few MSP."""
        departments = Department.objects.filter(region=settings.REGION).order_by("code")
        made = [
            ExternalStructure(kind=kind, name=f"{label} {department.name}")
            for department in departments
            for kind, label in (("cpts", "du Centre"), ("pta", "d'appui"), ("msp", "des Sources"))
        ]
        ExternalStructure.objects.bulk_create(made)
        for number, department in enumerate(departments):
            self._around[department.code] = made[3 * number : 3 * number + 3]

    def introduce(self, plan: TeamPlan) -> None:
        """Give a team its contact, before it is written."""
        team = plan.team
        team.ars_correspondent = self.users.ars
        if plan.members:
            contact = plan.members[0].professional
            team.contact_name = f"{contact.first_name} {contact.last_name}"
            team.contact_phone, team.contact_email = contact.phone, contact.email

    def write(self, plans: list[TeamPlan]) -> None:
        """Draw and write the dossiers of a chunk of teams that are written already."""
        dossiers = [self._draw(plan) for plan in plans]
        actor = self.users.admin
        enter_at((one for d in dossiers for one in d.projects), actor=actor, origin="demo")
        _join("commune_id", ((p.pk, c.pk) for d in dossiers for p, _ in d.projects for c in d.plan.place.communes))
        _join("theme_id", ((p.pk, theme.pk) for d in dossiers for p, _ in d.projects for theme in d.plan.themes))
        for model, name in (
            (RecognitionRequest, "requests"),
            (ComplementPoint, "points"),
            (Exchange, "exchanges"),
            (StructureLink, "links"),
        ):
            model._base_manager.bulk_create([row for d in dossiers for row in getattr(d, name)], batch_size=2_000)
        DossierDocument.objects.bulk_create(
            paper for d in dossiers for paper in papers_of(d.plan, d.requests, users=self.users, seed=self.seed)
        )

    def _draw(self, plan: TeamPlan) -> Dossier:
        rng = random.Random(f"dossier {self.seed} {plan.team.code}")  # noqa: S311 - a demo wants the same draw again
        dossier = Dossier(plan)
        self._link(dossier, rng)
        self._note(dossier, rng)
        if plan.team.kind != TeamKind.INFORMAL:
            self._project(dossier, rng)
        return dossier

    def _project(self, dossier: Dossier, rng: random.Random) -> None:
        plan, state = dossier.plan, dossier.plan.part.state
        if state not in WRITTEN and state != State.DRAFTING and not plan.team.recognised_on:
            return
        first = self._version(plan, 1, rng, complete=state != State.DRAFTING)
        if state == State.DRAFTING:
            dossier.projects.append((first, HealthProject.State.DRAFT))
            return
        recognised_on = plan.team.recognised_on
        submitted = (recognised_on or self.span.end) - timedelta(days=rng.randint(25, 50) if recognised_on else 20)
        request = self._submit(dossier, first, submitted)
        if state == State.TO_COMPLETE:
            self._complements(dossier, first, request, submitted + timedelta(days=12), answered=1)
            dossier.projects.append((self._version(plan, 2, rng, complete=True), HealthProject.State.DRAFT))
        elif state == State.REFUSED:
            dossier.projects.append((first, HealthProject.State.RETURNED))
            self._decide(request, DECISIONS.REFUSED, submitted + timedelta(days=15), reason=words.REFUSAL)
        elif state == State.SUBMITTED:
            dossier.projects.append((first, HealthProject.State.SUBMITTED))
        elif rng.random() < 0.2:  # recognised after a second version
            self._complements(dossier, first, request, submitted + timedelta(days=5), answered=9)
            second = self._version(plan, 2, rng, complete=True)
            again = self._submit(dossier, second, submitted + timedelta(days=15))
            dossier.projects.append((second, HealthProject.State.ACCEPTED))
            self._decide(again, DECISIONS.ACCEPTED, recognised_on or submitted)
        else:
            dossier.projects.append((first, HealthProject.State.ACCEPTED))
            self._decide(request, DECISIONS.ACCEPTED, recognised_on or submitted)

    def _version(self, plan: TeamPlan, number: int, rng: random.Random, *, complete: bool) -> HealthProject:
        team, created = plan.team, plan.team.created_at.date()
        types = [ActionType.RCP, ActionType.RCPP, ActionType.PPS, ActionType.PROTOCOLE]
        if plan.structures and any(one.form == LegalForm.ASSOCIATION for one in plan.structures):
            types += [ActionType.PREVENTION]
        project = HealthProject(
            team=team,
            number=number,
            created_by=team.officer or self.users.gestion,
            created_at=at(created + timedelta(days=30 + 40 * (number - 1))),
            problem=rng.choice(words.PROBLEMS),
            problem_indicators=rng.choice(words.INDICATORS) if number > 1 or complete else "",
            present_ways=rng.choice(words.PRESENT_WAYS),
            shared_patients=team.shared_patients,
            covers_all_patients=True,
        )
        if complete:
            project.means = rng.choice(words.MEANS)
            project.goals_patients = rng.choice(words.GOALS_PATIENTS)
            project.goals_professionals = rng.choice(words.GOALS_PROFESSIONALS)
            project.building_from = created + timedelta(days=30)
            project.submission_planned_on = created + timedelta(days=90)
            project.starting_on = (created + timedelta(days=150)).replace(day=1)
            project.calendar_notes = rng.choice(words.CALENDARS)
            project.action_types = [code.value for code in types]
            if team.kind == TeamKind.ESS:
                project.core_missions, project.territorial_diagnosis = words.MISSIONS, words.DIAGNOSIS
        return project

    def _submit(self, dossier: Dossier, project: HealthProject, day: date) -> RecognitionRequest:
        project.submitted_on = day
        project.content = content_of(project, dossier.plan, day).to_json()
        request = RecognitionRequest(
            team=dossier.plan.team,
            project=project,
            submitted_on=day,
            submitted_by=dossier.plan.team.officer or self.users.gestion,
            opinion_due_on=day + timedelta(days=settings.OPINION_DAYS),
        )
        dossier.requests.append(request)
        return request

    def _complements(
        self, dossier: Dossier, project: HealthProject, request: RecognitionRequest, day: date, *, answered: int
    ) -> None:
        dossier.projects.append((project, HealthProject.State.RETURNED))
        request.closed_at = at(day)
        for number, (kind, text) in enumerate(words.COMPLEMENTS):
            point = ComplementPoint(
                request=request,
                kind=kind,
                text=text,
                due_on=day + timedelta(days=settings.COMPLEMENT_DAYS),
                asked_at=at(day),
                asked_by=self.users.ars,
            )
            if number < answered:
                point.answer = words.ANSWERS[number % len(words.ANSWERS)]
                point.answered_at, point.answered_by = at(day + timedelta(days=4)), self.users.gestion
            dossier.points.append(point)

    def _decide(self, request: RecognitionRequest, decision: str, day: date, *, reason: str = "") -> None:
        request.opinion = RecognitionRequest.Opinion.FAVOURABLE
        if decision == DECISIONS.REFUSED:
            request.opinion = RecognitionRequest.Opinion.UNFAVOURABLE
        request.opinion_on = day - timedelta(days=1)
        request.opinion_by = request.decided_by = self.users.ars
        request.decision, request.decided_on, request.reason = decision, day, reason
        request.letter_reference = f"DT{request.team.department_id}-{day:%Y}-{request.team.code[-3:]}"

    def _link(self, dossier: Dossier, rng: random.Random) -> None:
        plan = dossier.plan
        around = self._around.get(str(plan.team.department_id))
        if not around:
            return
        cpts, pta, msp = around
        relation = StructureLink.Relation
        since = plan.team.created_at.date()
        if rng.random() < 0.5:
            dossier.links.append(
                StructureLink(team=plan.team, structure=cpts, relation=relation.BELONGS, starts_on=since)
            )
        if rng.random() < 0.2:
            dossier.links.append(
                StructureLink(team=plan.team, structure=pta, relation=relation.SUPPORTED, starts_on=since)
            )
        if plan.team.outcome == Team.Outcome.MSP:
            closed = plan.team.closed_on
            dossier.links.append(
                StructureLink(team=plan.team, structure=msp, relation=relation.EVOLVED, starts_on=closed)
            )
        if Oddity.MEMBER in plan.part.oddities and len(plan.members) > 1:
            dossier.links.append(
                StructureLink(
                    team=plan.team,
                    membership=plan.members[1].membership,
                    structure=msp,
                    relation=relation.FUNDED_ACI,
                    starts_on=self.span.middle,
                )
            )

    def _note(self, dossier: Dossier, rng: random.Random) -> None:
        team = dossier.plan.team
        author = team.officer or self.users.gestion
        day = team.created_at.date() + timedelta(days=3)
        for kind, body in words.NOTES[: rng.randint(1, len(words.NOTES))]:
            exchange = Exchange(team=team, kind=kind, held_on=day, body=body, author=author, created_at=at(day, 17))
            if kind == Exchange.Kind.VISIT:
                exchange.minutes = rng.choice((60, 90, 120))
            dossier.exchanges.append(exchange)
            day += timedelta(days=rng.randint(10, 30))
        if team.state == State.ACCOMPANIED or dossier.plan.part.state == State.ACCOMPANIED:
            dossier.exchanges[-1].follow_up_on = self.span.end + timedelta(days=3)


def content_of(project: HealthProject, plan: TeamPlan, submitted_on: date) -> ProjectContent:
    """Return what a version said when it was submitted, from the plan of its team."""
    team = plan.team
    people = tuple(_person(member, plan, submitted_on) for member in plan.members if _was_there(member, submitted_on))
    answers: dict[str, Any] = {
        **{name: getattr(project, name) for name in HealthProject.ANSWERS},
        "people": len(people) or 1,
        "communes": tuple(str(commune) for commune in plan.place.communes),
        "epcis": (),
        "themes": tuple(theme.name for theme in plan.themes),
        "action_types_in_words": tuple(str(ActionType(code).label) for code in project.action_types),
    }
    return ProjectContent(
        team_code=team.code,
        team_name=team.name,
        kind_label=str(TeamKind(team.kind).label),
        department=plan.place.centre.department.name,
        version=project.number,
        state_label=str(HealthProject.State.SUBMITTED.label),
        submitted_on=submitted_on,
        organisation=settings.ORGANISATION_NAME,
        people=people,
        sections=tuple(
            Section(
                code=section.code,
                number=section.number,
                title=section.title,
                entries=entries(section, answers),
                complete=not (needed(section, team.kind) and missing(section, answers)),
            )
            for section in sections_for(team.kind)
        ),
    )


def _was_there(member: Member, day: date) -> bool:
    return member.founder or member.membership.joined_on <= day


def _person(member: Member, plan: TeamPlan, day: date) -> Person:
    person = member.professional
    quality = "Médecin généraliste" if person.is_general_practitioner else str(person.get_profession_display())
    return Person(
        name=f"{person.last_name} {person.first_name}",
        quality=quality,
        place=plan.place.centre.name,
        mode="Libéral",
        expected=member.confirmed_from is None or member.confirmed_from > day,
    )


def _join(name: str, pairs: Iterable[tuple[Any, Any]]) -> None:
    field_name = "communes" if name == "commune_id" else "themes"
    through = getattr(HealthProject, field_name).through
    through._base_manager.bulk_create(
        [through(**{"healthproject_id": project, name: other}) for project, other in pairs], batch_size=2_000
    )
