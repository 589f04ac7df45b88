"""A departure and the conventions: what it will change, and what follows when it was recorded by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from association.journal import in_words, record
from association.models import Membership, User
from association.workflow import fire, lock
from conventions.models import Adhesion, Amendment, Convention
from conventions.services.amendment_drafting import invite_to_drafts


def ends_with_stay(membership: Membership, left_on: date) -> Iterator[str]:
    """Say what `state_departure` would do for a last day, one French sentence for each convention."""
    signed = Q(adhesions__state=Adhesion.State.SIGNED, state__in=Convention.RUNNING, ends_on__gte=left_on)
    named = Q(state=Convention.State.DRAFT)
    known = Convention.objects.filter(signed | named, adhesions__membership=membership).distinct().order_by("pk")
    for convention in known:
        if convention.state == Convention.State.DRAFT:
            yield f"La convention {convention.number}, en préparation, n’invitera plus cette personne."
        else:
            yield (
                f"Sa signature de la convention {convention.number} ne comptera plus après ce jour ; un avenant qui "
                "constate son départ sera préparé."
            )


def departure_is_signed(membership: Membership, recorded: date, left_on: date | None) -> str | None:
    """Why a departure may no longer be corrected: a signed amendment states it."""
    stated = Amendment.objects.filter(
        kind=Amendment.Kind.LEFT, state=Amendment.State.SIGNED, changes__left=membership.pk
    )
    known = stated.select_related("convention").order_by("pk").first()
    if known is None:
        return None
    return (
        f"L’avenant n° {known.number} à la convention {known.convention.number}, signé, constate ce départ : il ne se "
        "corrige plus. Si la personne est revenue, ajoutez-la de nouveau à l’équipe."
    )


def take_departure_back(*, membership: Membership, day: date, actor: User) -> None:
    """After a departure was taken back: signatures count again, its amendments are abandoned, drafts invite again."""
    for adhesion in membership.adhesions.select_related("convention").order_by("pk"):
        convention = lock(adhesion.convention)
        if adhesion.state == Adhesion.State.ENDED and adhesion.ended_on == day:
            fire(adhesion, "take_up", actor=User.objects.system())
            change = ("ended_on", "Fin de l'adhésion", in_words(day), "")
            record(adhesion, [change], actor=actor, team=convention.team)
        stated = convention.amendments.filter(kind=Amendment.Kind.LEFT, changes__left=membership.pk)
        for amendment in stated.filter(state__in=Amendment.OPEN).order_by("pk"):
            comment = f"Le départ de {membership.person}, enregistré par erreur, est retiré."
            fire(amendment, "abandon", actor=User.objects.system(), comment=comment)
    invite_to_drafts(membership=membership, day=day, actor=actor)
