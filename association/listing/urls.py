"""The addresses of a list, all under that of its page."""

from __future__ import annotations

from django.urls import URLPattern, path

from association.listing.declaration import Listing
from association.listing.views import page_of, views_of
from association.views.bulk import bulk_of
from association.views.list_exports import export_of


def listing_urls(route: str, listing: type[Listing]) -> list[URLPattern]:
    """Return the addresses of a list; ``route`` ends with a slash and may take arguments (a run's key)."""
    name = listing.address.split(":")[-1]
    made = listing()
    found = [
        path(route, page_of(made), name=name),
        path(f"{route}vues/", views_of(made), name=f"{name}_views"),
        path(f"{route}export/", export_of(made), name=f"{name}_export"),
    ]
    if made.bulk:
        found.append(path(f"{route}lot/", bulk_of(made), name=f"{name}_bulk"))
    return found
