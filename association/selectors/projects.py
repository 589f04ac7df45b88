"""Health projects as their readers meet them: answers, completeness, content in words, versions of a team."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from association.eligibility import SectionFacts
from association.models import HealthProject, Membership, Team, User
from association.nomenclature import ActionType, MemberStatus
from association.project_content import Person, ProjectContent, Section
from association.project_sections import (
    COUNTED_ELSEWHERE,
    Completeness,
    completeness,
    entries,
    missing,
    needed,
    sections_for,
)
from association.selectors.members import Member, members_of

EVERY_ANSWER = ("communes", "epcis", "themes")  # the lists; the other answers are columns
# States of a team in which a first or a further version is begun, and in which one is being written.
STARTS_DRAFTING = (Team.State.ACCOMPANIED, Team.State.REFUSED, Team.State.WITHDRAWN)
IN_DRAFTING = (Team.State.DRAFTING, Team.State.TO_COMPLETE)


def projects_for(user: User) -> QuerySet[HealthProject]:
    """Return the versions in the user's scope with all that their pages show."""
    return HealthProject.objects.visible_to(user).select_related("team__department").prefetch_related(*EVERY_ANSWER)


def project_list(user: User) -> QuerySet[HealthProject]:
    """Return all versions of the user's scope with what a list shows of them, without what was frozen.

    ``has_people``: whether anybody takes part today.
    """
    return (
        HealthProject.objects.visible_to(user)
        .select_related("team__department")
        .prefetch_related(*EVERY_ANSWER)
        .annotate(has_people=Exists(Membership.objects.current().filter(team=OuterRef("team")).order_by()))
        .defer("content", "stamps")
    )


def versions_of(team: Team, user: User) -> list[HealthProject]:
    """Return the versions of a team that the user may read, newest first."""
    return list(HealthProject.objects.visible_to(user).filter(team=team).order_by("-number"))


def answers_of(project: HealthProject, *, people: int) -> dict[str, Any]:
    """Return the answers of a version as plain values (association.project_sections)."""
    answers = {name: getattr(project, name) for name in HealthProject.ANSWERS}
    labels = dict(ActionType.choices)
    return {
        **answers,
        "people": people,
        "communes": tuple(str(commune) for commune in project.communes.all()),
        "epcis": tuple(epci.name for epci in project.epcis.all()),
        "themes": tuple(theme.name for theme in project.themes.all()),
        "action_types_in_words": tuple(str(labels.get(code, code)) for code in project.action_types),
    }


def completeness_of(project: HealthProject, *, people: int) -> tuple[Completeness, ...]:
    """Return how far each section of a draft is. ``people``: how many persons take part today."""
    return completeness(project.team.kind, answers_of(project, people=people))


def section_facts(project: HealthProject) -> tuple[SectionFacts, ...]:
    """Return the sections as the rules of eligibility judge them; of a frozen version, as they were submitted.

    Asks nothing of the database when ``team``, ``communes``, ``epcis`` and ``themes`` were read with the project.
    Whether enough people take part is judged by the rules of composition; themes and actions have rules of their own.
    """
    if project.content is not None:
        frozen = ProjectContent.from_json(project.content).sections
        known = [SectionFacts(code=one.code, title=one.title, complete=one.complete) for one in frozen]
    else:
        answers = answers_of(project, people=1)
        known = [
            SectionFacts(code=one.code, title=one.title, complete=not missing(one, answers))
            for one in sections_for(project.team.kind)
        ]
    return tuple(one for one in known if one.code not in COUNTED_ELSEWHERE)


def persons_of(team: Team, *, on: date | None = None) -> tuple[Person, ...]:
    """Return the members of a day, expected ones among them, as a project lists them."""
    return tuple(_person(member) for member in members_of(team, on=on) if member.is_current)


def project_content(project: HealthProject) -> ProjectContent:
    """Return what a version says, in words: of a draft as it stands, of a submitted one as it was frozen."""
    if project.content is not None:
        return ProjectContent.from_json(project.content)
    return content_as_it_stands(project, submitted_on=None)


def content_as_it_stands(project: HealthProject, *, submitted_on: date | None) -> ProjectContent:
    """Return the answers of today in words; with a date, as they are frozen at a submission on that day."""
    team = project.team
    people = persons_of(team)
    answers = answers_of(project, people=len(people))
    state = HealthProject.State.SUBMITTED if submitted_on else HealthProject.State.DRAFT
    return ProjectContent(
        team_code=team.code,
        team_name=team.name,
        kind_label=team.get_kind_display(),
        department=team.department.name,
        version=project.number,
        state_label=str(state.label),
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


def _person(member: Member) -> Person:
    professional, facts = member.person, member.facts
    quality = str(professional.get_profession_display())
    if professional.is_general_practitioner:
        quality = "Médecin généraliste"
    elif professional.specialty:
        quality = f"{quality}, {professional.specialty}"
    return Person(
        name=f"{professional.last_name} {professional.first_name}",
        quality=quality,
        place=facts.place.name if facts and facts.place else "",
        mode=str(facts.get_mode_display()) if facts else "",
        expected=facts is None or facts.status == MemberStatus.EXPECTED,
    )


def named_for_history(team: Team) -> list[tuple[int, str]]:
    """Return the versions of a team as the journal of the dossier names them."""
    return [(project.pk, str(project)) for project in team.projects.all()]
