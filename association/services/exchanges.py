"""Writing down what was said with a team, writing to its referents, and following up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.journal import in_words, record
from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import Exchange, Team, User
from association.permissions import require
from association.selectors.exchanges import addresses_of
from association.workflow import lock

WRITE = "association.write_exchange"
WRITTEN = (Exchange.Kind.NOTE, Exchange.Kind.CALL, Exchange.Kind.VISIT)
# The same words by the same person within that time are a second press of the button, not a second exchange.
SECOND_PRESS = timedelta(minutes=2)


def write_exchange(
    *,
    team: Team,
    kind: str,
    held_on: date,
    body: str,
    actor: User,
    subject: str = "",
    minutes: int | None = None,
    follow_up_on: date | None = None,
) -> Exchange:
    """Write down a note, a call or a visit.

    Args:
        minutes: time spent, from 1 to 1,440; a visit has one.
        follow_up_on: when to come back to it, today at the earliest.

    Raises:
        ValidationError: by field, in French.
    """
    require(actor, WRITE)
    if kind not in WRITTEN:
        raise ValidationError({"kind": "Choisissez une note, un appel ou une visite."})
    if held_on > timezone.localdate():
        raise ValidationError({"held_on": "Cette date est à venir : notez l’échange quand il a eu lieu."})
    _check_follow_up(follow_up_on)
    exchange = Exchange(
        team=team,
        kind=kind,
        held_on=held_on,
        minutes=minutes,
        subject=subject,
        body=body,
        follow_up_on=follow_up_on,
        author=actor,
    )
    exchange.full_clean()
    with transaction.atomic():
        lock(team)
        if twin := _second_press(exchange):
            return twin
        exchange.save()
    return exchange


def write_message(
    *,
    team: Team,
    to: Iterable[str],
    subject: str,
    body: str,
    actor: User,
    follow_up_on: date | None = None,
) -> list[Exchange]:
    """Write to referents of a team: each gets a message of their own, and each message is an exchange that is kept.

    Args:
        to: addresses of the dossier (`addresses_of`), once each.
        follow_up_on: when to come back to it; kept with the first message only, it is one thing to do.

    Raises:
        ValidationError: by field, in French; nothing is sent then.
    """
    require(actor, WRITE)
    _check_follow_up(follow_up_on)
    recipients = list(dict.fromkeys(to))
    known = {address.email for address in addresses_of(team)}
    if not recipients:
        raise ValidationError({"to": "Choisissez au moins un destinataire."})
    if unknown := [email for email in recipients if email not in known]:
        raise ValidationError({"to": f"{unknown[0]} n’est plus une adresse de ce dossier : choisissez de nouveau."})
    written: list[Exchange] = []
    with transaction.atomic():
        lock(team)
        for email in recipients:
            draft = Exchange(
                team=team,
                kind=Exchange.Kind.MESSAGE,
                subject=subject.strip(),
                body=body,
                follow_up_on=None if written else follow_up_on,
                author=actor,
            )
            twin = _second_press(draft, to=email)
            written.append(twin or _sent(draft, email))
    return written


def plan_follow_up(*, exchange: Exchange, on: date | None, seen: date | None, actor: User) -> Exchange:
    """Set, move or take away the day on which to come back to an exchange.

    Args:
        seen: the day that the page had shown; when somebody moved it meanwhile, nothing is written.

    Raises:
        TransitionRefused: when it was moved meanwhile.
        ValidationError: for a day that is past.
    """
    require(actor, WRITE)
    _check_follow_up(on)
    with transaction.atomic():
        lock(exchange.team)
        fresh = lock(exchange)
        if fresh.follow_up_on != seen:
            now = f"au {fresh.follow_up_on:%d/%m/%Y}" if fresh.follow_up_on else "supprimée"
            raise TransitionRefused(f"La relance a été changée entre-temps : elle est {now}. Recommencez si besoin.")
        before = fresh.follow_up_on
        fresh.follow_up_on, fresh.followed_up_at, fresh.followed_up_by = on, None, None
        fresh.save(update_fields=["follow_up_on", "followed_up_at", "followed_up_by"])
        _journal(fresh, in_words(before), in_words(on), actor)
    return fresh


def finish_follow_up(*, exchange: Exchange, actor: User) -> Exchange:
    """Tick a follow-up as done.

    Raises:
        TransitionRefused: when there is none, or when somebody has ticked it.
    """
    require(actor, WRITE)
    with transaction.atomic():
        lock(exchange.team)
        fresh = lock(exchange)
        if fresh.follow_up_on is None:
            raise TransitionRefused("Cet échange n’a plus de relance.")
        if fresh.followed_up_at:
            at = timezone.localtime(fresh.followed_up_at)
            raise TransitionRefused(f"{fresh.followed_up_by} a déjà fait cette relance, le {at:%d/%m/%Y à %H:%M}.")
        fresh.followed_up_at, fresh.followed_up_by = timezone.now(), actor
        fresh.save(update_fields=["followed_up_at", "followed_up_by"])
        _journal(fresh, in_words(fresh.follow_up_on), "faite", actor)
    return fresh


def _sent(draft: Exchange, email: str) -> Exchange:
    mail = queue_mail(to=email, subject=draft.subject, body=draft.body, team=draft.team, actor=draft.author)
    draft.mail = mail
    draft.full_clean()
    draft.save()
    return draft


def _second_press(draft: Exchange, *, to: str = "") -> Exchange | None:
    """Return what the same press wrote a moment ago (the team is locked: of two presses the second waits here)."""
    same = Exchange.objects.filter(
        team=draft.team,
        kind=draft.kind,
        held_on=draft.held_on,
        minutes=draft.minutes,
        subject=draft.subject,
        body=draft.body,
        author=draft.author,
        created_at__gt=timezone.now() - SECOND_PRESS,
    )
    return (same.filter(mail__to=to) if to else same).first()


def _check_follow_up(on: date | None) -> None:
    if on is not None and on < timezone.localdate():
        raise ValidationError({"follow_up_on": "Cette date est passée : choisissez aujourd’hui ou un jour à venir."})


def _journal(exchange: Exchange, before: str, after: str, actor: User) -> None:
    record(exchange, [("follow_up_on", "Relance", before, after)], actor=actor, team=exchange.team)
