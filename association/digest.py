"""The digest: what waits for an account and what changed, by e-mail, off by choice.

Once a day for each account whose day it is: the row of the day is written first (`DigestDay`, unique), in one
transaction with the message; the message is then sent by its job, like every other. Nothing is written to who has
nothing to be told. A message names teams, and nobody: it leaves the house.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from association.mails import queue_mail
from association.models import Digest, DigestDay, OutgoingMail, Role, User
from association.registries import InboxItem, inbox
from association.selectors.changes import ChangedGroup, Changes, changes_since

SALT = "association.digest"
# How far a first digest looks back; later ones begin where the one before ended.
REACH = {Digest.DAILY.value: timedelta(days=1), Digest.WEEKLY.value: timedelta(days=7)}
MONDAY, FRIDAY = 0, 4
SPACE = "\u00a0"


def send_digests(*, day: date | None = None) -> int:
    """Write the digest of each account whose day it is and that has not had it; return how many messages were made."""
    today = day or timezone.localdate()
    return sum(write_digest(user=user, day=today) is not None for user in subscribers(today))


def subscribers(day: date) -> QuerySet[User]:
    """Return the accounts to which the day's digest is still due: active ones alone."""
    asked = [Digest.DAILY] if MONDAY <= day.weekday() <= FRIDAY else []
    asked += [Digest.WEEKLY] if day.weekday() == MONDAY else []
    found = User.objects.filter(digest__in=asked, is_active=True).exclude(role=Role.SYSTEM)
    found = found.filter(Q(access_until=None) | Q(access_until__gte=day))
    return found.exclude(pk__in=DigestDay.objects.filter(day=day).values("user")).order_by("pk")


def write_digest(*, user: User, day: date) -> OutgoingMail | None:
    """Write an account's digest of a day; None when there is nothing to tell, or when it was written meanwhile."""
    since = _since(user)
    try:
        with transaction.atomic():
            row = DigestDay.objects.create(user=user, day=day)
            waiting = [item for source in inbox for item in source(user)]
            changes = changes_since(user, since)
            if waiting or changes:
                row.mail = _queue(user, waiting, changes)
                row.save(update_fields=["mail"])
    except IntegrityError:
        if DigestDay.objects.filter(user=user, day=day).exists():
            return None
        raise
    return row.mail


def token_of(user: User) -> str:
    """Return what stops an account's digest without a sign-in, and does nothing else."""
    return signing.dumps(user.pk, salt=SALT)


def subscriber_of(token: str) -> User | None:
    """Return the account of a token; None for a token that is not ours."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def _since(user: User) -> datetime:
    last = user.digest_days.order_by("-made_at").values_list("made_at", flat=True).first()
    reach = timezone.now() - REACH[user.digest]
    # What a weekend or a week without the digest has left out is told by the home page.
    return max(last, reach - timedelta(days=2)) if last else reach


def _queue(user: User, waiting: list[InboxItem], changes: Changes) -> OutgoingMail:
    stop = _link(reverse("association:digest_stop", args=[token_of(user)]))
    return queue_mail(
        to=user.email,
        subject=_subject(waiting),
        body="\n".join(_body(user, waiting, changes, stop)),
        team=None,
        actor=User.objects.system(),
        unsubscribe_url=stop,
    )


def _subject(waiting: list[InboxItem]) -> str:
    count = len(waiting)
    if not count:
        return "ESP CLAP : ce qui a changé"
    return f"ESP CLAP : {count}{SPACE}{'points vous attendent' if count > 1 else 'point vous attend'}"


def _body(user: User, waiting: list[InboxItem], changes: Changes, stop: str) -> Iterator[str]:
    yield "Bonjour,"
    if waiting:
        yield from ("", "CE QUI VOUS ATTEND", "")
        for item in waiting:
            yield f"- {item.title}{f'{SPACE}: {item.count}' if item.counted else ''}"
            if item.url:
                yield f"  {_link(item.url)}"
    if changes:
        yield from ("", "CE QUI A CHANGÉ", "")
        for group in changes.groups:
            yield f"- {group.title}{SPACE}: {_told(group)}"
            if group.url:
                yield f"  {_link(group.url)}"
        if changes.rest:
            yield f"  Et d’autres changements, sur votre accueil{SPACE}: {_link('/')}"
    rhythm = Digest(user.digest).label.lower()
    yield from ("", f"Tout voir{SPACE}: {_link(reverse('home'))}", "", "-- ")
    yield f"{settings.ORGANISATION_NAME}. Vous recevez ce résumé {rhythm} parce que vous l’avez demandé."
    yield f"Changer de rythme{SPACE}: {_link(reverse('association:preferences'))}"
    yield f"Ne plus le recevoir, sans se connecter{SPACE}: {stop}"


def _told(group: ChangedGroup) -> str:
    """What changed and the state it came to; never by whom."""
    said = [f"{line.what} ({(line.state_label or line.detail).lower()})" for line in group.lines]
    return "; ".join(said).replace("; ", f"{SPACE}; ")


def _link(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path
