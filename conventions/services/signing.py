"""The signatures of a convention: one by one or several at once, on paper or on screen; then the convention itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import in_words, record, save_changes
from association.machine import TransitionRefused
from association.models import Document, DossierDocument, Team, User
from association.nomenclature import TeamKind
from association.permissions import require
from association.selectors.members import doubles_of
from association.services.filing import file_document
from association.workflow import fire, lock, refusal
from conventions.gates import day_is_refused
from conventions.models import MINIMUM_SIGNATURES, Adhesion, Convention, SignedHow
from conventions.models.conventions import minimum_composition_has_signed
from conventions.selectors.awaited import awaited_adhesions
from conventions.services.amendment_drafting import invite_who_joined_meanwhile

SIGN = "conventions.sign_convention"
NOT_IN_SIGNING = "La convention {} n'est pas en signature : elle ne reçoit pas de signature maintenant."


class SignaturesRefused(Exception):
    """Some of several signatures were refused, so none was recorded; ``reasons``: French sentences by adhesion."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(" ".join(self.reasons.values()))


def record_signatures(
    *,
    convention: Convention,
    signatures: Mapping[int, date],
    actor: User,
    scan: Document | None = None,
    upload: Any = None,
) -> list[Adhesion]:
    """Record signatures given on paper, all of them or none, and return the adhesions.

    Args:
        signatures: the day of each signature, by the adhesion's primary key.
        scan: the signed page, when it is in the dossier already.
        upload: the signed page, to be filed in the dossier.

    Raises:
        SignaturesRefused: with the reason of each refused one.
        ValidationError: when the file is not a scan.
    """
    require(actor, SIGN)
    with transaction.atomic():
        fresh = lock(convention)
        rows = list(_adhesions(fresh).filter(pk__in=signatures))
        reasons = dict.fromkeys(signatures.keys() - {row.pk for row in rows}, "Ce membre n'est pas invité à signer.")
        reasons |= {row.pk: said for row in rows if (said := _refused(row, "sign", actor, signatures[row.pk]))}
        if reasons:
            raise SignaturesRefused(reasons)
        scan = scan or _filed(fresh, upload, actor)
        return [
            fire(
                row,
                "sign",
                actor=actor,
                signed_on=signatures[row.pk],
                how=SignedHow.PAPER,
                effective_on=adhesion_effect(row, fresh, signed_on=signatures[row.pk]),
                scan=scan,
            )
            for row in rows
        ]


def sign_on_screen(*, adhesion: Adhesion, actor: User) -> Adhesion:
    """Sign today for oneself, by the member who is signed in.

    Raises:
        TransitionRefused: with the reason in French.
    """
    today = timezone.localdate()
    with transaction.atomic():
        convention = lock(adhesion.convention)
        effect = adhesion_effect(adhesion, convention, signed_on=today)
        return fire(adhesion, "sign_on_screen", actor=actor, signed_on=today, effective_on=effect)


def decline_signature(*, adhesion: Adhesion, reason: str, actor: User) -> Adhesion:
    """Note that a member does not sign, and why; that member may still sign later.

    Raises:
        TransitionRefused: with the reason in French.
    """
    return fire(adhesion, "decline", actor=actor, comment=reason)


def sign_for_association(
    *,
    convention: Convention,
    signed_on: date,
    signatory: str,
    actor: User,
    version: int | None = None,
    upload: Any = None,
) -> Convention:
    """Record who signed for the association, and when.

    Args:
        upload: the signed copy, to be filed in the dossier.

    Raises:
        TransitionRefused: when the convention is not in signing.
        ValidationError: with what is wrong, by field, in French.
        StaleEdit: when somebody else changed the convention since ``version``.
    """
    require(actor, SIGN)
    with transaction.atomic():
        fresh = lock(convention)
        if fresh.state != Convention.State.SIGNING:
            raise TransitionRefused(NOT_IN_SIGNING.format(fresh.number))
        if reason := day_is_refused(signed_on, fresh):
            raise ValidationError({"signed_on": reason})
        if not signatory.strip():
            raise ValidationError({"signatory": "Indiquez qui signe pour l’association."})
        values: dict[str, Any] = {"association_signed_on": signed_on, "association_signatory": signatory.strip()}
        if scan := _filed(fresh, upload, actor):
            values["scan"] = scan
        return save_changes(fresh, values=values, version=version, actor=actor, team=fresh.team)


def sign_convention(
    *,
    convention: Convention,
    signed_on: date,
    actor: User,
    effective_on: date | None = None,
    early_effect_reason: str = "",
) -> Convention:
    """Sign, and put the team under convention if it is not yet (a renewal finds it there).

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        team = lock(convention.team)
        _check_day_of_signing(lock(convention), signed_on)
        fresh = fire(
            convention,
            "sign",
            actor=actor,
            signed_on=signed_on,
            effective_on=effective_on,
            early_effect_reason=early_effect_reason,
        )
        _follow_effect(fresh, actor)
        if team.state != Team.State.UNDER_CONVENTION:
            fire(team, "enter_convention", actor=actor)
        invite_who_joined_meanwhile(convention=fresh, actor=actor)
        refresh_findings(teams=[lock(team)])
    return fresh


def adhesion_effect(adhesion: Adhesion, convention: Convention, *, signed_on: date | None = None) -> date:
    """Return from when a member's signature counts: its own day, but for a renewal signed late.

    A member whose signature of the convention before still counted keeps it from the renewal's prise d'effet on, not
    further back than CONVENTION_RENEWAL_EFFECT_DAYS before the signature, and not before the member joined.

    Args:
        signed_on: the day of the signature; the adhesion's own by default.
    """
    day = signed_on or adhesion.signed_on
    if day is None:
        raise ValueError("an adhesion without a signature has no effect")
    begins = convention.effective_on
    if convention.renews_id is None or begins is None or begins >= day:
        return day
    stays = [adhesion.membership, *doubles_of(adhesion.membership)]
    before = Adhesion.objects.filter(convention=convention.renews_id, membership__in=stays, state=Adhesion.State.SIGNED)
    if not before.exists():
        return day
    bound = day - timedelta(days=settings.CONVENTION_RENEWAL_EFFECT_DAYS)
    return max(begins, bound, min(stay.joined_on for stay in stays))


def complete_on(convention: Convention) -> date | None:
    """Return the day on which the last needed signature was given: association, and minimum composition."""
    if convention.association_signed_on is None or minimum_composition_has_signed(convention, None, {}):
        return None
    return max(convention.association_signed_on, _minimum_on(convention))


def _check_day_of_signing(convention: Convention, signed_on: date) -> None:
    last = complete_on(convention)
    if last and signed_on < last:
        raise TransitionRefused(
            f"La dernière signature nécessaire date du {last:%d/%m/%Y} : indiquez ce jour, ou après."
        )
    if reason := day_is_refused(signed_on, convention):
        raise TransitionRefused(reason)


def _filed(convention: Convention, upload: Any, actor: User) -> Document | None:
    if not upload:
        return None
    filed = file_document(
        team=convention.team,
        upload=upload,
        kind=DossierDocument.Kind.CONVENTION,
        title=f"Convention {convention.number}, page signée",
        permission="conventions.view_text",
        actor=actor,
    )
    document: Document = filed.document
    return document


def _refused(adhesion: Adhesion, step: str, actor: User, signed_on: date) -> str | None:
    return refusal(adhesion, step, actor=actor, comment="", arguments={"signed_on": signed_on})


def _adhesions(convention: Convention) -> Any:
    return convention.adhesions.select_related("convention", "membership__professional__merged_into").order_by(
        "membership__professional__last_name", "membership__professional__first_name", "pk"
    )


def _minimum_on(convention: Convention) -> date:
    """Return the day on which those who had signed were enough."""
    firsts: dict[int, tuple[date, bool]] = {}
    for one in _adhesions(convention).filter(state=Adhesion.State.SIGNED):
        person = one.membership.person  # who signed under two records that were joined had signed with the first
        day = min(one.signed_on, firsts.get(person.pk, (one.signed_on, False))[0])
        firsts[person.pk] = (day, person.is_general_practitioner)
    days = sorted(firsts.values())
    enough = days[MINIMUM_SIGNATURES - 1][0]
    if convention.team.kind == TeamKind.ESP_CLAP:
        enough = max(enough, min(day for day, is_gp in days if is_gp))
    return enough


def _follow_effect(convention: Convention, actor: User) -> None:
    """Give the signatures of a renewal their effect, now that the convention's own is known; each is logged."""
    moved: list[Adhesion] = []
    changes: list[tuple[str, str, str, str]] = []
    for adhesion in _adhesions(convention).filter(state=Adhesion.State.SIGNED):
        effect = adhesion_effect(adhesion, convention)
        if effect != adhesion.effective_on:
            label = f"Prise d’effet de la signature de {adhesion.membership.person}"
            changes.append(("adhesion_effect", label, in_words(adhesion.effective_on), in_words(effect)))
            adhesion.effective_on = effect
            moved.append(adhesion)
    Adhesion.objects.bulk_update(moved, ["effective_on"])
    record(convention, changes, actor=actor, team=convention.team)


def missing_signatures(convention: Convention) -> Sequence[Adhesion]:
    """Return the members who have not signed yet, by name; those who declined, or left, are not waited for."""
    return list(_adhesions(convention).filter(pk__in=awaited_adhesions().values("pk")))
