"""Every write on a "convention de financement": its draft, its signature, its rows, what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from association.documents import store_bytes
from association.journal import record, save_changes
from association.machine import TransitionRefused
from association.models import User
from association.money import euros
from association.permissions import require
from association.uploads import CheckedUpload
from association.workflow import enter_at, fire, lock
from payments.models import (
    Grant,
    GrantAmendment,
    GrantDecision,
    GrantDeliverable,
    GrantInstalment,
    GrantTarget,
)
from payments.models.grants import DECIDE, MANAGE
from payments.selectors.grants import RUNNING, TEAMS, granted, undecided

VIEW = "payments.view_grant"
FAR = date(2100, 12, 31)  # no amendment is signed later
PARTS = {GrantDecision.Part.TEAMS: TEAMS, GrantDecision.Part.RUNNING: RUNNING}


def draft_grant(*, values: Mapping[str, Any], actor: User) -> Grant:
    """Enter a grant as a draft.

    Args:
        values: the fields of `Grant.JOURNALED`; amounts in euro cents.

    Raises:
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    grant = Grant(created_by=actor, **values)
    grant.full_clean(exclude=["state"])
    with transaction.atomic():
        enter_at([(grant, Grant.State.DRAFT)], actor=actor, origin="")
    return grant


def change_grant(*, grant: Grant, values: Mapping[str, Any], version: int, actor: User) -> Grant:
    """Change a draft; a signed grant is changed by an amendment only.

    Raises:
        StaleEdit: when somebody else changed it since ``version``; nothing is written.
        TransitionRefused: when it was signed meanwhile.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        if lock(grant).state != Grant.State.DRAFT:
            raise TransitionRefused("Cette dotation n’est plus un brouillon : un avenant change ses montants.")
        return save_changes(grant, values=values, version=version, actor=actor)


def sign_grant(*, grant: Grant, signed_on: date, actor: User) -> Grant:
    """Note the signature: from then on the actions of the period are this grant's.

    Raises:
        TransitionRefused: with the reason in French; also when a signed grant holds a day of the same period.
    """
    with transaction.atomic():
        _lock_all()
        return fire(grant, "sign", actor=actor, signed_on=signed_on)


def abandon_grant(*, grant: Grant, actor: User) -> Grant:
    """Give a draft up.

    Raises:
        TransitionRefused: with the reason in French; also when money was carried over to it.
    """
    with transaction.atomic():
        if GrantDecision.objects.filter(to_grant=lock(grant)).exists():
            raise TransitionRefused("Un reliquat a été reporté sur cette dotation : elle ne peut pas être abandonnée.")
        return fire(grant, "abandon", actor=actor)


def close_grant(*, grant: Grant, actor: User) -> Grant:
    """Close a grant whose period has ended and of which nothing is left to decide.

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        return fire(grant, "close", actor=actor)


def attach_scan(*, grant: Grant, scan: CheckedUpload, actor: User) -> Grant:
    """Keep the signed paper; a better scan takes the place of the one before, which stays stored.

    Raises:
        TransitionRefused: for a draft, which nobody has signed.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(grant)
        if fresh.state not in Grant.BINDING:
            raise TransitionRefused("Notez d’abord la signature : le brouillon n’a pas d’exemplaire signé.")
        before = str(fresh.scan or "")
        fresh.scan = store_bytes(
            content=scan.content, filename=scan.filename, content_type=scan.content_type, permission=VIEW, actor=actor
        )
        fresh.version += 1
        fresh.save(update_fields=["scan", "version"])
        record(fresh, [("scan", "Exemplaire signé", before, str(fresh.scan))], actor=actor)
    return fresh


# --- rows that may be changed ------------------------------------------------------------------------------------

Row = GrantInstalment | GrantTarget | GrantDeliverable


def add_row(*, model: type[Row], grant: Grant, values: Mapping[str, Any], actor: User) -> Row:
    """Add an instalment, a target or a deliverable.

    Raises:
        TransitionRefused: when the grant is closed or abandoned.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = _open(grant)
        row = model(grant=fresh, **values)
        row.full_clean()
        row.save()
        _tell_row(row, "", str(row), actor)
    return row


def change_row(*, row: Row, values: Mapping[str, Any], version: int, actor: User) -> Row:
    """Change an instalment (what was received is noted this way), a target or a deliverable.

    Raises:
        StaleEdit: when somebody else changed it since ``version``; nothing is written.
        TransitionRefused: when the grant is closed or abandoned.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        _open(row.grant)
        return save_changes(row, values=values, version=version, actor=actor)


def remove_row(*, row: Row, actor: User) -> None:
    """Take away a row that was entered by mistake; the journal keeps what it said.

    Raises:
        TransitionRefused: for an instalment that was received, or when the grant is closed or abandoned.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        _open(row.grant)
        fresh: Any = lock(row)
        if isinstance(fresh, GrantInstalment) and fresh.received_on:
            raise TransitionRefused("Ce versement a été reçu : corrigez-le, il ne se retire pas.")
        _tell_row(fresh, str(fresh), "", actor)
        fresh.delete()


# --- amendments and decisions: written once ----------------------------------------------------------------------


def amend_grant(
    *,
    grant: Grant,
    signed_on: date,
    reason: str,
    actor: User,
    team_change_cents: int = 0,
    running_change_cents: int = 0,
) -> GrantAmendment:
    """Write an amendment of a signed grant: from its signature on, so much more or less of each part (cents).

    Raises:
        TransitionRefused: when the grant is not signed, or a part would fall below zero.
        ValidationError: in French, by field.
    """
    require(actor, DECIDE)
    with transaction.atomic():
        fresh = lock(grant)
        _require_signed(fresh, "un avenant")
        teams, running = granted(fresh, at=FAR)
        if teams + team_change_cents < 0 or running + running_change_cents < 0:
            raise TransitionRefused("Cet avenant retirerait plus que ce qui est accordé : vérifiez les montants.")
        amendment = GrantAmendment(
            grant=fresh,
            number=fresh.amendments.count() + 1,
            signed_on=signed_on,
            team_change_cents=team_change_cents,
            running_change_cents=running_change_cents,
            reason=reason,
            entered_by=actor,
        )
        amendment.full_clean()
        amendment.save()
        _tell(fresh, f"Avenant n° {amendment.number}", _changes_said(amendment), actor)
    return amendment


def decide_left(
    *,
    grant: Grant,
    kind: str,
    part: str,
    amount_cents: int,
    decided_on: date,
    reason: str,
    actor: User,
    to_grant: Grant | None = None,
) -> GrantDecision:
    """Carry what is left of a part over to another grant, or give it back to the funder. Written once.

    Args:
        kind, part: codes of `GrantDecision`.
        to_grant: the grant that the money goes to, of a later period; for a carry-over only.

    Raises:
        TransitionRefused: before the end of the period, above what is left, or to a grant that does not follow.
        ValidationError: in French, by field.
    """
    require(actor, DECIDE)
    with transaction.atomic():
        _lock_all()
        fresh = lock(grant)
        _require_signed(fresh, "une décision")
        if decided_on <= fresh.ends_on:
            raise TransitionRefused(
                f"La période court jusqu’au {fresh.ends_on:%d/%m/%Y} : ce qui reste se décide après."
            )
        name = PARTS[GrantDecision.Part(part)]
        rest = undecided(fresh)[name]
        if amount_cents > rest:
            raise TransitionRefused(f"Il reste {euros(rest)} à décider ({name}) : la décision ne peut pas dépasser.")
        if to_grant is not None and (
            to_grant.starts_on <= fresh.ends_on or to_grant.state not in (Grant.State.DRAFT, Grant.State.SIGNED)
        ):
            raise TransitionRefused("Un report va à une dotation qui suit celle-ci, en brouillon ou signée.")
        decision = GrantDecision(
            grant=fresh,
            kind=kind,
            part=part,
            amount_cents=amount_cents,
            to_grant=to_grant,
            decided_on=decided_on,
            reason=reason,
            entered_by=actor,
        )
        decision.full_clean()
        decision.save()
        _tell(fresh, "Reliquat", f"{decision.get_kind_display()}, {name} : {euros(amount_cents)}", actor)
    return decision


def _open(grant: Grant) -> Grant:
    fresh = lock(grant)
    if fresh.state not in (Grant.State.DRAFT, Grant.State.SIGNED):
        raise TransitionRefused(f"Cette dotation est « {fresh.get_state_label()} » : elle ne change plus.")
    return fresh


def _require_signed(grant: Grant, what: str) -> None:
    if grant.state != Grant.State.SIGNED:
        raise TransitionRefused(
            f"Cette dotation est « {grant.get_state_label()} » : {what} demande qu’elle soit signée."
        )


def _lock_all() -> None:
    """Two signatures, or two decisions, at the same moment: the second finds what the first wrote."""
    list(Grant.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _tell_row(row: Model, before: str, after: str, actor: User) -> None:
    label = str(row._meta.verbose_name)
    record(row, [("row", label[:1].upper() + label[1:], before, after)], actor=actor)


def _tell(grant: Model, label: str, said: str, actor: User) -> None:
    record(grant, [("written", label, "", said)], actor=actor)


def _changes_said(amendment: GrantAmendment) -> str:
    changes = (
        (TEAMS, amendment.team_change_cents),
        (RUNNING, amendment.running_change_cents),
    )
    return ", ".join(f"{name} : {'+' if cents > 0 else ''}{euros(cents)}" for name, cents in changes if cents)
