"""Reminders to the members who have not signed a convention yet: one a day at most for each."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import Professional, User
from association.permissions import require
from association.workflow import lock
from conventions.models import Convention
from conventions.services.signing import NOT_IN_SIGNING, SIGN, missing_signatures

OPEN = (Convention.State.SIGNING, Convention.State.SIGNED, Convention.State.SUSPENDED)
BODY = """Bonjour {name},

La convention {number} de l’équipe « {team} » attend votre signature depuis le {since}.

Vous pouvez signer l’exemplaire papier et le rendre au référent de votre équipe, ou à votre chargé·e de mission. Les \
référents qui ont un compte peuvent signer à l’écran. Sans votre signature, vos actions ne peuvent pas être indemnisées.

{organisation}"""


@dataclass(frozen=True)
class Reminded:
    """Whom a reminder went to, who has no address, and who had one today already: names."""

    written_to: tuple[str, ...]
    without_address: tuple[str, ...]
    already_today: tuple[str, ...]


def remind(*, convention: Convention, actor: User) -> Reminded:
    """Write to each member whose signature is missing, and who was not written to today.

    Raises:
        TransitionRefused: when the convention receives no signature now.
    """
    require(actor, SIGN)
    now = timezone.now()
    with transaction.atomic():
        fresh = lock(convention)
        if fresh.state not in OPEN:
            raise TransitionRefused(NOT_IN_SIGNING.format(fresh.number))
        written, without, already = [], [], []
        for adhesion in missing_signatures(fresh):
            person = adhesion.membership.person
            if adhesion.reminded_at and timezone.localdate(adhesion.reminded_at) == timezone.localdate(now):
                already.append(str(person))
            elif _write(fresh, person, actor):
                adhesion.reminded_at = now
                adhesion.save(update_fields=["reminded_at"])
                written.append(str(person))
            else:
                without.append(str(person))
    return Reminded(tuple(written), tuple(without), tuple(already))


def _write(convention: Convention, person: Professional, actor: User) -> bool:
    """Queue the message to one member, and return whether there was an address to write to."""
    try:
        validate_email(person.email)
    except ValidationError:
        return False
    queue_mail(
        to=person.email,
        subject=f"Convention {convention.number}\u00a0: votre signature est attendue",
        body=_body(convention, str(person)),
        team=convention.team,
        actor=actor,
    )
    return True


def _body(convention: Convention, name: str) -> str:
    since = convention.issued_on or timezone.localdate()
    return BODY.format(
        name=name,
        number=convention.number,
        team=convention.team.name,
        since=f"{since:%d/%m/%Y}",
        organisation=settings.ORGANISATION_NAME,
    )
