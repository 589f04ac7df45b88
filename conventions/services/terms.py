"""What a convention allows, from a date on."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from association.models import User
from association.permissions import require
from association.workflow import lock
from conventions.models import Convention, ConventionTerms


def amend_terms(
    *,
    convention: Convention,
    effective_on: date,
    ceiling_cents: int,
    action_types: list[str],
    actor: User,
) -> ConventionTerms:
    """Add what the convention allows from a date on (an amendment); the terms before stay for the days before.

    Args:
        effective_on: may lie in the past; the payments reopen the team's year for what is frozen already.
        ceiling_cents: euro cents per civil year.

    Raises:
        ValidationError: with what is wrong, in French.
    """
    require(actor, "conventions.manage_convention")
    with transaction.atomic():
        lock(convention)
        terms = ConventionTerms(
            convention=convention,
            effective_on=effective_on,
            ceiling_cents=ceiling_cents,
            action_types=action_types,
        )
        terms.full_clean()
        terms.save()
    return terms
