"""The page of any list: the whole of it, or the rows alone while somebody types."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from association.access import View, needs
from association.listing.asked import RESET
from association.listing.declaration import Listing
from association.listing.remembered import forget, remember, remembered
from association.listing.shown import in_template

RESULTS = "list-results"  # the part of the page that is asked for again


def page_of(listing: Listing) -> View:
    """Return the view of a list's page."""

    @require_safe
    @needs(listing.permission)
    def listing_page(request: HttpRequest, **route: Any) -> HttpResponse:
        address = listing.url(**route)
        if RESET in request.GET:
            forget(request, address)
            return redirect(address)
        if not request.GET and (kept := remembered(request, address)):
            return redirect(f"{address}?{kept}")
        asked = listing.asked(request.user, request.GET, **route)  # type: ignore[arg-type]
        remember(request, address, asked.query_of_page)
        is_part = bool(request.htmx) and request.htmx.target == RESULTS  # type: ignore[attr-defined]
        page = {"listing": listing, "asked": asked, "address": address, **asked.about}
        page |= in_template(asked, whole=not is_part)
        if is_part:
            answer = render(request, "listing/results.html", page)
            answer["HX-Replace-Url"] = f"{address}?{asked.query_of_page}" if asked.query_of_page else address
            return answer
        return render(request, listing.template, page)

    return listing_page
