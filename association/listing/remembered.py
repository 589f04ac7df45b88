"""How each list was left, kept in the session: a bare address brings it back."""

from __future__ import annotations

from django.http import HttpRequest

KEY = "lists"
MOST = 20  # addresses that are kept, the oldest forgotten first
LONGEST = 2_000  # characters; a longer query is not kept


def remembered(request: HttpRequest, address: str) -> str | None:
    """Return the query with which a list was left: empty when all was shown, None when it was never opened."""
    kept: str | None = request.session.get(KEY, {}).get(address)
    return kept


def remember(request: HttpRequest, address: str, query: str) -> None:
    """Keep how a list is shown now; the session is written only when that changed."""
    kept = request.session.get(KEY, {})
    before = kept.get(address)
    if before == query or (before is None and not query) or len(query) > LONGEST:
        return
    kept.pop(address, None)
    latest = [*kept.items(), (address, query)][-MOST:]
    request.session[KEY] = dict(latest)


def forget(request: HttpRequest, address: str) -> None:
    """Show all again, whatever the usual view is."""
    if request.session.get(KEY, {}).get(address) != "":
        kept = {key: query for key, query in request.session.get(KEY, {}).items() if key != address}
        request.session[KEY] = {**kept, address: ""}
