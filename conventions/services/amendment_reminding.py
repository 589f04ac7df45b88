"""Reminders to the members who have not signed an amendment yet: one a day at most for each."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import User
from association.permissions import require
from association.workflow import lock
from conventions.models import Amendment, AmendmentSignature
from conventions.selectors.awaited import awaited_amendment_signatures
from conventions.services.reminding import Reminded

SIGN = "conventions.sign_convention"
BODY = """Bonjour {name},

L’avenant n° {number} à la convention {convention} de l’équipe « {team} » attend votre signature depuis le {since}.

Vous pouvez signer l’exemplaire papier et le rendre au référent de votre équipe, ou à votre chargé·e de mission. Les \
référents qui ont un compte peuvent signer à l’écran.

{organisation}"""


def remind_of_amendment(*, amendment: Amendment, actor: User) -> Reminded:
    """Write to each member whose signature is missing, and who was not written to today.

    Raises:
        TransitionRefused: when the amendment is not in signing.
    """
    require(actor, SIGN)
    now = timezone.now()
    with transaction.atomic():
        fresh = lock(amendment)
        if fresh.state != Amendment.State.SIGNING:
            raise TransitionRefused("Cet avenant n'attend aucune signature de membre.")
        written, without, already = [], [], []
        awaited = awaited_amendment_signatures().filter(amendment=fresh)
        for row in awaited.select_related("membership__professional__merged_into"):
            person = row.membership.person
            if row.reminded_at and timezone.localdate(row.reminded_at) == timezone.localdate(now):
                already.append(str(person))
            elif not person.email:
                without.append(str(person))
            else:
                _write(fresh, row, now, actor)
                written.append(str(person))
    return Reminded(tuple(written), tuple(without), tuple(already))


def _write(amendment: Amendment, row: AmendmentSignature, now: datetime, actor: User) -> None:
    convention, person = amendment.convention, row.membership.person
    since = amendment.issued_on or timezone.localdate()
    queue_mail(
        to=person.email,
        subject=f"Avenant n° {amendment.number} à la convention {convention.number} : à signer",
        body=BODY.format(
            name=str(person),
            number=amendment.number,
            convention=convention.number,
            team=convention.team.name,
            since=f"{since:%d/%m/%Y}",
            organisation=settings.ORGANISATION_NAME,
        ),
        team=convention.team,
        actor=actor,
    )
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
