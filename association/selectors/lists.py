"""The views of a list that a person may open."""

from __future__ import annotations

from django.http import QueryDict

from association.models import SavedView, User

LONGEST_NUMBER = 18  # digits


def views_of(listing: str, user: User) -> list[SavedView]:
    """Return one's own views of a list, then those that one's team shares, by name."""
    views = SavedView.objects.visible_to(user).filter(listing=listing).select_related("owner")
    return sorted(views, key=lambda view: (view.owner_id != user.pk, view.name.casefold(), view.pk))


def usual_query(listing: str, user: User) -> str:
    """Return the query of the view that a person finds when they open a list; nothing without one."""
    found = SavedView.objects.filter(owner=user, listing=listing, is_usual=True).values_list("query", flat=True)
    return next(iter(found), "")


def columns_of(listing: str, number: str, *, user: User) -> list[str]:
    """Return the columns of a model that a person may use, by its number as it was sent; none for another."""
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return []
    models = SavedView.objects.visible_to(user).filter(listing=listing, columns_only=True, pk=int(number))
    return [name for query in models.values_list("query", flat=True) for name in QueryDict(query).getlist("col")]
