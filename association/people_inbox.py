"""What of the professionals waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from association.models import User
from association.registries import InboxItem
from association.selectors.people import possible_duplicates


def waiting_duplicates(user: User) -> Iterator[InboxItem]:
    """Records that may be one person, for those who join them; counted once per request (`possible_duplicates`)."""
    if user.has_perm("association.join_professionals"):
        count = len(possible_duplicates())
        if count:
            url = reverse("association:possible_duplicates")
            yield InboxItem("Doublons possibles de professionnels", count, url, detail="une personne ou deux")
