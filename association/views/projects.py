"""The pages of a health project: writing it section by section, reading a version, comparing two, submitting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from association.access import needs
from association.forms.projects import SectionForm, SubmissionForm
from association.machine import TransitionRefused
from association.models import HealthProject, Team
from association.project_diff import compare
from association.project_sections import section_named
from association.selectors.history import history_of
from association.selectors.project_pages import may_start, obstacles_to_submission, progress_of
from association.selectors.projects import completeness_of, persons_of, projects_for, versions_of
from association.services.projects import (
    SectionMoved,
    open_project,
    project_as_pdf,
    start_project,
    submit_project,
    write_section,
)
from association.views.project_panels import Written, draft_page, panel_of, submission_panel

SAVED = "project-saved"  # the panel of the submission listens to it (templates/association/project_gate.html)


@require_safe
@needs("association.view_project")
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version: a draft to write, for who may; a submitted one to read."""
    found = get_object_or_404(projects_for(request.user), pk=pk)
    if found.state == HealthProject.State.DRAFT and request.user.has_perm("association.edit_project"):
        return draft_page(request, found)
    return _read_page(request, found)


@require_http_methods(["GET", "POST"])
@needs("association.edit_project")
def project_section(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save one section as it is typed; on GET, show it as it is now."""
    found = get_object_or_404(projects_for(request.user), pk=pk)
    try:
        definition = section_named(code, found.team.kind)
    except LookupError:
        raise Http404 from None
    if request.method == "GET":
        if not request.htmx:
            return redirect(anchor_of(found, code))
        panel = panel_of(found, definition, people=persons_of(found.team))
        return render(request, "association/project_section.html", {"project": found, "panel": panel})
    form = SectionForm(definition, found, request.POST)
    written = _write(request, found, form)
    return _answer(request, written, form)


def _write(request: HttpRequest, project: HealthProject, form: SectionForm) -> Written:
    if not form.is_valid():
        return Written("invalid", project)
    try:
        fresh = write_section(
            project=project,
            code=form.definition.code,
            values=form.cleaned_data,
            version=form.version_seen,
            actor=request.user,
        )
    except SectionMoved as moved:
        return Written("moved", moved.project, by=moved.by, at=moved.at, own=moved.by == str(request.user))
    except TransitionRefused as refused:
        return Written("frozen", project, reason=refused.reason)
    except ValidationError as refused:
        form.add_error(None, refused)
        return Written("invalid", project)
    return Written("saved", fresh)


def _answer(request: HttpRequest, written: Written, form: SectionForm) -> HttpResponse:
    """Without htmx the whole page comes back with what was typed; with it, only what is said of the section."""
    anchor = anchor_of(written.project, form.definition.code)
    if not request.htmx:
        if written.outcome == "saved":
            messages.success(request, f"Rubrique « {form.definition.title} » enregistrée.")
            return redirect(anchor)
        return draft_page(request, written.project, form=form, written=written)
    people = persons_of(written.project.team)
    sections = completeness_of(written.project, people=len(people))
    page = {
        "project": written.project,
        "panel": panel_of(written.project, form.definition, people=people, form=form, written=written),
        "progress": progress_of(sections),
        "anchor": anchor,
    }
    response = render(request, "association/project_answer.html", page)
    return trigger_client_event(response, SAVED) if written.outcome == "saved" else response


@require_safe
@needs("association.edit_project")
def project_gate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what still keeps a draft from being submitted, read again after each save."""
    found = get_object_or_404(projects_for(request.user), pk=pk)
    return render(request, "association/project_gate.html", submission_panel(request, found))


@require_POST
@needs("association.manage_team")
def project_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit a draft to the ARS."""
    found = get_object_or_404(projects_for(request.user), pk=pk)
    form, refused = SubmissionForm(request.POST), ""
    if form.is_valid():
        try:
            done = submit_project(team=found.team, submitted_on=form.cleaned_data["submitted_on"], actor=request.user)
        except TransitionRefused as why:
            refused = why.reason
        except ValidationError as why:
            form.add_error(None if "submitted_on" not in why.message_dict else "submitted_on", why.messages)
        else:
            messages.success(request, f"Version {done.number} déposée : elle est figée, son PDF est dans le dossier.")
            return redirect("association:project", pk=done.pk)
    if found.state != HealthProject.State.DRAFT:
        messages.error(request, refused or "Cette version est déjà déposée.")
        return redirect("association:project", pk=found.pk)
    return draft_page(request, found, submission=form, refused=refused)


@require_safe
@needs("association.view_project")
def project_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a version on paper; a draft is marked as one."""
    found = get_object_or_404(projects_for(request.user), pk=pk)
    content = open_project(project=found, actor=request.user)
    name = f"projet-{content.team_code}-v{content.version}.pdf"
    return HttpResponse(
        project_as_pdf(content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@require_safe
@needs("association.view_project")
def project_compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show two versions of one team side by side, the earlier on the left."""
    one = get_object_or_404(projects_for(request.user), pk=pk)
    two = get_object_or_404(projects_for(request.user).filter(team=one.team_id), pk=other)
    before, after = sorted((one, two), key=lambda version: version.number)
    sections = compare(
        open_project(project=before, actor=request.user), open_project(project=after, actor=request.user)
    )
    page = {
        "before": before,
        "after": after,
        "team": one.team,
        "sections": sections,
        "changed": sum(section.changed for section in sections),
    }
    return render(request, "association/project_compare.html", page)


@require_safe
@needs("association.view_project")
def team_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the project in a team's dossier: current version, how far it is, what is missing."""
    team = get_object_or_404(Team.objects.visible_to(request.user).select_related("department"), pk=pk)
    return render(request, "association/project_of_team.html", _of_team(request, team))


@require_POST
@needs("association.edit_project")
def project_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a version, copied from the latest one; an existing draft is opened."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    try:
        draft = start_project(team=team, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
        return redirect("association:team", pk=pk)
    return redirect("association:project", pk=draft.pk)


def anchor_of(project: HealthProject, code: str) -> str:
    """Return the address of one section on the page of its version."""
    return f"{reverse('association:project', args=[project.pk])}#rubrique-{code}"


def _of_team(request: HttpRequest, team: Team) -> dict[str, Any]:
    versions = versions_of(team, request.user)
    current = versions[0] if versions else None
    page: dict[str, Any] = {"team": team, "versions": versions, "current": current, "may_start": may_start(team)}
    if current is not None and current.state == HealthProject.State.DRAFT:
        current = projects_for(request.user).get(pk=current.pk)
        sections = completeness_of(current, people=len(persons_of(team)))
        page |= {
            "sections": sections,
            "progress": progress_of(sections),
            "obstacles": obstacles_to_submission(current, sections, user=request.user),
        }
    return page


def _read_page(request: HttpRequest, project: HealthProject) -> HttpResponse:
    versions = versions_of(project.team, request.user)
    page = {
        "project": project,
        "team": project.team,
        "content": open_project(project=project, actor=request.user),
        "versions": versions,
        "history": history_of(project),
        "may_start": may_start(project.team) if versions[0].state != HealthProject.State.DRAFT else "-",
    }
    return render(request, "association/project_read.html", page)
