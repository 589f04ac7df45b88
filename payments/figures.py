"""The numbers of the payments on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from association.models import Team, User
from association.money import euros
from association.registries import Figure
from payments.models import Payment, Run
from payments.selectors.run_pages import run_list, team_years


def run_figures(user: User) -> Iterator[Figure]:
    """The last run and its state; what was paid this year, for those who see transfers."""
    if not user.has_perm("payments.view_run"):
        return
    last = (
        run_list(user).exclude(kind=Run.Kind.OPENING).exclude(state__in=[Run.State.CANCELLED, Run.State.VOIDED]).first()
    )
    if last:
        month = date_format(last.month, "F Y")
        title = f"Paiement de {month}" if month[0] not in "ao" else f"Paiement d’{month}"
        yield Figure(
            f"{title} (complémentaire)" if last.kind == Run.Kind.EXTRA else title,
            euros(last.due_cents),
            last.get_state_label(),
            reverse("payments:run", args=[last.pk]),
        )
    year = timezone.localdate().year
    if user.has_perm("payments.view_payment"):
        paid = Payment.objects.filter(state=Payment.State.PAID, paid_on__year=year).aggregate(total=Sum("amount_cents"))
        url = f"{reverse('payments:payment_list')}?state={Payment.State.PAID}&paid_on_du={year}-01-01"
        yield Figure(f"Payé en {year}", euros(paid["total"] or 0), "virements constatés", url)


def ceiling_figures(user: User) -> Iterator[Figure]:
    """What is left to a referent's team this year."""
    if user.role != "referent":
        return
    for team in Team.objects.visible_to(user):
        year = team_years(team)[0]
        if year.left is not None:
            note = f"utilisés {euros(year.used)} en {year.year}"
            yield Figure("Reste sous le plafond", euros(year.left), note, reverse("association:team", args=[team.pk]))
