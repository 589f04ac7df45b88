"""Signatures that are waited for."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from association.models import Team
from conventions.models import Adhesion, Amendment, AmendmentSignature, Convention

PATIENCE_DAYS = 15


def awaited_adhesions(on: date | None = None) -> QuerySet[Adhesion]:
    """Return the invited members whose own signature of a convention is waited for on a day (today by default).

    Not of who left meanwhile, nor of who enters by an amendment: that one is signed instead.
    """
    return (
        Adhesion.objects.filter(state=Adhesion.State.INVITED)
        .one_each()
        .exclude(membership__left_on__lt=on or timezone.localdate())
        .exclude(Exists(entering()))
    )


def entering() -> QuerySet[AmendmentSignature]:
    """Return, for the adhesion of an outer query, the open amendment by which its member enters the convention."""
    return AmendmentSignature.objects.filter(
        membership=OuterRef("membership"),
        amendment__convention=OuterRef("convention"),
        amendment__kind=Amendment.Kind.JOINED,
        amendment__state__in=Amendment.OPEN,
    )


def awaited_amendment_signatures(on: date | None = None) -> QuerySet[AmendmentSignature]:
    """Return the members' signatures of amendments in signing that are waited for on a day (today by default)."""
    return (
        AmendmentSignature.objects.filter(
            amendment__state=Amendment.State.SIGNING,
            amendment__convention__state__in=Convention.RUNNING,
            signed_on=None,
        )
        .one_each()
        .exclude(membership__left_on__lt=on or timezone.localdate())
    )


class Waiting(StrEnum):
    """What of a convention waits for the office; the codes stand in addresses."""

    FOLLOWED_BY_NONE = "suite"
    SIGNATURES = "signatures"
    TO_ISSUE = "avenants"
    AMENDMENT_SIGNATURES = "avenants-signature"


WAITING_LABELS = (
    (Waiting.FOLLOWED_BY_NONE, "Arrivées à terme, sans suite"),
    (Waiting.SIGNATURES, f"Signatures attendues depuis {PATIENCE_DAYS} jours"),
    (Waiting.TO_ISSUE, "Avenants à émettre"),
    (Waiting.AMENDMENT_SIGNATURES, f"Avenants en signature depuis {PATIENCE_DAYS} jours"),
)


def waiting_conventions(conventions: QuerySet[Convention], what: str, on: date | None = None) -> QuerySet[Convention]:
    """Return those of the conventions that wait in one way on a day (today by default), each once."""
    day = on or timezone.localdate()
    match Waiting(what):
        case Waiting.FOLLOWED_BY_NONE:
            return conventions.filter(pk__in=ended_without_a_next(day).values("pk"))
        case Waiting.SIGNATURES:
            return conventions.filter(pk__in=late_adhesions(day).values("convention"))
        case Waiting.TO_ISSUE:
            return conventions.filter(pk__in=amendments_to_issue().values("convention"))
    return conventions.filter(pk__in=late_amendments(day).values("convention"))


def ended_without_a_next(day: date) -> QuerySet[Convention]:
    """Return the conventions that ended lately, and that none follows: a renewal still leaves no hole."""
    bound = day - timedelta(days=settings.CONVENTION_RENEWAL_EFFECT_DAYS)
    next_one = Convention.objects.exclude(state=Convention.State.ABANDONED).filter(
        team=OuterRef("team"), ends_on__gt=OuterRef("ends_on")
    )
    recent = Convention.objects.filter(state=Convention.State.ENDED, ends_on__gte=bound)
    return recent.exclude(team__state=Team.State.CLOSED).exclude(Exists(next_one))


def late_adhesions(day: date) -> QuerySet[Adhesion]:
    """Return the signatures of conventions that are waited for too long."""
    return awaited_adhesions(day).filter(
        convention__state__in=[Convention.State.SIGNING, *Convention.RUNNING],
        convention__issued_on__lte=day - timedelta(days=PATIENCE_DAYS),
    )


def amendments_to_issue() -> QuerySet[Amendment]:
    """Return the amendments that were drafted and not issued yet."""
    return Amendment.objects.filter(state=Amendment.State.DRAFT, convention__state__in=Convention.RUNNING)


def late_amendments(day: date) -> QuerySet[Amendment]:
    """Return the amendments that are in signing for too long: of a member, or of the association."""
    return Amendment.objects.filter(
        state=Amendment.State.SIGNING,
        convention__state__in=Convention.RUNNING,
        issued_on__lte=day - timedelta(days=PATIENCE_DAYS),
    )
