"""One door for the steps that lead a convention to its signature, for a caller that has a step's name: its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from association.machine import TransitionRefused
from association.models import User
from association.workflow import fire
from conventions.models import Convention
from conventions.services.issuing import issue_convention
from conventions.services.signing import sign_convention


def move_convention(
    *,
    convention: Convention,
    step: str,
    actor: User,
    comment: str = "",
    signed_on: date | None = None,
    effective_on: date | None = None,
    early_effect_reason: str = "",
) -> Convention:
    """Take a convention through a step.

    Args:
        comment: for the steps that ask for a reason.
        signed_on, effective_on, early_effect_reason: with ``sign``.

    Raises:
        TransitionRefused: with the reason in French.
    """

    def sign() -> Convention:
        if signed_on is None:
            raise TransitionRefused("Indiquez la date de signature.")
        return sign_convention(
            convention=convention,
            signed_on=signed_on,
            effective_on=effective_on,
            early_effect_reason=early_effect_reason,
            actor=actor,
        )

    steps: dict[str, Callable[[], Convention]] = {
        "issue": lambda: issue_convention(convention=convention, actor=actor),
        "open_signing": lambda: fire(convention, "open_signing", actor=actor),
        "withdraw_from_signing": lambda: fire(convention, "withdraw_from_signing", actor=actor, comment=comment),
        "abandon": lambda: fire(convention, "abandon", actor=actor, comment=comment),
        "sign": sign,
    }
    if step not in steps:
        raise TransitionRefused("Cette étape n'existe pas : la page a été mise à jour.")
    return steps[step]()
