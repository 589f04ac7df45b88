"""The pages of the actions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from actions.selectors import listing as selectors
from association.access import needs
from association.models import Professional, Team

LATEST, LATEST_OF_PERSON = 20, 10


@require_safe
@needs("actions.view_action")
def of_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team's latest actions, as a part of its page."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    actions = selectors.action_list(request.user).filter(team=team)
    rows = list(actions[: LATEST + 1])
    return render(
        request,
        "actions/of_team.html",
        {"team": team, "rows": rows[:LATEST], "has_more": len(rows) > LATEST},
    )


@require_safe
@needs("actions.view_action")
def of_professional(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's latest actions, as a part of their page."""
    person = get_object_or_404(Professional.objects.visible_to(request.user), pk=pk)
    rows = list(selectors.participations_of(person, user=request.user)[: LATEST_OF_PERSON + 1])
    page = {"person": person, "rows": rows[:LATEST_OF_PERSON], "has_more": len(rows) > LATEST_OF_PERSON}
    return render(request, "actions/of_professional.html", page)
