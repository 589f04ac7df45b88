"""The search everywhere: a page, and the choices under the line of its dialog."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from association.access import needs
from association.registries import search_sources
from association.selectors.everywhere import search_everywhere

IN_DIALOG, ON_PAGE, OF_ONE_KIND = 5, 8, 50


@require_safe
@vary_on_headers("HX-Request")
@needs("association.search")
def search(request: HttpRequest) -> HttpResponse:
    """Show what ``?q=`` finds, of one kind with ``?genre=``."""
    text, kind = request.GET.get("q", ""), request.GET.get("genre", "")
    if request.htmx:
        found = search_everywhere(request.user, text, limit=IN_DIALOG)
        return render(request, "association/search_choices.html", {"found": found})
    kind = kind if kind in search_sources else ""
    found = search_everywhere(request.user, text, limit=OF_ONE_KIND if kind else ON_PAGE, kind=kind)
    page = {"found": found, "kind": search_sources[kind].label if kind else ""}
    return render(request, "association/search.html", page)
