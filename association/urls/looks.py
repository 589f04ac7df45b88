"""The address of the journal of looks."""

from __future__ import annotations

from association.listing.urls import listing_urls
from association.look_list import LookList

urlpatterns = [*listing_urls("reglages/consultations/", LookList)]
