"""A convention signed elsewhere, filed in one step with its scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from association.journal import record
from association.machine import TransitionRefused
from association.models import DossierDocument, Membership, Team, User
from association.permissions import require
from association.services.filing import file_document
from association.workflow import fire, lock
from conventions.gates import followed, missing_for_draft
from conventions.models import Convention
from conventions.services.drafting import make_draft
from conventions.services.issuing import READ, facts_of
from conventions.services.renewing import renewal_effect
from conventions.services.signing import (
    SignaturesRefused,
    complete_on,
    record_signatures,
    sign_convention,
    sign_for_association,
)
from conventions.wording import agreement, checksum_of

ELSEWHERE = "Exemplaire signé déposé"


def file_signed_convention(
    *,
    team: Team,
    starts_on: date,
    ends_on: date,
    action_types: Sequence[str],
    ceiling_cents: int,
    signatures: Mapping[int, date],
    association_signed_on: date,
    association_signatory: str,
    scan: Any,
    actor: User,
    number: str = "",
    invited: Sequence[Membership] = (),
    effective_on: date | None = None,
    early_effect_reason: str = "",
) -> Convention:
    """Write a signed convention from its scan: draft, issued, in signing and signed in one transaction, or not at all.

    What was agreed is the scan, by its checksum, and the data given here. One that follows another by its dates is its
    renewal, and takes effect as such (`conventions.services.renewing.renewal_effect`).

    Args:
        effective_on: the prise d'effet, with ``early_effect_reason``; the usual one by default.
        signatures: the day of each member's signature, by the membership's primary key.
        scan: the uploaded file (checked by `association.services.filing`).
        number: the one that the paper bears; the next of the year by default.
        invited: members who have not signed the paper, and may adhere later.

    Raises:
        TransitionRefused: with the reason in French.
        SignaturesRefused: with the reasons by membership.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, "conventions.manage_convention")
    with transaction.atomic():
        team = lock(team)
        if reason := missing_for_draft(team):
            raise TransitionRefused(reason)
        _check_number(number)
        members = list(Membership.objects.filter(team=team, pk__in=signatures))
        draft = make_draft(
            team=team,
            starts_on=starts_on,
            ends_on=ends_on,
            action_types=action_types,
            ceiling_cents=ceiling_cents,
            memberships=[*members, *(one for one in invited if one not in members)],
            number=number,
            actor=actor,
            renews=followed(Convention(team=team, starts_on=starts_on)),
        )
        convention = _issue(draft, min([association_signed_on, *signatures.values()]), scan, actor)
        convention = fire(convention, "open_signing", actor=actor, comment=ELSEWHERE)
        convention = sign_for_association(
            convention=convention, signed_on=association_signed_on, signatory=association_signatory, actor=actor
        )
        _record_members(convention, signatures, actor)
        signed_on = complete_on(convention) or association_signed_on
        usual, reason = renewal_effect(convention, signed_on)
        return sign_convention(
            convention=convention,
            signed_on=signed_on,
            effective_on=effective_on or usual,
            early_effect_reason=early_effect_reason if effective_on else reason,
            actor=actor,
        )


def _check_number(number: str) -> None:
    if number and Convention.objects.filter(number__iexact=number).exists():
        raise ValidationError({"number": f"La convention {number} existe déjà : vérifiez le numéro du document."})


def _issue(draft: Convention, issued_on: date, scan: Any, actor: User) -> Convention:
    filed = file_document(
        team=draft.team,
        upload=scan,
        kind=DossierDocument.Kind.CONVENTION,
        title=f"Convention {draft.number}, signée",
        permission=READ,
        actor=actor,
    )
    agreed = agreement([], {**facts_of(draft), "scan_sha256": filed.document.sha256})
    convention = fire(
        draft,
        "issue",
        actor=actor,
        comment=ELSEWHERE,
        issued_on=issued_on,
        agreed=agreed,
        agreed_sha256=checksum_of(agreed),
        document=filed.document,
    )
    convention.scan = filed.document
    convention.save(update_fields=["scan"])
    record(convention, [("scan", "Exemplaire signé", "", filed.document.filename)], actor=actor, team=draft.team)
    return convention


def _record_members(convention: Convention, signatures: Mapping[int, date], actor: User) -> None:
    adhesions = dict(convention.adhesions.filter(membership__in=signatures).values_list("pk", "membership_id"))
    days = {pk: signatures[membership] for pk, membership in adhesions.items()}
    try:
        record_signatures(convention=convention, signatures=days, actor=actor, scan=convention.scan)
    except SignaturesRefused as refused:
        raise SignaturesRefused({adhesions[pk]: reason for pk, reason in refused.reasons.items()}) from None
