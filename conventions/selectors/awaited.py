"""Signatures that are waited for."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from conventions.models import Adhesion, Amendment, AmendmentSignature, Convention


def awaited_adhesions(on: date | None = None) -> QuerySet[Adhesion]:
    """Return the invited members whose own signature of a convention is waited for on a day (today by default).

    Not of who left meanwhile, nor of who enters by an amendment: that one is signed instead.
    """
    return (
        Adhesion.objects.filter(state=Adhesion.State.INVITED)
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
    return AmendmentSignature.objects.filter(
        amendment__state=Amendment.State.SIGNING, amendment__convention__state__in=Convention.RUNNING, signed_on=None
    ).exclude(membership__left_on__lt=on or timezone.localdate())
