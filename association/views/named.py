"""Suggestions under an input, as options of its list."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from association.access import needs
from association.forms.places import MAX_TYPED
from association.models import Professional, Team
from association.selectors import named

SHORTEST = 2  # letters: fewer would name half of the region


@require_safe
@needs("association.view_team")
def communes(request: HttpRequest) -> HttpResponse:
    """Suggest communes for ``?q=``."""
    return _options(request, named.suggest_communes)


@require_safe
@needs("association.view_team")
def epcis(request: HttpRequest) -> HttpResponse:
    """Suggest EPCI for ``?q=``."""
    return _options(request, named.suggest_epcis)


@require_safe
@needs("association.view_professional")
def people_named(request: HttpRequest) -> HttpResponse:
    """Suggest professionals of the user's scope for ``?q=``."""
    known = Professional.objects.visible_to(request.user)
    return _options(request, lambda text: named.suggest_people(text, known))


@require_safe
@needs("association.view_team")
def teams_named(request: HttpRequest) -> HttpResponse:
    """Suggest teams of the user's scope for ``?q=``."""
    known = Team.objects.visible_to(request.user)
    return _options(request, lambda text: named.suggest_teams(text, known))


@require_safe
@needs("association.manage_team")
def companies(request: HttpRequest) -> HttpResponse:
    """Suggest companies for ``?q=``."""
    return _options(request, named.suggest_companies)


def _options(request: HttpRequest, suggest: Callable[[str], list[named.Suggestion]]) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = suggest(text) if SHORTEST <= len(text) <= MAX_TYPED else []
    options = [(one.value, _beside(one, text)) for one in found]
    return render(request, "association/inputs/suggestions.html", {"options": options})


def _beside(one: named.Suggestion, typed: str) -> str:
    """A browser shows only the options that hold what was typed: « evron » has to stand beside « Évron »."""
    return one.note if typed.casefold() in one.value.casefold() else f"{one.note} ({typed})"
