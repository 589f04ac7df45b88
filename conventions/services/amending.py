"""Amendments: drafted when something changes, signed by those concerned, applied at the last signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import Document, Membership, User
from association.permissions import require
from association.workflow import enter_at, fire, lock, refusal
from conventions.models import (
    Adhesion,
    Amendment,
    AmendmentSignature,
    Convention,
    SignedHow,
    validate_action_types,
)
from conventions.selectors.terms import terms_on
from conventions.services.terms import amend_terms

MANAGE, SIGN = "conventions.manage_convention", "conventions.sign_convention"
RUNNING = (Convention.State.SIGNED, Convention.State.SUSPENDED)
UNSIGNED = (Amendment.State.DRAFT, Amendment.State.ISSUED, Amendment.State.SIGNING)
SAME = "Rien ne change : le plafond et les types d'action sont déjà ceux-là à cette date."


def propose_terms(
    *, convention: Convention, effective_on: date, action_types: Sequence[str], ceiling_cents: int, actor: User
) -> Amendment:
    """Draft the amendment that changes the action types or the ceiling from a day on.

    Args:
        ceiling_cents: euro cents per civil year.

    Raises:
        TransitionRefused: when the convention does not run, with the reason in French.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    types = list(dict.fromkeys(action_types))
    validate_action_types(types)
    with transaction.atomic():
        fresh = lock(convention)
        _check_running(fresh)
        _check_day(fresh, effective_on)
        if fresh.terms.filter(effective_on=effective_on).exists():
            raise ValidationError(
                {"effective_on": "Un avenant fixe déjà des termes à cette date : choisissez-en une autre."}
            )
        now = terms_on(fresh, effective_on)
        if set(types) == set(now.action_types) and ceiling_cents == now.ceiling_cents:
            raise ValidationError({"ceiling_cents": SAME})
        kind = Amendment.Kind.CEILING if set(types) == set(now.action_types) else Amendment.Kind.TYPES
        changes = {"action_types": types, "ceiling_cents": ceiling_cents}
        signed = fresh.adhesions.filter(state=Adhesion.State.SIGNED).order_by("pk")
        return _draft(fresh, kind, effective_on, changes, [one.membership for one in signed], actor)


def invite_newcomer(membership: Membership, day: date, actor: User) -> None:
    """After a confirmed member joined: an invitation to each convention that runs, and its amendment.

    Done once for each convention, however often it is called; a draft only gains one more to invite.
    """
    live = Convention.objects.filter(team=membership.team_id, ends_on__gte=day).order_by("pk")
    for convention in live.filter(state__in=[*RUNNING, Convention.State.DRAFT]):
        fresh = lock(convention)
        if fresh.adhesions.filter(membership=membership).exists():
            continue
        enter_at([(Adhesion(convention=fresh, membership=membership), Adhesion.State.INVITED)], actor=actor, origin="")
        if fresh.state != Convention.State.DRAFT:
            changes = {"joined": membership.pk}
            _draft(fresh, Amendment.Kind.JOINED, max(day, fresh.effective_on or day), changes, [membership], actor)


def state_departure(membership: Membership, day: date, actor: User) -> None:
    """After a member left: the adhesion ends with the stay, and an amendment states it.

    The signature keeps counting for the days before (docs/payment-rules.md, MEMBER and SIGNATURE).
    """
    system = User.objects.system()
    for adhesion in membership.adhesions.select_related("convention").order_by("pk"):
        convention = lock(adhesion.convention)
        for amendment in convention.amendments.filter(
            kind=Amendment.Kind.JOINED, state__in=UNSIGNED, changes__joined=membership.pk
        ):
            fire(amendment, "abandon", actor=system, comment=f"Départ le {day:%d/%m/%Y}.")
        if adhesion.state == Adhesion.State.SIGNED:
            fire(adhesion, "end", actor=system, ended_on=day)
            if convention.state in RUNNING:
                changes = {"left": membership.pk, "left_on": day.isoformat()}
                _draft(convention, Amendment.Kind.LEFT, day, changes, [], actor)


def issue_amendment(*, amendment: Amendment, actor: User, issued_on: date | None = None) -> Amendment:
    """Freeze the text of an amendment, with its checksum and its PDF filed in the dossier, and open it to signature.

    Raises:
        TransitionRefused: with the reason in French.
    """
    from conventions.services.amendment_text import agreed_of, filed_pdf

    with transaction.atomic():
        fresh = lock(amendment)
        if reason := refusal(fresh, "issue", actor=actor, comment="", arguments={}):
            raise TransitionRefused(reason)
        agreed, checksum = agreed_of(fresh)
        document = filed_pdf(fresh, agreed, checksum, actor)
        issued = fire(
            fresh,
            "issue",
            actor=actor,
            issued_on=issued_on or timezone.localdate(),
            agreed=agreed,
            agreed_sha256=checksum,
            document=document,
        )
        return fire(issued, "open_signing", actor=actor)


def sign_amendment(
    *,
    amendment: Amendment,
    signatures: dict[int, date],
    actor: User,
    association_signed_on: date | None = None,
    signatory: str = "",
    scan: Document | None = None,
) -> Amendment:
    """Record signatures given on paper; the last one that is needed signs the amendment and applies it.

    Args:
        signatures: the day of each, by the primary key of the `AmendmentSignature`.
        association_signed_on: the day on which the association signed, when it did.

    Raises:
        TransitionRefused: when it is not in signing.
        ValidationError: with what is wrong, by field (``signature_<pk>`` for a member's), in French.
    """
    require(actor, SIGN)
    with transaction.atomic():
        fresh = _in_signing(amendment)
        rows = {row.pk: row for row in fresh.signatures.select_related("membership__professional")}
        faults = {
            f"signature_{pk}": fault
            for pk, day in signatures.items()
            if (
                fault := "Ce membre ne signe pas cet avenant."
                if pk not in rows
                else _fault(fresh, rows[pk].membership, day)
            )
        }
        if association_signed_on and (fault := _fault(fresh, None, association_signed_on)):
            faults["association_signed_on"] = fault
        if association_signed_on and not signatory.strip():
            faults["signatory"] = "Indiquez qui signe pour l’association."
        if faults:
            raise ValidationError(faults)
        for pk, day in signatures.items():
            _write_signature(rows[pk], day, SignedHow.PAPER, scan)
        if association_signed_on:
            fresh.association_signed_on, fresh.association_signatory = association_signed_on, signatory.strip()
            fresh.save(update_fields=["association_signed_on", "association_signatory"])
        if scan is not None:
            fresh.scan = scan
            fresh.save(update_fields=["scan"])
        return _conclude(fresh, actor)


def sign_amendment_on_screen(*, signature: AmendmentSignature, actor: User) -> Amendment:
    """Sign today for oneself, by the member who is signed in.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, "conventions.sign_own")
    with transaction.atomic():
        fresh = _in_signing(signature.amendment)
        row = fresh.signatures.select_related("membership").get(pk=signature.pk)
        if row.membership.professional_id != actor.professional_id:
            raise TransitionRefused("Chacun signe pour soi : connectez-vous avec le compte de ce membre.")
        if fault := _fault(fresh, row.membership, timezone.localdate()):
            raise TransitionRefused(fault)
        _write_signature(row, timezone.localdate(), SignedHow.SCREEN, None)
        return _conclude(fresh, User.objects.system())


def _draft(
    convention: Convention,
    kind: str,
    effective_on: date,
    changes: dict[str, Any],
    concerned: list[Membership],
    actor: User,
) -> Amendment:
    """Write a draft and who has to sign it. The convention is locked by the caller, so that numbers follow."""
    last = convention.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment(convention=convention, number=last + 1, kind=kind, effective_on=effective_on, changes=changes)
    enter_at([(amendment, Amendment.State.DRAFT)], actor=actor, origin="")
    AmendmentSignature.objects.bulk_create(
        AmendmentSignature(amendment=amendment, membership=membership) for membership in concerned
    )
    return amendment


def _conclude(amendment: Amendment, actor: User) -> Amendment:
    """Sign and apply an amendment once nobody is missing; until then it stays in signing."""
    if refusal(amendment, "sign", actor=actor, comment="", arguments={}):
        return amendment
    days = [*amendment.signatures.exclude(signed_on=None).values_list("signed_on", flat=True)]
    signed_on = max(filter(None, [*days, amendment.association_signed_on]))
    signed = fire(amendment, "sign", actor=actor, signed_on=signed_on)
    _apply(signed, actor)
    return signed


def _apply(amendment: Amendment, actor: User) -> None:
    """Write what was agreed where the payments read it. A departure was written when the member left."""
    changes = amendment.changes
    if "joined" in changes:
        adhesion = Adhesion.objects.get(convention=amendment.convention_id, membership=changes["joined"])
        row = amendment.signatures.get(membership=changes["joined"])
        if adhesion.state == Adhesion.State.INVITED:
            fire(
                adhesion,
                "sign",
                actor=actor,
                signed_on=row.signed_on,
                how=row.how,
                effective_on=row.signed_on,
                scan=row.scan,
            )
    if "ceiling_cents" in changes:
        amend_terms(
            convention=amendment.convention,
            effective_on=amendment.effective_on,
            ceiling_cents=changes["ceiling_cents"],
            action_types=changes["action_types"],
            actor=actor,
        )


def _in_signing(amendment: Amendment) -> Amendment:
    fresh = lock(amendment)
    if fresh.state != Amendment.State.SIGNING:
        raise TransitionRefused(
            f"Cet avenant est à l'état « {fresh.get_state_label()} » : il ne se signe pas maintenant."
        )
    return fresh


def _write_signature(row: AmendmentSignature, day: date, how: str, scan: Document | None) -> None:
    row.signed_on, row.how, row.scan = day, how, scan
    row.save(update_fields=["signed_on", "how", "scan"])


def _fault(amendment: Amendment, membership: Membership | None, day: date) -> str:
    """Return why nobody can have signed on a day, in French, or nothing."""
    if day > timezone.localdate():
        return "Une signature ne peut être datée dans l’avenir."
    if amendment.issued_on and day < amendment.issued_on:
        return f"L’avenant est émis depuis le {amendment.issued_on:%d/%m/%Y} : la signature ne peut précéder."
    if membership and day < membership.joined_on:
        return f"{membership.professional} est membre depuis le {membership.joined_on:%d/%m/%Y}."
    if membership and membership.left_on and day > membership.left_on:
        return f"{membership.professional} a quitté l’équipe le {membership.left_on:%d/%m/%Y}."
    return ""


def _check_running(convention: Convention) -> None:
    if convention.state not in RUNNING:
        raise TransitionRefused(
            f"La convention {convention.number} est à l'état « {convention.get_state_label()} » : "
            "un avenant ne modifie qu'une convention signée."
        )


def _check_day(convention: Convention, day: date) -> None:
    first = convention.effective_on or convention.starts_on
    if not first <= day <= convention.ends_on:
        raise ValidationError(
            {"effective_on": f"L’avenant prend effet entre le {first:%d/%m/%Y} et le {convention.ends_on:%d/%m/%Y}."}
        )
