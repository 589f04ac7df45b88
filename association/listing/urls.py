"""The addresses of a list, all under that of its page."""

from __future__ import annotations

from django.urls import URLPattern, path

from association.listing.declaration import Listing
from association.listing.views import page_of
from association.views.bulk import draw_up_of, offers_of
from association.views.list_exports import export_of


def listing_urls(route: str, listing: type[Listing]) -> list[URLPattern]:
    """Return the addresses of a list; ``route`` ends with a slash and may take arguments (a run's key)."""
    name, one = listing.address.split(":")[-1], listing()
    found = [path(route, page_of(one), name=name), path(f"{route}export/", export_of(one), name=f"{name}_export")]
    if one.bulk:
        found += [
            path(f"{route}selection/", offers_of(one), name=f"{name}_selection"),
            path(f"{route}lot/", draw_up_of(one), name=f"{name}_bulk"),
        ]
    return found
