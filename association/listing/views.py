"""The page of any list: the whole of it, or the rows alone while somebody types; and the views that people keep."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from association.access import View, needs
from association.listing.asked import RESET, Asked
from association.listing.declaration import Listing
from association.listing.remembered import forget, remember, remembered
from association.listing.shown import in_template
from association.models import SavedView
from association.models.lists import team_of
from association.selectors.lists import usual_query
from association.selectors.lists import views_of as selected_views
from association.services import lists as services
from association.services.list_exports import AT_ONCE

STEPS = ("rename", "share", "keep", "usual", "unusual", "delete")
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
        if not request.GET and (query := _as_it_was_left(request, listing, address)):
            return redirect(f"{address}?{query}")
        asked = listing.asked(request.user, request.GET, **route)  # type: ignore[arg-type]
        remember(request, address, asked.query_of_page)
        is_part = bool(request.htmx) and request.htmx.target == RESULTS  # type: ignore[attr-defined]
        page = {"listing": listing, "asked": asked, "address": address, **asked.about}
        page |= in_template(asked, whole=not is_part)
        if is_part:
            answer = render(request, "listing/results.html", page)
            answer["HX-Replace-Url"] = f"{address}?{asked.query_of_page}" if asked.query_of_page else address
        else:
            page |= saved_views(request, listing, asked, route)
            answer = render(request, listing.template, page)
        patch_vary_headers(answer, ["HX-Request", "HX-Target"])  # the rows alone are not the page that Back brings
        return answer

    return listing_page


def _as_it_was_left(request: HttpRequest, listing: Listing, address: str) -> str:
    kept = remembered(request, address)
    return usual_query(listing.name, request.user) if kept is None else kept  # type: ignore[arg-type]


def saved_views(request: HttpRequest, listing: Listing, asked: Asked, route: dict[str, Any]) -> dict[str, Any]:
    """Return the views that the tool bar offers."""
    user = request.user
    views = selected_views(listing.name, user)  # type: ignore[arg-type]
    return {
        "views_address": listing.url_of("views", **route),
        "own_views": [view for view in views if view.owner_id == user.pk],
        "team_views": [view for view in views if view.owner_id != user.pk],
        "may_share": bool(team_of(user)),  # type: ignore[arg-type]
        "column_models": [view for view in views if view.columns_only],
        "export_address": listing.url_of("export", **route),
        "at_once": AT_ONCE,
    }


def views_of(listing: Listing) -> View:
    """Return the view that keeps, shares, renames and deletes the views of a list."""

    @require_POST
    @needs(listing.permission)
    def listing_views(request: HttpRequest, **route: Any) -> HttpResponse:
        given = request.POST
        asked = listing.asked(request.user, QueryDict(given.get("query", "")), **route)  # type: ignore[arg-type]
        back = asked.query or f"{RESET}=1"
        try:
            said = _new_view(request, listing, asked) if given.get("step") == "save" else _step(request, listing)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, said)
        return redirect(f"{listing.url(**route)}?{back}")

    return listing_views


def _new_view(request: HttpRequest, listing: Listing, asked: Asked) -> str:
    given = request.POST
    columns_only = "columns_only" in given
    view = services.save_view(
        listing=listing.name,
        name=given.get("name", ""),
        query=asked.query_of_columns if columns_only else asked.query,
        shared="shared" in given,
        columns_only=columns_only,
        actor=request.user,  # type: ignore[arg-type]
    )
    return f"« {view} » est enregistré." if columns_only else f"La vue « {view} » est enregistrée."


def _step(request: HttpRequest, listing: Listing) -> str:
    """Change a view; one of somebody else is refused by the service."""
    key, user, step = request.POST.get("view", ""), request.user, request.POST.get("step", "")
    if step not in STEPS:
        raise ValidationError("Cette opération n’existe pas sur une vue.")
    known = SavedView.objects.visible_to(user).filter(listing=listing.name)  # type: ignore[arg-type]
    view = get_object_or_404(known, pk=int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0)
    match step:
        case "rename":
            view = services.rename_view(view=view, name=request.POST.get("name", ""), actor=user)  # type: ignore[arg-type]
            return f"La vue s’appelle maintenant « {view} »."
        case "share" | "keep":
            services.share_view(view=view, shared=step == "share", actor=user)  # type: ignore[arg-type]
            return f"« {view} » est partagée." if step == "share" else f"« {view} » n’est plus partagée."
        case "usual" | "unusual":
            services.make_usual(view=view, usual=step == "usual", actor=user)  # type: ignore[arg-type]
            return f"La liste s’ouvre désormais {'par' if step == 'usual' else 'sans'} « {view} »."
    services.delete_view(view=view, actor=user)  # type: ignore[arg-type]
    return f"« {view} » est supprimée."
