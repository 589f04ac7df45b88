"""What the page of a convention shows: its signatures, what may be done now, its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, QuerySet
from django.utils import timezone

from association.models import FieldChange, TransitionLog, User
from association.selectors.history import Entry, history_of
from association.workflow import offers
from conventions.models import Adhesion, Amendment, Convention
from conventions.selectors.awaited import entering
from conventions.selectors.members import quality_of, records_of

# The step that leads on from each state, in the colour of the page.
MAIN = {
    Convention.State.DRAFT: "issue",
    Convention.State.ISSUED: "open_signing",
    Convention.State.SIGNING: "sign",
}
ORDER = ("issue", "open_signing", "sign", "withdraw_from_signing", "abandon")
WORDS = {
    "issue": "Le texte et les données sont figés et le PDF est classé dans le dossier. Ensuite, tout changement passe "
    "par un avenant.",
    "abandon": "La convention garde son numéro et reste au dossier. Une autre pourra être préparée.",
    "sign": "Les signatures nécessaires sont réunies. L'équipe passe sous convention. Les autres membres pourront "
    "adhérer plus tard.",
}
LABELS = {"sign": "Mettre en vigueur"}


@dataclass(frozen=True)
class ConventionStep:
    """A step as the page offers it; ``form`` is what has to be known."""

    name: str
    label: str
    reason: str = ""
    needs_comment: bool = False
    danger: bool = False
    text: str = ""
    main: bool = False
    form: Any = None


@dataclass(frozen=True)
class SignatureRow:
    """A member in the table of signatures; ``how``: on paper or on screen, or when a reminder was written."""

    adhesion: Adhesion
    name: str
    quality: str
    how: str
    may_decline: bool
    is_own: bool
    entry: Amendment | None = None  # the open amendment by which this member enters, and which is signed instead


def convention_dossiers(user: User) -> QuerySet[Convention]:
    """Return the conventions of the user's scope with what their page reads."""
    return (
        Convention.objects.visible_to(user)
        .select_related("team__department", "template", "document", "scan", "renews")
        .prefetch_related("terms")
    )


def signature_rows(convention: Convention, *, actor: User) -> list[SignatureRow]:
    """Return the members who signed or are to sign, by name."""
    waiting = convention.state in (Convention.State.SIGNING, Convention.State.SIGNED, Convention.State.SUSPENDED)
    may_sign = actor.has_perm("conventions.sign_convention")
    entries = open_entries(convention)
    own = records_of(actor)
    return [
        SignatureRow(
            adhesion=adhesion,
            name=str(adhesion.membership.person),
            quality=quality_of(adhesion.membership.person),
            how=_how(adhesion),
            may_decline=waiting and may_sign and adhesion.state == Adhesion.State.INVITED,
            is_own=waiting
            and actor.has_perm("conventions.sign_own")
            and adhesion.membership.professional_id in own
            and adhesion.state in (Adhesion.State.INVITED, Adhesion.State.DECLINED)
            and adhesion.membership_id not in entries,
            entry=entries.get(adhesion.membership_id),
        )
        for adhesion in convention.adhesions.one_each()
        .select_related("membership__professional__merged_into", "scan")
        .order_by("membership__professional__last_name", "membership__professional__first_name", "pk")
    ]


def _how(adhesion: Adhesion) -> str:
    if adhesion.state == Adhesion.State.INVITED and adhesion.reminded_at:
        return f"relance du {timezone.localdate(adhesion.reminded_at):%d/%m/%Y}"
    return str(adhesion.get_how_display())


def may_be_signed(convention: Convention) -> bool:
    """Whether signatures may still be recorded: all of them in signing, of the members who are missing afterwards."""
    if convention.state == Convention.State.SIGNING:
        return True
    return convention.state in (Convention.State.SIGNED, Convention.State.SUSPENDED) and bool(to_sign(convention))


def to_sign(convention: Convention) -> list[Adhesion]:
    """Return the adhesions that may still be signed, by name."""
    return list(
        convention.adhesions.filter(state__in=[Adhesion.State.INVITED, Adhesion.State.DECLINED])
        .one_each()
        .exclude(Exists(entering()))
        .select_related("convention", "membership__professional__merged_into")
        .order_by("membership__professional__last_name", "membership__professional__first_name", "pk")
    )


def open_entries(convention: Convention) -> dict[int, Amendment]:
    """Return the open amendments by which members enter a convention, by membership."""
    entries = convention.amendments.filter(kind=Amendment.Kind.JOINED, state__in=Amendment.OPEN)
    return {entry.changes["joined"]: entry for entry in entries}


def own_adhesion(convention: Convention, *, actor: User) -> Adhesion | None:
    """Return the adhesion that the member who is signed in may sign, or nothing."""
    return own_among(signature_rows(convention, actor=actor))


def own_among(rows: Iterable[SignatureRow]) -> Adhesion | None:
    """Return the adhesion among these that is the reader's own to sign, or nothing."""
    return next((row.adhesion for row in rows if row.is_own), None)


def convention_steps(convention: Convention, *, actor: User, effect: Any = None) -> list[ConventionStep]:
    """Return what leads a convention to its signature, what leads on first; each with what prevents it.

    Args:
        effect: the form of the step « sign ».
    """
    main = MAIN.get(Convention.State(convention.state))
    steps = [
        ConventionStep(
            offer.name,
            LABELS.get(offer.name, offer.label),
            offer.reason,
            offer.needs_comment,
            offer.danger,
            WORDS.get(offer.name, ""),
            main=offer.name == main,
        )
        for offer in offers(convention, actor=actor)
        if offer.name in ORDER
    ]
    steps = [replace(step, form=effect) if step.name == "sign" else step for step in steps]
    return sorted(steps, key=lambda step: ORDER.index(step.name))


def convention_history(convention: Convention, *, actor: User) -> list[Entry]:
    """Return what happened to a convention, newest first: its states, its members' signatures, changes of fields.

    For somebody who does not see names, the states alone, by the house of who moved them.
    """
    entries: list[Entry] = list(history_of(convention, reader=actor))
    if actor.has_perm("association.view_professional"):
        entries += [*_signatures(convention), *_changes(convention)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _signatures(convention: Convention) -> Iterable[Entry]:
    names = {
        pk: f"{last} {first}"
        for pk, last, first in convention.adhesions.values_list(
            "pk", "membership__professional__last_name", "membership__professional__first_name"
        )
    }
    rows = (
        TransitionLog.objects.filter(content_type=ContentType.objects.get_for_model(Adhesion), object_id__in=names)
        .exclude(transition="enter_at", to_state=Adhesion.State.INVITED)
        .select_related("actor")
    )
    states = {state.value: str(state.label) for state in Adhesion.State}
    for row in rows:
        label = f"Adhésion de {names[row.object_id]}"
        yield Entry(label, row.at, str(row.actor), row.comment, row.to_state, states.get(row.to_state, row.to_state))


def _changes(convention: Convention) -> Iterable[Entry]:
    rows = FieldChange.objects.filter(
        content_type=ContentType.objects.get_for_model(Convention), object_id=convention.pk
    ).select_related("actor")
    for row in rows:
        said = f"{row.label} : {row.before or 'vide'} → {row.after or 'vide'}"
        yield Entry(said, row.at, str(row.actor))
