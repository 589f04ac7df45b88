"""A team's conventions, as a part of its dossier."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from association.access import needs
from association.models import Team
from association.models.teams import may_have_convention
from conventions.gates import missing_for_draft
from conventions.selectors.of_team import conventions_of


@require_safe
@needs("conventions.view_convention")
def of_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's conventions, as a part of its page."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    rows = conventions_of(team, user=request.user)
    names = request.user.has_perm("association.view_professional")
    money = request.user.role != "ars"
    page = {
        "team": team,
        "rows": rows,
        "show_names": names,
        "show_money": money,
        "may_have": may_have_convention(team, None, {}) is None,
        "missing": missing_for_draft(team),
    }
    return render(request, "conventions/of_team.html", page)
