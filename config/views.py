"""The pages that belong to no floor: home with its part, and the health check."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from association.registries import figures, inbox
from association.selectors.changes import changes_since

MANY_FIGURES = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the signed-in person, by floor; figures and changes are parts of the page."""
    user: Any = request.user
    page = {
        "today": timezone.localdate(),
        "waiting": [item for source in inbox for item in source(user)],
    }
    return render(request, "home.html", page)


@require_safe
def home_figures(request: HttpRequest) -> HttpResponse:
    """Show the few figures of the role, as a part of the home page."""
    found = [figure for source in figures for figure in source(request.user)]
    return render(request, "partials/figures.html", {"figures": found[:MANY_FIGURES]})


@require_safe
def home_changes(request: HttpRequest) -> HttpResponse:
    """Show what others changed since the last visit, as a part of the home page."""
    user: Any = request.user
    since = user.last_visit_at or user.date_joined
    page = {"since": since, "first_visit": user.last_visit_at is None, "changes": changes_since(user, since)}
    return render(request, "partials/changes.html", page)


def closed(request: HttpRequest) -> HttpResponse:
    """Answer as if a page of a library that the house does not open were not there."""
    raise Http404


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the site can do its work: 200, or 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})
