"""The signature of a convention."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from association.models import Team, User
from association.workflow import fire, lock
from conventions.models import Convention


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
