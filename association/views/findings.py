"""What the rules find on a team, as a part of its page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from association.access import needs
from association.models import Team
from association.selectors.findings import dossier_findings


@require_safe
@needs("association.view_findings")
def team_findings(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the section « constats » of a dossier: computed now, what blocks first."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    found = dossier_findings(team, user=request.user)
    page = {"team": team, "found": found, "blocking": sum(one.blocks for one in found)}
    page["is_early"] = team.state in Team.BEFORE_SUBMISSION
    return render(request, "association/findings_of_team.html", page)
