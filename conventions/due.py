"""What of the conventions ends or falls due (association.registries.due_dates)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from association.due import people_of
from association.models import User
from association.registries import DueDate, DueSource, due_dates
from conventions.models import Amendment, Convention
from conventions.selectors.awaited import (
    PATIENCE_DAYS,
    awaited_adhesions,
    awaited_amendment_signatures,
    ended_without_a_next,
)

PATIENCE = timedelta(days=PATIENCE_DAYS)
RENEWED, NOT_RENEWED = "renouvellement préparé", "renouvellement à préparer"


def ends(user: User, first: date, last: date) -> Iterator[DueDate]:
    """The end of each convention that runs, or was stopped for a day to come; and those that none follows."""
    seen = Convention.objects.visible_to(user).select_related("team")
    today = timezone.localdate()
    renewed = Convention.objects.filter(renews=OuterRef("pk")).exclude(state=Convention.State.ABANDONED)
    by_term = Q(state__in=Convention.RUNNING, terminated_on=None, ends_on__range=(first, last))
    # The day of a termination is the first one without convention.
    stopped = Q(terminated_on__gt=today, terminated_on__range=(first + timedelta(days=1), last + timedelta(days=1)))
    for convention in seen.filter(by_term | stopped).annotate(is_renewed=Exists(renewed)):
        stop = convention.terminated_on
        yield DueDate(
            uid=f"convention-{convention.pk}",
            day=stop - timedelta(days=1) if stop else convention.ends_on,
            title="Fin de convention (résiliée)" if stop else "Fin de convention",
            subject=convention.team.name,
            url=reverse("conventions:convention", args=[convention.pk]),
            detail=f"{convention.number}, {RENEWED if convention.is_renewed else NOT_RENEWED}",
            people=people_of(convention.team),
            awaited=False,
        )
    for ended in seen.filter(pk__in=ended_without_a_next(today).values("pk"), ends_on__range=(first, last)):
        yield DueDate(
            uid=f"convention-{ended.pk}",
            day=ended.ends_on,
            title="Convention arrivée à terme, sans suite",
            subject=ended.team.name,
            url=reverse("conventions:convention", args=[ended.pk]),
            detail=ended.number,
            people=people_of(ended.team),
        )


def signatures(user: User, first: date, last: date) -> Iterator[DueDate]:
    """Signatures that are waited for, on the day from which that is too long."""
    if not (user.has_perm("conventions.manage_convention") or user.has_perm("conventions.sign_own")):
        return
    issued = (first - PATIENCE, last - PATIENCE)
    open_ones = [Convention.State.SIGNING, *Convention.RUNNING]
    seen = Convention.objects.visible_to(user).filter(state__in=open_ones, issued_on__range=issued)
    counts = dict(awaited_adhesions().filter(convention__in=seen).values_list("convention").annotate(Count("pk")))
    for convention in seen.filter(pk__in=counts).select_related("team"):
        yield _signatures("convention", convention, convention, counts[convention.pk])
    papers = Amendment.objects.visible_to(user).filter(issued_on__range=issued)
    rows = awaited_amendment_signatures().filter(amendment__in=papers)
    counts = dict(rows.values_list("amendment").annotate(Count("pk")))
    for amendment in papers.filter(pk__in=counts).select_related("convention__team"):
        yield _signatures("avenant", amendment, amendment.convention, counts[amendment.pk])


def _signatures(word: str, paper: Convention | Amendment, convention: Convention, count: int) -> DueDate:
    page = "conventions:convention" if word == "convention" else "conventions:amendment"
    return DueDate(
        uid=f"signatures-{word}-{paper.pk}",
        day=(paper.issued_on or timezone.localdate()) + PATIENCE,
        title=f"Signatures attendues ({word})",
        subject=convention.team.name,
        url=reverse(page, args=[paper.pk]),
        detail=f"{paper}, {count} signatures manquent" if count > 1 else f"{paper}, une signature manque",
        people=people_of(convention.team),
    )


def register() -> None:
    """Fill the registry of the ground."""
    due_dates.add("conventions", DueSource("Fins de convention", "conventions.view_convention", ends))
    due_dates.add("signatures", DueSource("Signatures", "conventions.view_convention", signatures))
