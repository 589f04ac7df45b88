"""Writes on conventions."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from association.models import Team, User
from association.permissions import require
from association.workflow import fire, lock
from conventions.models import Convention, ConventionTerms


def sign_convention(
    *,
    convention: Convention,
    signed_on: date,
    actor: User,
    effective_on: date | None = None,
    early_effect_reason: str = "",
) -> Convention:
    """Sign, and put the team under convention if it is not yet (a renewal finds it there).

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        team = lock(convention.team)
        fresh = fire(
            convention,
            "sign",
            actor=actor,
            signed_on=signed_on,
            effective_on=effective_on,
            early_effect_reason=early_effect_reason,
        )
        if team.state != Team.State.UNDER_CONVENTION:
            fire(team, "enter_convention", actor=actor)
    return fresh


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
