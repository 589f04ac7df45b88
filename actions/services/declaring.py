"""Declaring: a draft with its participants and evidence, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import DECLARE, Action, Participation
from actions.selectors.attendance import attendees
from actions.services.evidence import add_evidence
from actions.services.numbering import draw_attestation_number, draw_reference
from actions.services.sessions import TypedSession, write_sessions
from association.journal import StaleEdit, changes_since, record, save_changes
from association.machine import TransitionRefused
from association.models import Professional, Team, User
from association.nomenclature import ActionType, ParticipationRole
from association.permissions import require
from association.uploads import CheckedUpload
from association.workflow import enter_at, fire, lock

BEING_WRITTEN = (Action.State.DRAFT, Action.State.TO_COMPLETE)
ORIGIN = "saisie"


@dataclass(frozen=True)
class TypedAction:
    """What somebody says of an action.

    Attributes:
        people: roles (`ParticipationRole`) by the key of a professional: of each person the record that stays.
        duration_minutes: in minutes.
        patients_count: how many, and nothing else about them.
        sessions: the evenings before ``held_on``, of what takes several; they are never priced.
    """

    team: Team
    type: str
    held_on: date
    people: Mapping[int, str]
    modality: str = ""
    duration_minutes: int | None = None
    theme: str = ""
    patients_count: int | None = None
    not_funded_elsewhere: bool = False
    sessions: tuple[TypedSession, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return the fields of the action, without its participants and sessions."""
        return {name: getattr(self, name) for name in Action.JOURNALED}


@dataclass(frozen=True)
class Brought:
    """A file on its way to an action: its kind (`EvidenceKind`) and its checked bytes."""

    kind: str
    upload: CheckedUpload


@transaction.atomic
def save_draft(
    *,
    typed: TypedAction,
    actor: User,
    action: Action | None = None,
    version: int | None = None,
    brought: Sequence[Brought] = (),
    entry_key: str = "",
) -> Action:
    """Write a new draft, or change one that is a draft or to be completed, with its participants and evidence.

    The reference is given here, at the first writing, and never changes; so is the number of a PPS's attestation.

    Args:
        action: what is changed; a new draft by default.
        version: the one that the page had shown of ``action``.
        entry_key: names what was typed, for what may be sent twice (a row of a grid, of a spreadsheet).

    Raises:
        PermissionDenied: for a team that the actor does not see.
        StaleEdit: when somebody else changed it since ``version``.
        TransitionRefused: for an action that is no longer being written.
        ValidationError: with what is wrong, by field: who was not a confirmed member on the day is ``people``.
    """
    require(actor, DECLARE)
    _check_scope(typed.team, actor)
    if action is None:
        fresh = _new(typed, entry_key, actor)
    else:
        _check_scope(action.team, actor)
        fresh = _changed(action, typed, version, actor)
    _write_people(fresh, typed, actor, is_new=action is None)
    write_sessions(action=fresh, sessions=typed.sessions, actor=actor, is_new=action is None)
    if fresh.type == ActionType.PPS and not fresh.attestation_number:
        fresh.attestation_number = draw_attestation_number(fresh.held_on.year)
        fresh.save(update_fields=["attestation_number"])
    for one in brought:
        add_evidence(action=fresh, kind=one.kind, upload=one.upload, actor=actor)
    return fresh


def declare_action(*, action: Action, actor: User) -> Action:
    """Declare an action that is written: whoever validates sees it from then on.

    Raises:
        TransitionRefused: with what is missing (participants, evidence, a statement), in French.
    """
    return fire(action, "declare", actor=actor, declared_by=actor)


@transaction.atomic
def save_and_declare(
    *,
    typed: TypedAction,
    actor: User,
    action: Action | None = None,
    version: int | None = None,
    brought: Sequence[Brought] = (),
    entry_key: str = "",
) -> Action:
    """Write and declare in one go: when the declaration is refused, nothing is written.

    Raises: as `save_draft` and `declare_action`.
    """
    fresh = save_draft(typed=typed, action=action, version=version, brought=brought, entry_key=entry_key, actor=actor)
    return declare_action(action=fresh, actor=actor)


def withdraw_action(*, action: Action, actor: User) -> Action:
    """Take a declared action back; it is never validated, and is declared anew if need be."""
    return fire(action, "withdraw", actor=actor)


def discard_draft(*, action: Action, actor: User) -> Action:
    """Put a draft out of the way, without a reason: its author, or whoever validates. Its row and journal stay."""
    return fire(action, "discard", actor=actor)


def written_already(entry_key: str) -> Action | None:
    """Return the action that was written from a row, if there is one; a draft that was discarded is none."""
    if not entry_key:
        return None
    return Action.objects.filter(entry_key=entry_key).exclude(state=Action.State.DISCARDED).first()


def _check_scope(team: Team, actor: User) -> None:
    if not Team.objects.visible_to(actor).filter(pk=team.pk).exists():
        raise PermissionDenied("Vous ne déclarez que les actions de vos équipes.")


def _new(typed: TypedAction, entry_key: str, actor: User) -> Action:
    lock(typed.team)  # two sendings of one row: the second finds what the first wrote
    if known := written_already(entry_key):
        raise TransitionRefused(f"Cette ligne est déjà enregistrée : {known.reference}.")
    action = Action(**typed.values(), entry_key=entry_key)
    action.full_clean(exclude=["reference", "state"], validate_constraints=False)
    action.reference = draw_reference(typed.held_on.year)
    return enter_at([(action, Action.State.DRAFT)], actor=actor, origin=ORIGIN)[0]


def _changed(action: Action, typed: TypedAction, version: int | None, actor: User) -> Action:
    fresh = lock(action)
    if fresh.state not in BEING_WRITTEN:
        raise TransitionRefused(
            f"Cette action est « {fresh.get_state_label()} » : elle ne se modifie plus. Une action déclarée se retire, "
            "une action validée s'annule, et l'on déclare de nouveau."
        )
    if version is not None and version != fresh.version:
        raise StaleEdit(changes_since(fresh, version))
    return save_changes(fresh, values=typed.values(), version=version, actor=actor, team=fresh.team)


def _write_people(action: Action, typed: TypedAction, actor: User, *, is_new: bool) -> None:
    """Make the participations those that were ticked; one that was refused stays as it is."""
    known = {one.person.pk: one for one in attendees(action.team, action_type=action.type, held_on=action.held_on)}
    _check_people(action, typed, {pk for pk, one in known.items() if one.may_take_part})
    rows = {
        row.professional.person.pk: row
        for row in action.participations.select_related("professional__merged_into").order_by("-pk")
    }
    refused = {pk for pk, row in rows.items() if row.refused_at is not None}
    wanted = {pk: role for pk, role in typed.people.items() if pk not in refused}
    before = _names({pk: (row.professional.person, row.role) for pk, row in rows.items() if pk not in refused})
    doubles = action.participations.exclude(pk__in=[row.pk for row in rows.values()]).filter(refused_at__isnull=True)
    gone = [row.pk for pk, row in rows.items() if pk not in wanted and pk not in refused]
    action.participations.filter(pk__in=[*gone, *doubles.values_list("pk", flat=True)]).delete()
    for pk, role in wanted.items():
        row = rows.get(pk)
        if row is None:
            Participation.objects.create(action=action, professional=known[pk].person, role=role)
        elif row.role != role:
            row.role = role
            row.save(update_fields=["role"])
    after = _names({pk: (known[pk].person, role) for pk, role in wanted.items()})
    if before != after and not is_new:
        action.version += 1
        action.save(update_fields=["version"])
        record(action, [("people", "Participants", before, after)], actor=actor, team=action.team)


def _check_people(action: Action, typed: TypedAction, confirmed: set[int]) -> None:
    if unknown := set(typed.people.values()) - set(ParticipationRole.values):
        raise ValidationError({"people": f"Rôle inconnu : {', '.join(sorted(unknown))}."})
    strangers = set(typed.people) - confirmed
    if strangers:
        names = ", ".join(str(one) for one in Professional.objects.filter(pk__in=strangers).order_by("last_name"))
        day = f"{action.held_on:%d/%m/%Y}"
        raise ValidationError(
            {"people": f"Pas membre confirmé de l'équipe le {day} : {names}. Décochez, ou vérifiez la date."}
        )


def _names(people: Mapping[int, tuple[Professional, str]]) -> str:
    said = (f"{person} ({ParticipationRole(role).label.lower()})" for person, role in people.values())
    return ", ".join(sorted(said))
