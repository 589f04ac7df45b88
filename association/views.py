"""The pages of the ground: teams, jobs, documents."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from association import selectors, services
from association.access import needs
from association.documents import DocumentDamaged
from association.filters import TeamFilter
from association.jobs import LIVE, broker_answers
from association.machine import TransitionRefused
from association.models import Document, Job, Team
from association.tables import TeamTable, on_page


@require_safe
@needs("association.view_team")
def team_list(request: HttpRequest) -> HttpResponse:
    """List the teams of one's scope."""
    found = TeamFilter(request.GET, queryset=selectors.team_list(request.user))
    table = on_page(TeamTable(found.qs), request)
    return render(request, "association/team_list.html", {"table": table, "filter": found})


@require_safe
@needs("association.view_team")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's dossier; the floors above show themselves in it as fragments."""
    dossier = get_object_or_404(selectors.team_dossier(request.user), pk=pk)
    return _team_page(request, dossier)


@require_POST
@needs("association.view_team")
def team_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a team through a step; what was typed comes back with a refusal."""
    dossier = get_object_or_404(selectors.team_dossier(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        moved = services.move_team(team=dossier, step=step, actor=request.user, comment=comment)
    except TransitionRefused as refused:
        fresh = get_object_or_404(selectors.team_dossier(request.user), pk=pk)
        return _team_page(request, fresh, refused={"step": step, "comment": comment, "error": refused.reason})
    messages.success(request, f"« {moved} » : {moved.get_state_label()}.")
    if not Team.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("association:team_list")
    return redirect("association:team", pk=pk)


def _team_page(request: HttpRequest, team: Team, refused: dict[str, Any] | None = None) -> HttpResponse:
    names = request.user.has_perm("association.view_professional")
    page = {
        "team": team,
        "steps": selectors.team_steps(team, actor=request.user),
        "refused": refused,
        "members": selectors.members_of(team) if names else None,
        "professions": selectors.professions_of(team),
        "history": selectors.history_of(team),
    }
    return render(request, "association/team.html", page, status=409 if refused else 200)


@require_safe
@needs("association.run_job")
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a job: progress, error, result, and what one may do with it."""
    return _job_page(request, pk)


@require_safe
@needs("association.run_job")
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress alone, for the page that asks every second; the page is read again at the end."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if found.state not in LIVE:
        return HttpResponseClientRefresh()
    silent = found.state == Job.State.WAITING and not broker_answers()
    return render(request, "association/job_progress.html", {"job": found, "broker_is_silent": silent})


@require_POST
@needs("association.run_job")
def job_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a failed job anew, or cancel a live one."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    step = request.POST.get("step", "")
    try:
        services.move_job(job=found, step=step, actor=request.user)
    except TransitionRefused as refused:
        return _job_page(request, pk, refused={"step": step, "comment": "", "error": refused.reason})
    return redirect("association:job", pk=pk)


def _job_page(request: HttpRequest, pk: int, refused: dict[str, Any] | None = None) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("created_by", "result"), pk=pk)
    page = {
        "job": found,
        "steps": selectors.job_steps(found, actor=request.user),
        "refused": refused,
        "broker_is_silent": found.state == Job.State.WAITING and not broker_answers(),
        "history": selectors.history_of(found),
    }
    return render(request, "association/job.html", page, status=409 if refused else 200)


@require_safe
@needs("association.open_document")
def document(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out a stored file, byte for byte as it was written."""
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    try:
        path = services.hand_out(document=found, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.filename, content_type=found.content_type)
