"""What each account chooses for itself."""

from __future__ import annotations

from association.models import Digest, User
from association.permissions import require

CHOOSE = "association.choose_preferences"


def choose_digest(*, digest: str, actor: User) -> User:
    """Set how often the actor is sent the digest.

    Raises:
        ValueError: for a rhythm that does not exist.
    """
    require(actor, CHOOSE)
    User.objects.filter(pk=actor.pk).update(digest=Digest(digest))
    actor.refresh_from_db(fields=["digest"])
    return actor


def stop_digest(*, user: User) -> User:
    """Stop an account's digest, for whoever holds the link of one of its messages; pressed twice, it stays stopped."""
    User.objects.filter(pk=user.pk).update(digest=Digest.NEVER)
    user.refresh_from_db(fields=["digest"])
    return user
