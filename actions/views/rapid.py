"""The rapid grid: many actions of one team on one screen, each row saved on its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from actions.forms.declaring import teams_with_convention
from actions.forms.rapid import (
    ROWS_AT_FIRST,
    ROWS_MORE,
    GridChoiceForm,
    GridRow,
    RowForm,
    empty_rows,
    key_in,
    row_of,
    typed_row,
)
from actions.forms.typed import day_of, key_of
from actions.models import DECLARE, Action
from actions.selectors.alerts import alerts_of
from actions.selectors.attendance import Attendee
from actions.selectors.grid import drafts_of_month, grid_actions, members_of_month
from actions.services import save_and_declare, save_draft
from actions.services.declaring import written_already
from association.access import needs
from association.forms.shared import saved
from association.models import Team, Theme

DECLARE_STEP = "declarer"


@require_safe
@needs(DECLARE)
def rapid(request: HttpRequest) -> HttpResponse:
    """Choose a team and a month, then type its actions row by row; drafts of the month stand there already."""
    asked = {"team": request.GET.get("equipe", ""), "month": request.GET.get("mois", "")}
    asked["month"] = asked["month"] or timezone.localdate().replace(day=1).isoformat()
    form = GridChoiceForm(asked if asked["team"] else None, user=request.user)
    page: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        team, month = form.cleaned_data["team"], form.cleaned_data["month"]
        members = members_of_month(team, month)
        rows = [row_of(action, members) for action in drafts_of_month(team, month, user=request.user)]
        page |= _context(team, month, members) | {"rows": rows + empty_rows(members, ROWS_AT_FIRST)}
        page["themes"] = Theme.objects.order_by("name")
    return render(request, "actions/rapid.html", page, status=422 if form.errors else 200)


@require_safe
@needs(DECLARE)
def rapid_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Give some more empty rows."""
    team, month = _team(request, pk), _month(request.GET.get("mois", ""))
    members = members_of_month(team, month)
    return _rows(request, team, month, members, empty_rows(members, ROWS_MORE))


@require_POST
@needs(DECLARE)
def rapid_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one row, as a draft or declared; one that is refused comes back as it was typed, with what is wrong."""
    team, month = _team(request, pk), _month(request.POST.get("mois", ""))
    members, key = members_of_month(team, month), key_in(request.POST)
    action = _action(request)
    if action is None and (known := written_already(_entry_key(key))):
        # The answer to a first sending was lost: the row is told as it was written, and not written twice.
        action = get_object_or_404(Action.objects.visible_to(request.user), pk=known.pk)
        return _written(request, team, month, members, action, key)
    form = RowForm(request.POST, key=key)
    if form.is_valid():
        write = save_and_declare if request.POST.get("step") == DECLARE_STEP else save_draft
        made = saved(
            form,
            lambda: write(
                typed=form.typed(team),
                action=action,
                version=form.version_seen if action else None,
                entry_key=_entry_key(key),
                actor=request.user,
            ),
            fresh=(lambda: Action.objects.get(pk=action.pk)) if action else None,
        )
        if made is not None:
            return _written(request, team, month, members, made, key)
    return _rows(request, team, month, members, [typed_row(form, members, key=key, action=action)])


def _written(
    request: HttpRequest, team: Team, month: date, members: list[Attendee], action: Action, key: str
) -> HttpResponse:
    """Answer with the row as it was written, and with what is worth a look at it; it warns and blocks nothing."""
    found = alerts_of(action, user=request.user)
    return _rows(request, team, month, members, [row_of(action, members, key=key, saved=True, alerts=found)])


def _entry_key(key: str) -> str:
    return f"grille:{key}"


def _team(request: HttpRequest, pk: int) -> Team:
    return get_object_or_404(teams_with_convention(request.user), pk=pk)


def _month(text: str) -> date:
    month = day_of(text)
    if month is None:
        raise Http404("Ce mois n’existe pas.")
    return month.replace(day=1)


def _action(request: HttpRequest) -> Action | None:
    pk = key_of(request.POST.get("action", ""))
    return get_object_or_404(grid_actions(request.user), pk=pk) if pk else None


def _context(team: Team, month: date, members: list[Attendee]) -> dict[str, Any]:
    # The columns beside the members: what is typed, then the buttons with the total.
    return {"team": team, "month": month, "members": members, "columns": len(members) + 8}


def _rows(request: HttpRequest, team: Team, month: date, members: list[Attendee], rows: list[GridRow]) -> HttpResponse:
    return render(request, "actions/rapid_rows.html", _context(team, month, members) | {"rows": rows})
