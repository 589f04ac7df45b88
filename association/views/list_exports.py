"""A list as a file, from its page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from association.access import View, needs
from association.documents import XLSX
from association.listing.declaration import Listing
from association.selectors.lists import columns_of
from association.services.list_exports import AT_ONCE, export_at_once, export_name, request_export, with_columns


def export_of(listing: Listing) -> View:
    """Return the view that hands out what the page of a list shows (``query``), or asks for it when it is long."""

    @require_POST
    @needs(listing.permission)
    def export(request: HttpRequest, **route: Any) -> HttpResponse | FileResponse:
        query = request.POST.get("query", "")
        columns = columns_of(listing.name, request.POST.get("columns", ""), user=request.user)
        wanted = with_columns(query, columns) if columns else QueryDict(query)
        asked = listing.asked(request.user, wanted, **route)
        if asked.count > AT_ONCE:
            job = request_export(listing=listing, asked=asked, route=route, actor=request.user)
            return redirect("association:job", pk=job.pk)
        content = BytesIO(export_at_once(listing=listing, asked=asked, actor=request.user))
        response = FileResponse(content, as_attachment=True, filename=export_name(listing), content_type=XLSX)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    return export
