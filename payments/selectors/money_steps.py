"""What a person may do with an account or a transfer now, in words: the steps of its machine that have a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from association.models import User
from association.workflow import Offer, offers
from payments.models import Account, Payment
from payments.selectors.run_steps import RunStep

# A file sends its transfers and takes them back.
NOT_OF_PAYMENT = frozenset({"send", "take_back"})
MAIN = frozenset({"verify", "release", "pay"})
ACCOUNT_WORDS = {
    "verify": "Les prochains virements iront sur ce compte. Comparez-le d’abord au RIB reçu. Le compte d’avant, "
    "s’il y en a un, est archivé.",
    "reject": "Le compte d’avant, s’il y en a un, sert de nouveau.",
    "withdraw": "Le compte d’avant, s’il y en a un, sert de nouveau.",
    "suspend": "Rien n’est plus viré sur ce compte ; ce qui est dû attend.",
    "archive": "Pour de bon : ce bénéficiaire n’a plus de compte, et ce qui lui est dû attend qu’un autre soit "
    "vérifié. Un virement qui n’est pas encore parti est sans effet.",
}
# On a button, what one does; the machine names what the bank did.
LABELS = {"reject": "Noter un rejet", "give_back": "Noter un retour"}
PAYMENT_WORDS = {
    "hold": "Ce virement ne part pas avec le prochain fichier.",
    "release": "Ce virement part avec le prochain fichier.",
    "void": "Ce virement ne part pas. Ses indemnités sont de nouveau dues au prochain paiement mensuel.",
    "reject": "Ses indemnités sont de nouveau dues au prochain paiement mensuel.",
    "give_back": "Ses indemnités sont de nouveau dues au prochain paiement mensuel.",
}


def account_steps(account: Account, *, actor: User) -> list[RunStep]:
    """Return what the actor may do with an account, each step with what prevents it."""
    found = offers(account, actor=actor)
    return _leading_first([_step(offer, ACCOUNT_WORDS) for offer in found])


def payment_steps(payment: Payment, *, actor: User, forms: dict[str, Any], awaited: str = "") -> list[RunStep]:
    """Return what the actor may do with a transfer.

    Args:
        forms: what a step has to know, by its name.
        awaited: why the bank cannot have paid it yet, in French; empty when it can.
    """
    found = [
        replace(offer, reason=awaited) if offer.name == "pay" and awaited and not offer.reason else offer
        for offer in offers(payment, actor=actor, leave_out=NOT_OF_PAYMENT)
    ]
    return _leading_first(
        [_step(offer, PAYMENT_WORDS, forms.get(offer.name), LABELS.get(offer.name, "")) for offer in found]
    )


def _step(offer: Offer, words: dict[str, str], form: Any = None, label: str = "") -> RunStep:
    return RunStep(
        offer.name,
        label or offer.label,
        offer.reason,
        offer.needs_comment,
        offer.danger,
        words.get(offer.name, ""),
        main=offer.name in MAIN,
        form=form,
    )


def _leading_first(steps: list[RunStep]) -> list[RunStep]:
    return sorted(steps, key=lambda step: (not step.main, step.danger))
