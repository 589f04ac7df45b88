"""Exchanges with a team, what is to be followed up, and the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from association.jobs import LIVE
from association.mails import SEND_JOB
from association.models import DigestDay, Exchange, Job, Membership, OutgoingMail, Professional, Role, Team, User
from association.money import SPACE, grouped
from association.permissions import roles_with


@dataclass(frozen=True)
class Address:
    """Somebody of a team to whom one can write."""

    email: str
    name: str
    quality: str


@dataclass(frozen=True)
class MailState:
    """What became of a message, in words, with the tone of its badge."""

    code: str
    label: str
    tone: str


@dataclass(frozen=True)
class ExchangeLine:
    """An exchange as the dossier shows it."""

    exchange: Exchange
    mail_state: MailState | None
    is_due: bool

    @property
    def pk(self) -> int:
        """The number of the exchange."""
        return self.exchange.pk

    @property
    def time(self) -> str:
        """The time spent, in words, or nothing."""
        return in_hours(self.exchange.minutes) if self.exchange.minutes else ""


SENT = MailState("sent", "Envoyé", "good")
WAITING = MailState("waiting", "En attente d’envoi", "waiting")
SENDING = MailState("sending", "En cours d’envoi", "waiting")
UNCERTAIN = MailState("uncertain", "Envoi incertain", "attention")
FAILED = MailState("failed", "Non envoyé", "bad")
KEPT = MailState("kept", "Gardé ici", "idle")


def exchanges_of(team: Team, user: User) -> QuerySet[Exchange]:
    """Return the exchanges with a team that the user may read, newest first, with ``is_waiting`` for their mails."""
    return (
        Exchange.objects.visible_to(user)
        .filter(team=team)
        .select_related("author", "followed_up_by", "mail")
        .annotate(is_waiting=_has_live_job("mail_id"))
        .order_by("-held_on", "-pk")
    )


def lines(exchanges: Iterable[Exchange]) -> list[ExchangeLine]:
    """Return exchanges of `exchanges_of` with what became of their messages, and whether a follow-up is due today."""
    today = timezone.localdate()
    return [
        ExchangeLine(
            exchange=one,
            mail_state=state_of(one.mail, is_waiting=one.is_waiting) if one.mail else None,  # type: ignore[attr-defined]
            is_due=one.follow_up_on is not None and one.followed_up_at is None and one.follow_up_on <= today,
        )
        for one in exchanges
    ]


def time_spent(team: Team, user: User) -> int:
    """Return the minutes that the office spent on a team, all kinds of exchange together."""
    found = Exchange.objects.visible_to(user).filter(team=team).aggregate(total=Sum("minutes"))
    return int(found["total"] or 0)


def in_hours(minutes: int) -> str:
    """Write minutes as French does: ``45 min``, ``2 h``, ``1 h 05``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{SPACE}min"
    return f"{grouped(hours)}{SPACE}h{SPACE}{rest:02d}" if rest else f"{grouped(hours)}{SPACE}h"


def due_follow_ups(user: User, *, on: date | None = None) -> QuerySet[Exchange]:
    """Return what the user has to come back to on a day (today by default), with ``has_nobody``.

    Those of own exchanges and own teams; and those that nobody would see any more (``has_nobody``): their author and
    the officer of their team have left.
    """
    here = _at_work()
    has_nobody = ~Q(author__in=here) & ~Q(team__officer__in=here)
    return (
        Exchange.objects.visible_to(user)
        .filter(follow_up_on__lte=on or timezone.localdate(), followed_up_at__isnull=True)
        .annotate(has_nobody=Case(When(has_nobody, then=Value(True)), default=Value(False)))
        .filter(Q(author=user) | Q(team__officer=user) | Q(has_nobody=True))
        .select_related("team")
        .order_by("follow_up_on", "pk")
    )


def _at_work() -> QuerySet[User]:
    """Return the accounts that open the site today and read exchanges."""
    still = Q(access_until=None) | Q(access_until__gte=timezone.localdate())
    return User.objects.filter(still, is_active=True, role__in=roles_with("association.view_exchanges"))


def addresses_of(team: Team) -> list[Address]:
    """Return to whom one can write in a team: its referents of today by name, then its contact, each address once."""
    people = _referents_of(team)
    owners = Coalesce("professional__merged_into", "professional")
    accounts = dict(
        User.objects.filter(role=Role.REFERENT, is_active=True)
        .alias(whose=owners)
        .filter(whose__in=[person.pk for person in people])
        .order_by("-pk")
        .values_list(owners, "email")
    )
    found: dict[str, Address] = {}
    for person in people:
        email = person.email or accounts.get(person.pk, "")
        if email:
            found.setdefault(email.lower(), Address(email, str(person), "référent·e"))
    if team.contact_email:
        contact = Address(team.contact_email, team.contact_name or "Contact de l’équipe", "contact de l’équipe")
        found.setdefault(team.contact_email.lower(), contact)
    return list(found.values())


def referents_without_address(team: Team) -> list[str]:
    """Return the referents of today to whom one cannot write."""
    reached = {address.name for address in addresses_of(team)}
    return sorted({str(person) for person in _referents_of(team)} - reached)


def _referents_of(team: Team) -> list[Professional]:
    """Return the referents of today by name, each once."""
    stays = Membership.objects.current().filter(team=team, is_referent=True).one_each()
    people = [stay.person for stay in stays.select_related("professional__merged_into")]
    return sorted(people, key=lambda person: (person.last_name, person.first_name, person.pk))


def outbox(user: User) -> QuerySet[OutgoingMail]:
    """Return the messages of the house, newest first, with ``is_waiting`` (a job is about to send it).

    The digests of accounts are between the house and each of them: nobody else reads them.
    """
    if not user.has_perm("association.view_outbox"):
        return OutgoingMail.objects.none()
    digests = DigestDay.objects.filter(mail=OuterRef("pk"))
    return (
        OutgoingMail.objects.select_related("team", "created_by")
        .filter(~Exists(digests))
        .annotate(is_waiting=_has_live_job("pk"))
        .order_by("-created_at", "-pk")
    )


def uncertain_mails(user: User) -> QuerySet[OutgoingMail]:
    """Return the messages that may have left, and about which a person has to decide; the oldest first."""
    if not user.has_perm("association.view_outbox"):
        return OutgoingMail.objects.none()
    begun = outbox(user).filter(sending_at__isnull=False, sent_at=None)
    return begun.filter(is_waiting=False).order_by("sending_at", "pk")


def mail_is_sent() -> bool:
    """Whether there is a server for e-mail; without one the messages are kept in the outbox."""
    return bool(settings.MAIL_IS_SENT)


def state_of(mail: OutgoingMail, *, is_waiting: bool) -> MailState:
    """Return what became of a message."""
    if mail.sent_at:
        return SENT
    if mail.sending_at:
        return SENDING if is_waiting else UNCERTAIN
    if is_waiting:
        return WAITING
    return FAILED if mail.error else KEPT


def _has_live_job(name: str) -> Exists:
    key = Concat(Value(f"{SEND_JOB}:"), Cast(OuterRef(name), CharField()))
    return Exists(Job.objects.filter(key=key, state__in=LIVE))
