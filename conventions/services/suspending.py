"""A convention is suspended from a day, and taken up again from another."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import record
from association.models import User
from association.workflow import fire, lock
from conventions.models import Convention, Suspension


def suspend_convention(*, convention: Convention, starts_on: date, reason: str, actor: User) -> Convention:
    """Suspend a signed convention from ``starts_on`` on, that day included (docs/payment-rules.md, CONVENTION).

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: with what is wrong, by field, in French.
    """
    with transaction.atomic():
        fresh = fire(convention, "suspend", actor=actor, comment=reason)
        _check_start(fresh, starts_on)
        pause = Suspension(convention=fresh, starts_on=starts_on, reason=reason.strip())
        pause.full_clean()
        pause.save()
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
        # A convention that was taken over as suspended may have no dated suspension: nothing is left to end then.
        pause = Suspension.objects.filter(convention=fresh, ends_on__isnull=True).first()
        if pause is not None:
            pause = lock(pause)
            _check_end(pause, resumed_on)
            pause.ends_on = resumed_on
            pause.save(update_fields=["ends_on"])
        refresh_findings(teams=[fresh.team])
    return fresh


def close_suspensions(*, convention: Convention, on: date, actor: User) -> None:
    """Let no suspension last longer than its convention. The convention is locked by the caller.

    One that would have begun after its last day has no effect left: it is taken away, and the journal says so.

    Args:
        on: the first day on which the convention is in force no more.
    """
    longer = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    for pause in Suspension.objects.select_for_update().filter(longer, convention=convention).order_by("pk"):
        if pause.starts_on < on:
            pause.ends_on = on
            pause.save(update_fields=["ends_on"])
            continue
        told = f"à partir du {pause.starts_on:%d/%m/%Y}"
        after = f"sans effet : la convention n’est plus en vigueur à partir du {on:%d/%m/%Y}"
        record(convention, [("suspensions", "Suspension", told, after)], actor=actor, team=convention.team)
        pause.delete()


def refuse_before_suspension(convention: Convention, terminated_on: date) -> None:
    """Refuse a termination that comes before the suspension that is running: one of the two dates is wrong.

    Raises:
        ValidationError: beside ``terminated_on``, in French.
    """
    pause = Suspension.objects.filter(convention=convention, ends_on__isnull=True).first()
    if pause is not None and terminated_on <= pause.starts_on:
        first = pause.starts_on + timedelta(days=1)
        said = (
            f"La convention est suspendue depuis le {pause.starts_on:%d/%m/%Y} : elle se résilie à partir du "
            f"{first:%d/%m/%Y}. Les jours de suspension ne sont pas indemnisés."
        )
        raise _refused("terminated_on", said)


def _check_start(convention: Convention, day: date) -> None:
    """A suspension lies within the convention, after the one before, and is not announced for a day to come."""
    today, begins = timezone.localdate(), convention.effective_on or convention.starts_on
    last = Suspension.objects.filter(convention=convention).order_by("starts_on").last()
    if begins > today:
        raise _refused("starts_on", f"La convention prend effet le {begins:%d/%m/%Y} : rien n'est à suspendre avant.")
    first = max(begins, last.ends_on) if last and last.ends_on else begins
    until = min(convention.ends_on, today)
    if not first <= day <= until:
        raise _refused("starts_on", f"La suspension commence entre le {first:%d/%m/%Y} et le {until:%d/%m/%Y}.")


def _check_end(pause: Suspension, day: date) -> None:
    first, today = pause.starts_on + timedelta(days=1), timezone.localdate()
    if day < first:
        said = f"La suspension commence le {pause.starts_on:%d/%m/%Y} : elle peut être levée à partir du lendemain."
        raise _refused("resumed_on", said)
    if day > today:
        raise _refused("resumed_on", "Cette date est à venir : levez la suspension le jour venu.")


def _refused(field: str, sentence: str) -> ValidationError:
    return ValidationError({field: sentence})
