"""What of payments waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from association.models import User
from association.registries import InboxItem
from payments.models import Account, Run
from payments.selectors.accounts import MINE, waiting_accounts


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
