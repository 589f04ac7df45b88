"""Amendments begin: proposed for the terms, or drafted by the house when a member joins or leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from association.journal import in_words, record
from association.machine import TransitionRefused
from association.models import Membership, User
from association.nomenclature import MemberStatus
from association.permissions import require
from association.selectors.members import doubles_of
from association.workflow import enter_at, fire, lock
from conventions.models import Adhesion, Amendment, AmendmentSignature, Convention, validate_action_types
from conventions.selectors.members import confirmed_members, not_named
from conventions.selectors.terms import terms_on

MANAGE = "conventions.manage_convention"
SAME = "Rien ne change : le plafond et les types d'action sont déjà ceux-là à cette date."


def propose_terms(
    *, convention: Convention, effective_on: date, action_types: Sequence[str], ceiling_cents: int, actor: User
) -> Amendment:
    """Draft the amendment that changes the action types or the ceiling from a day on.

    One at a time, each after the terms known so far: it says all the terms, and would take back those of another.

    Args:
        ceiling_cents: euro cents per civil year.

    Raises:
        TransitionRefused: when the convention does not run, or another change is open, with the reason in French.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    types = list(dict.fromkeys(action_types))
    validate_action_types(types)
    with transaction.atomic():
        fresh = lock(convention)
        _check_running(fresh)
        _check_alone(fresh)
        _check_day(fresh, effective_on)
        now = terms_on(fresh, effective_on)
        if set(types) == set(now.action_types) and ceiling_cents == now.ceiling_cents:
            raise ValidationError({"__all__": SAME})
        kind = Amendment.Kind.CEILING if set(types) == set(now.action_types) else Amendment.Kind.TYPES
        changes = {"action_types": types, "ceiling_cents": ceiling_cents}
        return _draft(fresh, kind, effective_on, changes, signatories(fresh), actor)


def invite_member(*, convention: Convention, membership: Membership, actor: User) -> Amendment:
    """Draft the amendment by which a member whom the convention does not name yet enters it.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(convention)
        _check_running(fresh)
        if membership not in to_invite(fresh):
            raise TransitionRefused(
                f"{membership.person} n'est pas un membre confirmé qui reste à inviter : rechargez la page."
            )
        return _invite(fresh, membership, timezone.localdate(), actor)


def to_invite(convention: Convention) -> list[Membership]:
    """Return the confirmed members of today whom a convention does not name, by name."""
    return list(not_named(confirmed_members(convention.team), convention))


def invite_newcomer(*, membership: Membership, day: date, actor: User) -> None:
    """After a confirmed member joined: an invitation to each convention that runs, and its amendment.

    Done once for each convention, however often it is called; a draft only gains one more to invite. A convention
    whose text is out for signature is left alone: `invite_who_joined_meanwhile` follows once it is signed.
    """
    if not _is_confirmed(membership, day):
        return
    live = Convention.objects.filter(team=membership.team_id, ends_on__gte=day).order_by("pk")
    for convention in live.filter(state__in=[*Convention.RUNNING, Convention.State.DRAFT]):
        fresh = lock(convention)
        if not not_named(Membership.objects.filter(pk=membership.pk), fresh).exists():
            continue
        if fresh.state == Convention.State.DRAFT:
            _change_draft(fresh, actor, joined=membership)
        else:
            _invite(fresh, membership, day, actor)


def invite_to_drafts(*, membership: Membership, day: date, actor: User) -> None:
    """Add a member who was confirmed on a day to those whom the drafts of the team invite, where they are not yet."""
    if not _is_confirmed(membership, day):
        return
    for convention in membership.team.conventions.filter(state=Convention.State.DRAFT).order_by("pk"):
        fresh = lock(convention)
        if not_named(Membership.objects.filter(pk=membership.pk), fresh).exists():
            _change_draft(fresh, actor, joined=membership)


def invite_who_joined_meanwhile(*, convention: Convention, actor: User) -> None:
    """Once a convention is signed: invite by an amendment each who joined while its text was out for signature.

    Who was a confirmed member before was left out on purpose.
    """
    fresh = lock(convention)
    for membership in to_invite(fresh):
        since = _confirmed_since(membership)
        if fresh.issued_on and since >= fresh.issued_on:
            _invite(fresh, membership, since, actor)


def state_departure(*, membership: Membership, day: date, actor: User) -> None:
    """After a member left: the adhesion ends with the stay, and an amendment states it.

    The signature keeps counting for the days before (docs/payment-rules.md, MEMBER and SIGNATURE). Called again for
    another day, it corrects the day; for the same one it changes nothing.

    Raises:
        ValidationError: for a day before a signature of this member, who was still there to sign.
    """
    for adhesion in membership.adhesions.select_related("convention").order_by("pk"):
        convention = lock(adhesion.convention)
        if adhesion.signed_on is not None and day < adhesion.signed_on:
            signed = f"{convention.number}, que cette personne a signée le {adhesion.signed_on:%d/%m/%Y}"
            raise ValidationError({"left_on": f"La sortie précède la convention {signed} : vérifiez les deux dates."})
        if convention.state == Convention.State.DRAFT:
            _change_draft(convention, actor, left=membership)
        elif adhesion.state == Adhesion.State.INVITED:
            entries = convention.amendments.filter(kind=Amendment.Kind.JOINED, signatures__membership=membership)
            _abandon(entries, f"{membership.person} a quitté l'équipe le {day:%d/%m/%Y}.")
        elif _end_adhesion(adhesion, day, actor) and convention.state in Convention.RUNNING:
            _state(convention, membership, day, actor)


def signatories(convention: Convention) -> list[Membership]:
    """Return the members whose signature of a convention holds: those whom a change of its terms concerns."""
    signed = convention.adhesions.filter(state=Adhesion.State.SIGNED).one_each()
    return [one.membership for one in signed.select_related("membership").order_by("pk")]


def _end_adhesion(adhesion: Adhesion, day: date, actor: User) -> bool:
    """End a signed adhesion, or correct the day of one that has ended; return whether something changed."""
    if adhesion.state == Adhesion.State.SIGNED:
        fire(adhesion, "end", actor=User.objects.system(), ended_on=day)
        return True
    if adhesion.state != Adhesion.State.ENDED or adhesion.ended_on == day:
        return False
    change = ("ended_on", "Fin de l'adhésion", in_words(adhesion.ended_on), in_words(day))
    adhesion.ended_on = day
    adhesion.save(update_fields=["ended_on"])
    record(adhesion, [change], actor=actor, team=adhesion.convention.team)
    return True


def _state(convention: Convention, membership: Membership, day: date, actor: User) -> None:
    """Draft the amendment that states a departure, in place of one that names another day and is not signed yet.

    A person who signed under two records that were joined leaves once: the second stay adds no second paper.
    """
    stated = convention.amendments.filter(kind=Amendment.Kind.LEFT)
    known = stated.filter(changes__left=membership.pk)
    _abandon(known, f"La sortie est datée du {day:%d/%m/%Y}.")
    doubles = [one.pk for one in doubles_of(membership)]
    same_day = stated.filter(changes__left_on=day.isoformat()).exclude(state=Amendment.State.ABANDONED)
    if any(one.changes["left"] in doubles for one in same_day):
        return
    if day <= convention.ends_on:
        changes = {"left": membership.pk, "left_on": day.isoformat()}
        _draft(convention, Amendment.Kind.LEFT, day, changes, [], actor)


def _invite(convention: Convention, membership: Membership, day: date, actor: User) -> Amendment:
    enter_at([(Adhesion(convention=convention, membership=membership), Adhesion.State.INVITED)], actor=actor, origin="")
    begins = max(day, convention.effective_on or day)
    return _draft(convention, Amendment.Kind.JOINED, begins, {"joined": membership.pk}, [membership], actor)


def _change_draft(
    convention: Convention, actor: User, *, joined: Membership | None = None, left: Membership | None = None
) -> None:
    """Add a member to those whom a draft invites, or take one away; whoever edits it at the same time is told."""
    before = _invited(convention)
    if joined:
        enter_at([(Adhesion(convention=convention, membership=joined), Adhesion.State.INVITED)], actor=actor, origin="")
    if left:
        convention.adhesions.filter(membership=left).delete()
    convention.version += 1
    convention.save(update_fields=["version"])
    change = ("members", "Membres invités à signer", before, _invited(convention))
    record(convention, [change], actor=actor, team=convention.team)


def _invited(convention: Convention) -> str:
    people = convention.adhesions.one_each().select_related("membership__professional__merged_into")
    people = people.order_by("membership__professional__last_name", "membership__professional__first_name")
    return in_words([str(one.membership.person) for one in people])


def _draft(
    convention: Convention,
    kind: str,
    effective_on: date,
    changes: dict[str, Any],
    concerned: Iterable[Membership],
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


def _abandon(amendments: Any, comment: str) -> None:
    for amendment in amendments.filter(state__in=Amendment.OPEN).order_by("pk"):
        fire(amendment, "abandon", actor=User.objects.system(), comment=comment)


def _is_confirmed(membership: Membership, day: date) -> bool:
    moment = max(day, membership.joined_on)
    return any(one.person == membership.person for one in confirmed_members(membership.team, moment))


def _confirmed_since(membership: Membership) -> date:
    starts = membership.periods.filter(status=MemberStatus.CONFIRMED).values_list("starts_on", flat=True)
    return min(max(start or membership.joined_on, membership.joined_on) for start in starts)


def _check_running(convention: Convention) -> None:
    if convention.state not in Convention.RUNNING:
        raise TransitionRefused(
            f"La convention {convention.number} est à l'état « {convention.get_state_label()} » : "
            "un avenant ne modifie qu'une convention signée."
        )


def _check_alone(convention: Convention) -> None:
    other = convention.amendments.filter(kind__in=Amendment.OF_TERMS, state__in=Amendment.OPEN).first()
    if other:
        raise TransitionRefused(
            f"L'avenant n° {other.number} modifie déjà les types d'action ou le plafond : menez-le à la signature, "
            "ou abandonnez-le."
        )


def _check_day(convention: Convention, day: date) -> None:
    first = convention.effective_on or convention.starts_on
    if not first <= day <= convention.ends_on:
        said = f"L'avenant prend effet entre le {first:%d/%m/%Y} et le {convention.ends_on:%d/%m/%Y}."
        raise ValidationError({"effective_on": said})
    last = convention.terms.filter(effective_on__gte=day).order_by("effective_on").last()
    if last:
        raise ValidationError(
            {
                "effective_on": f"Un avenant fixe déjà les types d'action et le plafond à partir du "
                f"{last.effective_on:%d/%m/%Y} : choisissez une date plus tardive."
            }
        )
