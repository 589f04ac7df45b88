"""Money of one person known under two numbers (docs/payment-rules.md, "One person under two numbers").

Lines are never moved: what they add up to is read under the record that stays, and paid to its account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from association.models import Professional
from payments.models import Beneficiary, Run


def joined_payees(*, at: datetime | None = None) -> dict[int, int]:
    """Return, for the beneficiary of each joined record, that of the record that stays, where it has one.

    Args:
        at: the instant of a frozen run, for what had been joined by then; now by default.
    """
    owed = Beneficiary.objects.filter(professional__merged_into__beneficiary__isnull=False).order_by()
    if at is not None:
        owed = owed.filter(professional__merged_at__lte=at)
    return dict(owed.values_list("pk", F("professional__merged_into__beneficiary")))


def gathered(due: Mapping[int, int], payees: Mapping[int, int]) -> dict[int, int]:
    """Return beneficiary id -> net cents with what joined records are owed, or owe, added to the one that stays."""
    found: dict[int, int] = {}
    for beneficiary, cents in due.items():
        payee = payees.get(beneficiary, beneficiary)
        found[payee] = found.get(payee, 0) + cents
    return found


def frozen_since_joining(other: Professional) -> str | None:
    """Return why a joining can no longer be undone: a run was frozen that counted both records as one person."""
    since = Run.objects.frozen().filter(approved_at__gte=other.merged_at).order_by("approved_at").first()
    if since is None:
        return None
    return f"Le paiement mensuel {since.name} a été figé depuis : il compte les deux fiches comme une seule personne."
