"""Visits: the last page of each account, and when the visit before ended.

What changed « since your last visit » is counted from `User.last_visit_at`. A visit goes on as long as no `PAUSE`
passes between two pages, so that a reload takes nothing off the home page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from association.models import User

PAUSE = timedelta(hours=4)
# A page notes that somebody is there this often at most.
NOTED_EVERY = timedelta(minutes=5)
# What a page waits for another writer (SQLite has one); the next page notes it as well.
BUSY_MILLISECONDS, USUAL_MILLISECONDS = 100, 20_000


class VisitMiddleware:
    """Note the page that a signed-in person opens, before the page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        # A page for anybody (the health check, a calendar) asks nobody's name.
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            note_page(user=request.user)


def note_page(*, user: User) -> None:
    """Note that the account opens a page now; the first one after a pause begins a visit.

    Of two pages at the same moment one begins it: the second finds another ``seen_at`` and writes nothing.
    """
    now, seen_at = timezone.now(), user.seen_at
    if seen_at is not None and now - seen_at < NOTED_EVERY:
        return
    noted: dict[str, Any] = {"seen_at": now}
    if seen_at is not None and now - seen_at > PAUSE:
        noted["last_visit_at"] = seen_at
    try:
        with _short_wait():
            User.objects.filter(pk=user.pk, seen_at=seen_at).update(**noted)
    except OperationalError:
        return
    for name, value in noted.items():
        setattr(user, name, value)


@contextmanager
def _short_wait() -> Iterator[None]:
    """Let nobody wait for a page because a long import is writing."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {USUAL_MILLISECONDS}")
