"""A convention is suspended from a day, and taken up again from another."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.models import User
from association.workflow import fire, lock
from conventions.models import Convention, Suspension


def suspend_convention(*, convention: Convention, starts_on: date, reason: str, actor: User) -> Convention:
    """Suspend a signed convention from ``starts_on`` on, that day included (docs/payment-rules.md, CONVENTION).

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: with what is wrong with the date, by field, in French.
    """
    with transaction.atomic():
        fresh = fire(convention, "suspend", actor=actor, comment=reason)
        last = Suspension.objects.filter(convention=fresh).order_by("starts_on").last()
        earliest = max(filter(None, [fresh.effective_on, last.ends_on if last else None]))
        _between(starts_on, earliest, min(fresh.ends_on, timezone.localdate()), "starts_on", "La suspension commence")
        Suspension.objects.create(convention=fresh, starts_on=starts_on, reason=reason)
        refresh_findings(teams=[fresh.team])
    return fresh


def resume_convention(*, convention: Convention, resumed_on: date, actor: User) -> Convention:
    """Take a suspended convention up again from ``resumed_on`` on, that day included.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: with what is wrong with the date, by field, in French.
    """
    with transaction.atomic():
        fresh = fire(convention, "resume", actor=actor)
        pause = lock(Suspension.objects.get(convention=fresh, ends_on__isnull=True))
        following = date.fromordinal(pause.starts_on.toordinal() + 1)
        _between(resumed_on, following, timezone.localdate(), "resumed_on", "La reprise se place")
        pause.ends_on = resumed_on
        pause.save(update_fields=["ends_on"])
        refresh_findings(teams=[fresh.team])
    return fresh


def _between(day: date, first: date, last: date, field: str, what: str) -> None:
    if not first <= day <= last:
        raise ValidationError({field: f"{what} entre le {first:%d/%m/%Y} et le {last:%d/%m/%Y}."})
