"""Who may open a page: every view of the house carries its permission, read by the tests of all routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from association.permissions import require

View = Callable[..., HttpResponse]


def needs(permission: str) -> Callable[[View], View]:
    """Open the view to the roles that have ``permission``; the others are refused with a French sentence (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, permission)  # type: ignore[arg-type]
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
