"""Amendments: issued, signed by those concerned, applied at the last signature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import in_words, record
from association.machine import TransitionRefused
from association.models import Document, DossierDocument, User
from association.permissions import require
from association.services.filing import file_document
from association.workflow import fire, lock, refusal
from conventions.models import Adhesion, Amendment, AmendmentSignature, SignedHow
from conventions.models.adhesions import is_signed_for_oneself
from conventions.services.amendment_drafting import signatories
from conventions.services.amendment_text import READ, agreed_of, filed_pdf
from conventions.services.signing import adhesion_effect
from conventions.services.terms import amend_terms

SIGN = "conventions.sign_convention"


def issue_amendment(*, amendment: Amendment, actor: User, issued_on: date | None = None) -> Amendment:
    """Freeze the text of an amendment, with its checksum and its PDF filed in the dossier, and open it to signature.

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        fresh = lock(amendment)
        if reason := refusal(fresh, "issue", actor=actor, comment="", arguments={}):
            raise TransitionRefused(reason)
        _concern_those_of_today(fresh)
        agreed, checksum = agreed_of(fresh)
        document = filed_pdf(amendment=fresh, agreed=agreed, checksum=checksum, actor=actor)
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


def move_amendment(*, amendment: Amendment, step: str, actor: User, comment: str = "") -> Amendment:
    """Take an amendment through a step that needs no more than a reason, for a caller that has its name: its page.

    Raises:
        TransitionRefused: with the reason in French.
    """
    if step == "issue":
        return issue_amendment(amendment=amendment, actor=actor)
    if step == "abandon":
        return fire(amendment, "abandon", actor=actor, comment=comment)
    raise TransitionRefused("Cette étape n'existe pas : la page a été mise à jour.")


def sign_amendment(
    *,
    amendment: Amendment,
    signatures: Mapping[int, date],
    actor: User,
    association_signed_on: date | None = None,
    signatory: str = "",
    upload: Any = None,
) -> Amendment:
    """Record signatures given on paper; the last one that is needed signs the amendment and applies it.

    Those of members may still follow one that is signed: it was enough, and theirs are kept with it.

    Args:
        signatures: the day of each, by the primary key of the `AmendmentSignature`.
        association_signed_on: the day on which the association signed, when it did.
        upload: the signed copy, to be filed in the dossier.

    Raises:
        TransitionRefused: when it receives no signature now.
        ValidationError: with what is wrong, by field (``signature_<pk>`` for a member's), in French.
    """
    require(actor, SIGN)
    with transaction.atomic():
        fresh = _open_to_signature(amendment)
        rows = {row.pk: row for row in fresh.signatures.select_related("membership__professional__merged_into")}
        if faults := _faults(fresh, rows, signatures, association_signed_on, signatory):
            raise ValidationError(faults)
        scan = _filed(fresh, upload, actor)
        if association_signed_on:
            _write_association(fresh, association_signed_on, signatory.strip(), actor)
        if scan is not None:
            fresh.scan = scan
            fresh.save(update_fields=["scan"])
        for pk, day in signatures.items():
            _write_signature(fresh, rows[pk], day, SignedHow.PAPER, scan, actor)
        return _conclude(fresh, actor)


def sign_amendment_on_screen(*, signature: AmendmentSignature, actor: User) -> Amendment:
    """Sign today for oneself, by the member who is signed in.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, "conventions.sign_own")
    with transaction.atomic():
        fresh = _open_to_signature(signature.amendment)
        row = fresh.signatures.select_related("membership__professional__merged_into").get(pk=signature.pk)
        if not is_signed_for_oneself(row.membership, actor):
            raise TransitionRefused("Chacun signe pour soi : connectez-vous avec le compte de ce membre.")
        if fault := _fault_of_member(fresh, row, timezone.localdate()):
            raise TransitionRefused(fault)
        _write_signature(fresh, row, timezone.localdate(), SignedHow.SCREEN, None, actor)
        return _conclude(fresh, User.objects.system())


def _concern_those_of_today(amendment: Amendment) -> None:
    """Between the draft and its issue members come and go: the terms concern those whose signature holds now."""
    if amendment.kind in Amendment.OF_TERMS:
        amendment.signatures.all().delete()
        AmendmentSignature.objects.bulk_create(
            AmendmentSignature(amendment=amendment, membership=one) for one in signatories(amendment.convention)
        )


def _conclude(amendment: Amendment, actor: User) -> Amendment:
    """Sign and apply an amendment once nobody is missing; until then it stays in signing."""
    if amendment.state == Amendment.State.SIGNED or refusal(amendment, "sign", actor=actor, comment="", arguments={}):
        return amendment
    days = [*amendment.signatures.exclude(signed_on=None).values_list("signed_on", flat=True)]
    signed_on = max(filter(None, [*days, amendment.association_signed_on]))
    signed = fire(amendment, "sign", actor=actor, signed_on=signed_on)
    _apply(signed, actor)
    refresh_findings(teams=[signed.convention.team])
    return signed


def _apply(amendment: Amendment, actor: User) -> None:
    """Write what was agreed where the payments read it. A departure was written when the member left."""
    changes, convention = amendment.changes, amendment.convention
    if "joined" in changes:
        adhesion = Adhesion.objects.get(convention=convention, membership=changes["joined"])
        row = amendment.signatures.get(membership=changes["joined"])
        if adhesion.state in (Adhesion.State.INVITED, Adhesion.State.DECLINED):
            fire(
                adhesion,
                "sign",
                actor=actor,
                comment=f"Par l'avenant n° {amendment.number}.",
                signed_on=row.signed_on,
                how=row.how,
                effective_on=adhesion_effect(adhesion, convention, signed_on=row.signed_on),
                scan=row.scan,
            )
    if "ceiling_cents" in changes:
        amend_terms(
            convention=convention,
            effective_on=amendment.effective_on,
            ceiling_cents=changes["ceiling_cents"],
            action_types=changes["action_types"],
            actor=actor,
        )


def _open_to_signature(amendment: Amendment) -> Amendment:
    fresh = lock(amendment)
    if fresh.state not in (Amendment.State.SIGNING, Amendment.State.SIGNED):
        raise TransitionRefused(
            f"Cet avenant est à l'état « {fresh.get_state_label()} » : il ne se signe pas maintenant."
        )
    return fresh


def _write_signature(
    amendment: Amendment, row: AmendmentSignature, day: date, how: str, scan: Document | None, actor: User
) -> None:
    row.signed_on, row.how, row.scan = day, how, scan
    row.save(update_fields=["signed_on", "how", "scan"])
    _journal(amendment, "signature", f"Signature de {row.membership.person}", day, actor)


def _write_association(amendment: Amendment, day: date, signatory: str, actor: User) -> None:
    amendment.association_signed_on, amendment.association_signatory = day, signatory
    amendment.save(update_fields=["association_signed_on", "association_signatory"])
    _journal(amendment, "association_signed_on", f"Signature de l'association ({signatory})", day, actor)


def _journal(amendment: Amendment, field: str, label: str, day: date, actor: User) -> None:
    change = (field, label[:120], "", in_words(day))
    record(amendment, [change], actor=actor, team=amendment.convention.team)


def _filed(amendment: Amendment, upload: Any, actor: User) -> Document | None:
    if not upload:
        return None
    filed = file_document(
        team=amendment.convention.team,
        upload=upload,
        kind=DossierDocument.Kind.CONVENTION,
        title=f"Avenant n° {amendment.number} à la convention {amendment.convention.number}, signé",
        permission=READ,
        actor=actor,
    )
    document: Document = filed.document
    return document


def _faults(
    amendment: Amendment,
    rows: Mapping[int, AmendmentSignature],
    signatures: Mapping[int, date],
    association_signed_on: date | None,
    signatory: str,
) -> dict[str, str]:
    """Return what is wrong with the signatures of one page, by field, in French."""
    faults = {
        f"signature_{pk}": _fault_of_member(amendment, rows[pk], day)
        if pk in rows
        else "Ce membre ne signe pas cet avenant."
        for pk, day in signatures.items()
    }
    if association_signed_on:
        faults["association_signed_on"] = _fault(amendment, association_signed_on)
        if amendment.association_signed_on:
            faults["association_signed_on"] = "La signature de l'association est déjà enregistrée."
        if not signatory.strip():
            faults["signatory"] = "Indiquez qui signe pour l'association."
    return {field: fault for field, fault in faults.items() if fault}


def _fault_of_member(amendment: Amendment, row: AmendmentSignature, day: date) -> str:
    person, stay = row.membership.person, row.membership
    if row.signed_on:
        return f"{person} a déjà signé cet avenant, le {row.signed_on:%d/%m/%Y}."
    if day < stay.joined_on:
        return f"{person} est membre depuis le {stay.joined_on:%d/%m/%Y} : la signature ne peut précéder."
    if stay.left_on and day > stay.left_on:
        return f"{person} a quitté l'équipe le {stay.left_on:%d/%m/%Y} : la signature ne peut suivre."
    return _fault(amendment, day)


def _fault(amendment: Amendment, day: date) -> str:
    """Return why nobody can have signed on a day, in French, or nothing."""
    if day > timezone.localdate():
        return "Cette date est à venir : indiquez le jour où la signature a été donnée."
    if amendment.issued_on and day < amendment.issued_on:
        return f"L'avenant est émis depuis le {amendment.issued_on:%d/%m/%Y} : la signature ne peut précéder."
    return ""
