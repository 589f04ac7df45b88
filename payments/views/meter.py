"""What an action would earn, or has earned: fragments of the form, of the queue and of the action's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from actions.forms.typed import SoFar, read_so_far
from actions.joined import CAME_TO_NOTHING
from actions.models import Action
from association.access import needs
from payments.meter_lines import in_words
from payments.selectors.action_lines import lines_of
from payments.selectors.meter import MeteredAction, metered, read_meter


@require_safe
@needs("payments.view_meter")
def meter(request: HttpRequest) -> HttpResponse:
    """Show what is typed so far would give; nothing is written."""
    typed = _typed(read_so_far(request.GET, user=request.user))
    found = in_words(read_meter(typed), user=request.user) if typed else None
    return render(request, "payments/meter.html", {"meter": found})


@require_safe
@needs("payments.view_meter")
def total(request: HttpRequest) -> HttpResponse:
    """Show the sum of what is typed so far, for a row of a grid; of a stored action, what it would give."""
    so_far = read_so_far(request.GET, user=request.user)
    typed = _typed(so_far)
    if typed is None and so_far.action is not None:
        typed = metered(so_far.action)
    found = in_words(read_meter(typed), user=request.user) if typed and typed.people else None
    return render(request, "payments/meter_total.html", {"meter": found})


@require_safe
@needs("payments.view_meter")
def of_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an action has given; before a run decided it, what it would give."""
    action = get_object_or_404(Action.objects.visible_to(request.user), pk=pk)
    lines = lines_of(action, user=request.user)
    if lines is not None:
        return render(request, "payments/action_lines.html", {"action": action, "found": lines})
    is_over = action.state in CAME_TO_NOTHING
    found = None if is_over else in_words(read_meter(metered(action)), user=request.user)
    return render(request, "payments/meter.html", {"meter": found, "is_over": is_over})


def _typed(so_far: SoFar) -> MeteredAction | None:
    if so_far.team is None or so_far.held_on is None or not so_far.type:
        return None
    known = so_far.action
    return MeteredAction(
        team_id=so_far.team.pk,
        type=so_far.type,
        held_on=so_far.held_on,
        people=tuple(so_far.people.items()),
        reference=known.reference if known else "",
        declared_on=known.declared_on if known else None,
        deadline_lifted=bool(known and known.deadline_lifted_by_id),
        action_id=known.pk if known else None,
    )
