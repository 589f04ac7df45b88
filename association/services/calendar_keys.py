"""Keys to the calendar: made, revoked, used."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.models import CalendarKey, User
from association.permissions import require

SUBSCRIBE = "association.subscribe_calendar"
MANY_KEYS = 10
# Devices ask every quarter of an hour: the last use is written that often at most.
USED_EVERY = timedelta(minutes=10)


def make_key(*, device: str, only_mine: bool, actor: User) -> tuple[CalendarKey, str]:
    """Make a key to the actor's own calendar; return its row and the key, which is kept nowhere.

    Raises:
        ValidationError: in French, when the account has `MANY_KEYS` of them, or the device has no name.
    """
    require(actor, SUBSCRIBE)
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        # One at a time for an account: two presses do not pass the bound together.
        User.objects.select_for_update().get(pk=actor.pk)
        if actor.calendar_keys.filter(revoked_at=None).count() >= MANY_KEYS:
            raise ValidationError(
                f"Vous avez déjà {MANY_KEYS} abonnements : révoquez d'abord celui d'un appareil qui ne sert plus."
            )
        row = CalendarKey(user_id=actor.pk, device=device.strip(), only_mine=only_mine, key_sha256=_hashed(key))
        row.full_clean()
        row.save()
    return row, key


def revoke_key(*, key: CalendarKey, actor: User) -> CalendarKey:
    """End a key of the actor's own; one that has ended stays as it is."""
    require(actor, SUBSCRIBE)
    CalendarKey.objects.filter(pk=key.pk, user=actor, revoked_at=None).update(revoked_at=timezone.now())
    key.refresh_from_db()
    return key


def use_key(*, key: str) -> CalendarKey | None:
    """Return the row of a key that opens a calendar now, and note the use; None when it opens none.

    The search is by the hash of 256 random bits: how long it takes tells nothing of the keys that exist.
    """
    row = CalendarKey.objects.select_related("user").filter(key_sha256=_hashed(key), revoked_at=None).first()
    if row is None or not row.user.has_perm(SUBSCRIBE):
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
        CalendarKey.objects.filter(pk=row.pk).update(last_used_at=now)
        row.last_used_at = now
    return row


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
