"""What the page of a draft is made of: one panel per section, and the one of the submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from association.forms.projects import SectionForm, SubmissionForm
from association.forms.shared import CONFLICT
from association.models import HealthProject
from association.project_content import PEOPLE, Person
from association.project_sections import Completeness, SectionDefinition, entries, sections_for
from association.selectors.history import history_of
from association.selectors.project_pages import obstacles_to_submission, progress_of
from association.selectors.projects import answers_of, completeness_of, persons_of, versions_of
from association.services.projects import section_version


@dataclass(frozen=True)
class Written:
    """What became of a section that was sent: saved, invalid, moved (written by somebody else) or frozen."""

    outcome: str
    project: HealthProject
    by: str = ""
    at: datetime | None = None
    own: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Panel:
    """One section on the page. ``theirs``: what somebody else wrote meanwhile, as (label, text)."""

    definition: SectionDefinition
    form: SectionForm
    completeness: Completeness
    version: int
    current_version: int
    people: tuple[Person, ...] | None
    written_at: datetime | None = None
    written_by: str = ""
    written: Written | None = None
    theirs: tuple[tuple[str, str], ...] = field(default=())


def panel_of(
    project: HealthProject,
    definition: SectionDefinition,
    *,
    people: tuple[Person, ...],
    form: SectionForm | None = None,
    written: Written | None = None,
) -> Panel:
    """Return a section as the page shows it; with a form that was sent, what was typed stays."""
    known = {one.code: one for one in completeness_of(project, people=len(people))}
    stamp = project.stamps.get(definition.code, {})
    moved = written is not None and written.outcome == "moved"
    return Panel(
        definition=definition,
        form=form or SectionForm(definition, project),
        completeness=known[definition.code],
        # Until a conflict is settled the page keeps the version that it had shown.
        version=form.version_seen if form and not _saved(written) else section_version(project, definition.code),
        current_version=section_version(project, definition.code),
        people=people if definition.code == PEOPLE else None,
        written_at=datetime.fromisoformat(stamp["at"]) if stamp else None,
        written_by=str(stamp.get("by", "")),
        written=written,
        theirs=entries(definition, answers_of(project, people=len(people))) if moved else (),
    )


def draft_page(
    request: HttpRequest,
    project: HealthProject,
    *,
    form: SectionForm | None = None,
    written: Written | None = None,
    submission: SubmissionForm | None = None,
    refused: str = "",
) -> HttpResponse:
    """Show the page on which a draft is written; ``form``: the section that was sent and not saved."""
    people = persons_of(project.team)
    sections = completeness_of(project, people=len(people))
    is_refused = submission is not None or bool(refused)
    page = {
        # What the rules say of the whole dossier is a part of the page; a refusal shows it at once.
        **(
            submission_panel(request, project, sections=sections, submission=submission, refused=refused)
            if is_refused
            else {}
        ),
        "project": project,
        "gate_is_part": not is_refused,
        "team": project.team,
        "sections": sections,
        "progress": progress_of(sections),
        "panels": [
            panel_of(project, one, people=people, form=form, written=written)
            if form is not None and form.definition is one
            else panel_of(project, one, people=people)
            for one in sections_for(project.team.kind)
        ],
        "versions": versions_of(project.team, request.user),
        "history": history_of(project),
    }
    conflict = refused or (written is not None and written.outcome != "invalid")
    return render(request, "association/project_edit.html", page, status=CONFLICT if conflict else 200)


def submission_panel(
    request: HttpRequest,
    project: HealthProject,
    *,
    sections: tuple[Completeness, ...] | None = None,
    submission: SubmissionForm | None = None,
    refused: str = "",
) -> dict[str, Any]:
    """Return what the panel of the submission shows: all that still prevents it, or the form."""
    known = sections or completeness_of(project, people=len(persons_of(project.team)))
    return {
        "project": project,
        "obstacles": obstacles_to_submission(project, known, user=request.user),
        "submission": submission or SubmissionForm(),
        "refused": refused,
    }


def _saved(written: Written | None) -> bool:
    return written is not None and written.outcome == "saved"
