"""What of payments waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from association.models import User
from association.registries import InboxItem
from payments.models import Account, Grant, GrantDeliverable, GrantInstalment, Run
from payments.selectors.accounts import MINE, waiting_accounts
from payments.selectors.grant_watch import alerts


def waiting_runs(user: User) -> Iterator[InboxItem]:
    """Runs whose next step is open to the user: submit, approve, export, settle."""
    steps = (
        (Run.State.DRAFT, "payments.submit_run", "Paiement mensuel à soumettre"),
        (Run.State.SUBMITTED, "payments.approve_run", "Paiement mensuel qui attend le bon à payer"),
        (Run.State.APPROVED, "payments.export_run", "Paiement mensuel à exporter"),
        (Run.State.EXPORTED, "payments.settle_run", "Paiement mensuel à solder"),
    )
    for state, permission, title in steps:
        if user.has_perm(permission):
            for run in Run.objects.visible_to(user).filter(state=state).exclude(kind=Run.Kind.OPENING):
                if state == Run.State.SUBMITTED and run.submitted_by_id == user.pk:
                    continue
                yield InboxItem(title, 1, reverse("payments:run", args=[run.pk]), run.in_words, counted=False)


def accounts_to_verify(user: User) -> Iterator[InboxItem]:
    """Proposed accounts that somebody else entered."""
    if user.has_perm("payments.manage_account"):
        count = waiting_accounts(Account.objects.order_by(), MINE, user=user).count()
        if count:
            url = f"{reverse('payments:account_list')}?waiting={MINE}"
            yield InboxItem("Comptes bancaires à vérifier", count, url, detail="avant le prochain paiement mensuel")


def grants_to_follow(user: User) -> Iterator[InboxItem]:
    """Of the signed grants: thresholds passed, what is late, and what is to be closed."""
    if not user.has_perm("payments.manage_grant"):
        return
    for alert in alerts(user):
        yield InboxItem(
            f"Dotation {alert.grant.reference} : {alert.percent} % de la part des équipes sont dus",
            1,
            reverse("payments:grant", args=[alert.grant.pk]),
            f"alerte à {alert.threshold} %",
            counted=False,
        )
    today = timezone.localdate()
    signed = Grant.objects.visible_to(user).filter(state=Grant.State.SIGNED)
    for item in GrantDeliverable.objects.filter(grant__in=signed, delivered_on__isnull=True, due_on__lt=today):
        url = reverse("payments:grant", args=[item.grant_id])
        yield InboxItem("Livrable en retard", 1, f"{url}#livrables", item.label, counted=False)
    late = GrantInstalment.objects.filter(grant__in=signed, received_on__isnull=True, expected_on__lt=today)
    for instalment in late:
        url = reverse("payments:grant", args=[instalment.grant_id])
        yield InboxItem(
            "Versement de la dotation en retard", 1, f"{url}#versements", instalment.condition, counted=False
        )
    if user.has_perm("payments.decide_grant"):
        for grant in signed.filter(ends_on__lt=today):
            yield InboxItem(
                "Dotation à clore", 1, reverse("payments:grant", args=[grant.pk]), grant.reference, counted=False
            )
