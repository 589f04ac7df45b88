"""The steps that conventions take together; each calls the service of the single step."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from association.listing.bulk import BulkStep
from association.machine import TransitionRefused
from association.models import User
from conventions.models import Convention
from conventions.models.adhesions import MANAGE, SIGN
from conventions.selectors.awaited import awaited_adhesions
from conventions.services.reminding import OPEN, remind
from conventions.services.steps import move_convention

State = Convention.State


def _lacks_signatures(conventions: QuerySet[Convention]) -> QuerySet[Convention]:
    return conventions.filter(Exists(awaited_adhesions().filter(convention=OuterRef("pk"))))


def _remind(convention: Convention, actor: User) -> str:
    """Write to those who have not signed, and say to whom; refused when there was nobody to write to."""
    told = remind(convention=convention, actor=actor)
    said = [
        f"{words} : {', '.join(names)}."
        for words, names in (
            ("Écrit à", told.written_to),
            ("Sans adresse", told.without_address),
            ("Déjà écrit aujourd’hui à", told.already_today),
        )
        if names
    ]
    if not told.written_to:
        raise TransitionRefused(" ".join(said) or "Plus personne n’a à signer cette convention.")
    return " ".join(said)


def _step(name: str) -> Any:
    def take(convention: Convention, actor: User) -> None:
        move_convention(convention=convention, step=name, actor=actor)

    return take


REMIND = BulkStep(
    name="remind",
    label="Relancer les signataires",
    permission=SIGN,
    states=OPEN,
    fits=_lacks_signatures,
    otherwise="aucune signature n’est attendue",
    run=_remind,
    text="Un message par personne qui n’a pas signé, et un seul par jour.",
)
ISSUE = BulkStep(
    name="issue",
    label="Émettre",
    permission=MANAGE,
    states=(State.DRAFT,),
    run=_step("issue"),
    text="Le texte de chaque convention est figé et ne se modifie plus ensuite que par avenant.",
)
OPEN_SIGNING = BulkStep(
    name="open_signing",
    label="Mettre en signature",
    permission=MANAGE,
    states=(State.ISSUED,),
    run=_step("open_signing"),
)
CONVENTION_STEPS = (REMIND, ISSUE, OPEN_SIGNING)
