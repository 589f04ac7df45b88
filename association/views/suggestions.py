"""What a field suggests as one types."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from association.access import needs
from association.selectors import suggestions


@require_safe
@needs("association.view_team")
def communes(request: HttpRequest) -> HttpResponse:
    """Suggest communes, those of the region first."""
    return _answer(request, suggestions.communes(_typed(request)))


@require_safe
@needs("association.view_team")
def epcis(request: HttpRequest) -> HttpResponse:
    """Suggest EPCI of the region."""
    return _answer(request, suggestions.epcis(_typed(request)))


@require_safe
@needs("association.view_professional")
def professionals(request: HttpRequest) -> HttpResponse:
    """Suggest professionals of one's scope."""
    return _answer(request, suggestions.professionals(_typed(request), request.user))


def _typed(request: HttpRequest) -> str:
    return request.GET.get(request.GET.get("champ", ""), "").strip()[:100]


def _answer(request: HttpRequest, found: Iterable[str]) -> HttpResponse:
    return render(request, "association/suggestions.html", {"suggestions": found})
