"""The pages of the teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.filters import TeamFilter
from association.machine import TransitionRefused
from association.models import Team
from association.selectors import teams
from association.selectors.history import history_of
from association.selectors.members import members_of, professions_of
from association.selectors.teams import team_dossier, team_steps
from association.services.steps import move_team
from association.tables import TeamTable, on_page


@require_safe
@needs("association.view_team")
def team_list(request: HttpRequest) -> HttpResponse:
    """List the teams of one's scope."""
    found = TeamFilter(request.GET, queryset=teams.team_list(request.user))
    table = on_page(TeamTable(found.qs), request)
    return render(request, "association/team_list.html", {"table": table, "filter": found})


@require_safe
@needs("association.view_team")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's dossier; the floors above show themselves in it as fragments."""
    dossier = get_object_or_404(team_dossier(request.user), pk=pk)
    return _team_page(request, dossier)


@require_POST
@needs("association.view_team")
def team_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a team through a step; what was typed comes back with a refusal."""
    dossier = get_object_or_404(team_dossier(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        moved = move_team(team=dossier, step=step, actor=request.user, comment=comment)
    except TransitionRefused as refused:
        fresh = get_object_or_404(team_dossier(request.user), pk=pk)
        return _team_page(request, fresh, refused={"step": step, "comment": comment, "error": refused.reason})
    messages.success(request, f"« {moved} » : {moved.get_state_label()}.")
    if not Team.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("association:team_list")
    return redirect("association:team", pk=pk)


def _team_page(request: HttpRequest, team: Team, refused: dict[str, Any] | None = None) -> HttpResponse:
    names = request.user.has_perm("association.view_professional")
    page = {
        "team": team,
        "steps": team_steps(team, actor=request.user),
        "refused": refused,
        "members": members_of(team) if names else None,
        "professions": professions_of(team),
        "history": history_of(team),
    }
    return render(request, "association/team.html", page, status=409 if refused else 200)
