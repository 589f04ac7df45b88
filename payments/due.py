"""What of the payments falls due (association.registries.due_dates)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from association.models import User
from association.registries import DueDate, DueSource, due_dates
from payments.models import Grant, GrantDeliverable, GrantInstalment, Run
from payments.selectors.runs import months_to_prepare

STEPS = {
    Run.State.DRAFT: ("payments.submit_run", "Paiement mensuel à soumettre"),
    Run.State.SUBMITTED: ("payments.approve_run", "Bon à payer attendu"),
    Run.State.APPROVED: ("payments.export_run", "Paiement mensuel à transmettre à la banque"),
}


def runs(user: User, first: date, last: date) -> Iterator[DueDate]:
    """The month that was not prepared yet, those to come, and what keeps an open one from the bank."""
    for month in _without_run(last):
        day = _month_after(month)
        if first <= day <= last:
            yield DueDate(
                uid=f"paiement-{month:%Y-%m}",
                day=day,
                title="Paiement mensuel à préparer",
                subject=_name(month),
                url=reverse("payments:run_list"),
                people=_mine(user, "payments.prepare_run"),
            )
    for run in Run.objects.visible_to(user).filter(state__in=STEPS).exclude(kind=Run.Kind.OPENING):
        permission, title = STEPS[run.state]
        day = _month_after(run.month).replace(day=settings.PAYMENT_DAY)
        if first <= day <= last:
            yield DueDate(
                uid=f"paiement-{run.name}" if run.kind == Run.Kind.REGULAR else f"paiement-complementaire-{run.pk}",
                day=day,
                title=title,
                subject=_name(run.month),
                url=reverse("payments:run", args=[run.pk]),
                people=_mine(user, permission),
            )


def _without_run(last: date) -> list[date]:
    """Return the months that have ended and have no run, unless a later one is frozen; then those to come."""
    today = timezone.localdate()
    ended = months_to_prepare(today)
    if not Run.objects.frozen().exclude(kind=Run.Kind.OPENING).exists():
        ended = ended[:1]  # nothing was ever paid here: only the last month is missed
    there = set(
        Run.objects.filter(kind=Run.Kind.REGULAR)
        .exclude(state__in=[Run.State.CANCELLED, Run.State.VOIDED])
        .values_list("month", flat=True)
    )
    coming, month = [], today.replace(day=1)
    while _month_after(month) <= last:
        coming.append(month)
        month = _month_after(month)
    return [month for month in [*ended, *coming] if month not in there]


def _month_after(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _name(month: date) -> str:
    return date_format(month, "F Y")


def _mine(user: User, permission: str) -> frozenset[int]:
    return frozenset({user.pk} if user.has_perm(permission) else ())


def deliverables(user: User, first: date, last: date) -> Iterator[DueDate]:
    """What is to be handed over to the funder, and has not been."""
    rows = GrantDeliverable.objects.filter(
        grant__in=_signed(user), delivered_on__isnull=True, due_on__gte=first, due_on__lte=last
    )
    for row in rows.select_related("grant"):
        yield DueDate(
            uid=f"livrable-{row.pk}",
            day=row.due_on,
            title="Livrable de la dotation",
            subject=row.grant.reference,
            url=f"{reverse('payments:grant', args=[row.grant_id])}#livrables",
            detail=row.label,
            people=_mine(user, "payments.manage_grant"),
        )


def instalments(user: User, first: date, last: date) -> Iterator[DueDate]:
    """What the funder is to pay, and has not paid."""
    rows = GrantInstalment.objects.filter(
        grant__in=_signed(user), received_on__isnull=True, expected_on__gte=first, expected_on__lte=last
    )
    for row in rows.select_related("grant"):
        yield DueDate(
            uid=f"versement-{row.pk}",
            day=row.expected_on,
            title="Versement de la dotation attendu",
            subject=row.grant.reference,
            url=f"{reverse('payments:grant', args=[row.grant_id])}#versements",
            detail=row.condition,
            people=_mine(user, "payments.manage_grant"),
        )


def _signed(user: User) -> QuerySet[Grant]:
    return Grant.objects.visible_to(user).filter(state=Grant.State.SIGNED)


def register() -> None:
    """Fill the registry of the ground."""
    due_dates.add("livrables", DueSource("Livrables", "payments.view_grant", deliverables))
    due_dates.add("versements", DueSource("Versements de la dotation", "payments.view_grant", instalments))
    due_dates.add("paiements", DueSource("Paiements", "payments.view_run", runs))
