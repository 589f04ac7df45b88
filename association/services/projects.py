"""Writing a health project: a version is started, written section by section by several people, and submitted."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextField
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import record
from association.machine import TransitionRefused
from association.models import DossierDocument, HealthProject, LookLog, RecognitionRequest, Role, Team, User
from association.pdf.project import project_pdf
from association.permissions import require
from association.project_content import ProjectContent
from association.project_sections import SectionDefinition, in_words, section_named
from association.selectors.projects import (
    EVERY_ANSWER,
    IN_DRAFTING,
    STARTS_DRAFTING,
    answers_of,
    content_as_it_stands,
    project_content,
)
from association.services.filing import file_bytes
from association.workflow import enter_at, fire, lock

EDIT = "association.edit_project"
# Of a text one journal row per sitting: saved as one types, a row per save would bury the journal.
SITTING = timedelta(minutes=30)


class SectionMoved(Exception):
    """Somebody wrote the section since the page was shown; nothing was written.

    Attributes:
        project: the version as it is now.
        by, at: who wrote the section last, and when; empty for one that nobody wrote, sent by a page without version.
    """

    def __init__(self, project: HealthProject, code: str) -> None:
        super().__init__(code)
        stamp = project.stamps.get(code)
        self.project, self.by = project, str(stamp["by"]) if stamp else ""
        self.at = datetime.fromisoformat(stamp["at"]) if stamp else None


def section_version(project: HealthProject, code: str) -> int:
    """Return how often a section was written; a page carries it, and a save names the one that it had shown."""
    return int(project.stamps.get(code, {}).get("version", 0))


@transaction.atomic
def start_project(*, team: Team, actor: User) -> HealthProject:
    """Return the draft of a team, made if there is none: a copy of the latest version, or the first one.

    The first version starts with what the team's page says (communes, themes, patients in common). A team that is
    accompanied, refused or withdrawn goes into drafting.

    Raises:
        TransitionRefused: with the reason in French, when the team is not at that point.
    """
    require(actor, EDIT)
    fresh = lock(team)
    draft = fresh.projects.filter(state=HealthProject.State.DRAFT).first()
    if draft is not None:
        return draft
    if fresh.state in STARTS_DRAFTING:
        fresh = fire(fresh, "draft", actor=actor)
    elif fresh.state not in IN_DRAFTING:
        raise TransitionRefused(
            f"L'équipe est à l'état « {fresh.get_state_label()} » : une version du projet se commence quand l'équipe "
            "est accompagnée, en rédaction, à compléter ou refusée."
        )
    latest = fresh.projects.order_by("-number").first()
    number = latest.number + 1 if latest else 1
    answers = {name: getattr(latest, name) for name in HealthProject.ANSWERS} if latest else _of_page(fresh)
    project = HealthProject(team=fresh, number=number, created_by=actor, **answers)
    comment = f"Copie de la version {latest.number}." if latest else ""
    created = enter_at([(project, HealthProject.State.DRAFT)], actor=actor, origin="", comment=comment)[0]
    _copy_lists(latest or fresh, created)
    return created


@transaction.atomic
def write_section(
    *, project: HealthProject, code: str, values: Mapping[str, Any], version: int, actor: User
) -> HealthProject:
    """Write the answers of one section of a draft that differ, and return the fresh row.

    The journal keeps every change of a number, a date or a choice; of a text, for each sitting (one person, without a
    pause of half an hour), what stood there before and the first thing that was written: nothing that somebody else
    wrote is lost.

    Args:
        code: of a section of the team's kind (association.project_sections).
        values: by field name; lists of objects for communes, EPCI and themes.
        version: `section_version` as the page had shown it.

    Raises:
        SectionMoved: when the section was written since, otherwise than it is written now.
        TransitionRefused: when the version is no draft any more.
        ValidationError: by field, in French (a NIR, among others).
        LookupError: for a section that the team's kind does not have.
    """
    require(actor, EDIT)
    fresh = lock(project)
    section = section_named(code, fresh.team.kind)
    if fresh.state != HealthProject.State.DRAFT:
        raise TransitionRefused(
            "Cette version a été déposée : elle ne se modifie plus. Copiez votre texte, et commencez une autre version."
        )
    changed = [name for name in section.names if name in values and _differs(fresh, name, values[name])]
    if not changed:
        return fresh
    if version != section_version(fresh, code):
        raise SectionMoved(fresh, code)
    before = _words(fresh, section)
    lists = [name for name in changed if name in EVERY_ANSWER]
    single = [name for name in changed if name not in lists]
    for name in single:
        setattr(fresh, name, values[name])
    fresh.full_clean(
        exclude=[field.name for field in fresh._meta.concrete_fields if field.name not in single],
        validate_unique=False,
        validate_constraints=False,
    )
    for name in lists:
        getattr(fresh, name).set(values[name])
    begun = _stamp(fresh, code, changed, actor)
    fresh.save(update_fields=[*single, "stamps"])
    _journal(fresh, section, [name for name in changed if name in begun or not _is_text(name)], before, actor)
    return fresh


@transaction.atomic
def submit_project(*, team: Team, submitted_on: date, actor: User) -> HealthProject:
    """Submit the draft of a team to the ARS: content frozen, PDF filed, recognition asked for; return the version.

    Raises:
        TransitionRefused: with what still prevents it, in French.
        ValidationError: for a day to come, or before the last submission.
    """
    fresh_team = lock(team)
    _refuse_day(fresh_team, submitted_on)
    # The team first: its guard looks at the draft.
    moved = fire(fresh_team, "submit", actor=actor)
    draft = HealthProject.objects.get(team=moved, state=HealthProject.State.DRAFT)
    content = content_as_it_stands(draft, submitted_on=submitted_on)
    project = fire(draft, "submit", actor=actor, submitted_on=submitted_on, content=content.to_json())
    request = RecognitionRequest(
        team=moved,
        project=project,
        submitted_on=submitted_on,
        submitted_by=actor,
        opinion_due_on=RecognitionRequest.opinion_expected(submitted_on),
    )
    request.full_clean()
    request.save()
    _file_pdf(project, content, actor)
    refresh_findings(teams=[moved])
    return project


def project_as_pdf(content: ProjectContent) -> bytes:
    """Return a version of the project on paper; one that is not submitted is marked as a draft."""
    buffer = io.BytesIO()
    project_pdf(content, buffer)
    return buffer.getvalue()


def open_project(*, project: HealthProject, actor: User) -> ProjectContent:
    """Return what a version says, for somebody who reads it; a look of the ARS at the names in it is logged."""
    require(actor, "association.view_project")
    if actor.role == Role.ARS:
        LookLog.objects.create(
            content_type=ContentType.objects.get_for_model(HealthProject),
            object_id=project.pk,
            what="dossier de reconnaissance",
            actor=actor,
            reason=f"{project.team.code}, {project}"[:200],
        )
    return project_content(project)


def _of_page(team: Team) -> dict[str, Any]:
    return {"shared_patients": team.shared_patients}


def _copy_lists(source: HealthProject | Team, project: HealthProject) -> None:
    for name in EVERY_ANSWER:
        if hasattr(source, name):
            getattr(project, name).set(getattr(source, name).all())


def _refuse_day(team: Team, day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"submitted_on": "Cette date est à venir : indiquez le jour du dépôt."})
    last = team.projects.exclude(submitted_on=None).order_by("-submitted_on").first()
    if last is not None and last.submitted_on is not None and day < last.submitted_on:
        said = f"La version {last.number} a été déposée le {last.submitted_on:%d/%m/%Y} : cette date la précède."
        raise ValidationError({"submitted_on": said})


def _differs(project: HealthProject, name: str, value: Any) -> bool:
    if name in EVERY_ANSWER:
        return {one.pk for one in getattr(project, name).all()} != {one.pk for one in value}
    if name == "action_types":
        return set(project.action_types) != set(value)
    return bool(getattr(project, name) != value)


def _words(project: HealthProject, section: SectionDefinition) -> dict[str, str]:
    answers = answers_of(project, people=0)
    return {name: in_words(answers.get(f"{name}_in_words", answers.get(name))) for name in section.names}


def _stamp(project: HealthProject, code: str, changed: list[str], actor: User) -> list[str]:
    """Note who wrote the section; return the fields that are written for the first time in this sitting."""
    now = timezone.now()
    old = project.stamps.get(code, {})
    goes_on = old.get("by_pk") == actor.pk and now - datetime.fromisoformat(old["at"]) < SITTING
    written = old["fields"] if goes_on else []
    project.stamps[code] = {
        "version": section_version(project, code) + 1,
        "by": str(actor),
        "by_pk": actor.pk,
        "at": now.isoformat(),
        "fields": [*written, *(name for name in changed if name not in written)],
    }
    return [name for name in changed if name not in written]


def _journal(
    project: HealthProject, section: SectionDefinition, names: list[str], before: Mapping[str, str], actor: User
) -> None:
    after = _words(project, section)
    labels = {
        question.name: f"{question.label} (début d’une rédaction)" if _is_text(question.name) else question.label
        for question in section.questions
    }
    changes = [(name, labels[name], before[name], after[name]) for name in names]
    record(project, changes, actor=actor, team=project.team)


def _is_text(name: str) -> bool:
    return isinstance(HealthProject._meta.get_field(name), TextField)


def _file_pdf(project: HealthProject, content: ProjectContent, actor: User) -> None:
    file_bytes(
        team=project.team,
        content=project_as_pdf(content),
        filename=f"projet-{content.team_code}-v{project.number}.pdf",
        kind=DossierDocument.Kind.PROJECT,
        title=f"Projet de santé, version {project.number}",
        actor=actor,
    )
