"""The sessions of what takes several evenings: written with the action, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError

from actions.models import Action, ActionSession
from actions.models.sessions import TAKES_SESSIONS
from actions.selectors.sessions import may_attend
from association.journal import record
from association.models import Professional, User
from association.nomenclature import ActionType


@dataclass(frozen=True)
class TypedSession:
    """What somebody says of one session.

    Attributes:
        people: keys of those who were there: of each person the record that stays.
        duration_minutes: in minutes.
        minutes: what was decided, without a word about a patient.
    """

    held_on: date
    people: frozenset[int] = frozenset()
    duration_minutes: int | None = None
    minutes: str = ""


def write_sessions(*, action: Action, sessions: Sequence[TypedSession], actor: User, is_new: bool) -> None:
    """Make the sessions of an action those that were typed; called in the transaction that holds the action locked.

    Raises:
        ValidationError: under ``sessions``: a type that takes none, a day twice or after the delivery, somebody who is
            no member of the team.
    """
    if not sessions and not action.sessions.exists():
        return
    _check(action, sessions)
    stored = {row.held_on: row for row in action.sessions.prefetch_related("attendees")}
    before = _said(_as_typed(row) for row in stored.values())
    after = _said(sessions)
    if before == after:
        return
    ActionSession.objects.filter(action=action).exclude(held_on__in=[one.held_on for one in sessions]).delete()
    for one in sessions:
        row = stored.get(one.held_on) or ActionSession(action=action, held_on=one.held_on)
        row.duration_minutes, row.minutes = one.duration_minutes, one.minutes
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
        row.attendees.set(one.people)
    if not is_new:
        action.version += 1
        action.save(update_fields=["version"])
        record(action, [("sessions", "Séances", before, after)], actor=actor, team=action.team)


def _check(action: Action, sessions: Sequence[TypedSession]) -> None:
    if sessions and action.type not in TAKES_SESSIONS:
        taken = " et ".join(f"« {ActionType(kind).label} »" for kind in TAKES_SESSIONS)
        _refuse(f"Seuls les types {taken} prennent des séances. Retirez-les, ou changez le type.")
    seen: set[date] = set()
    for one in sessions:
        if one.held_on > action.held_on:
            _refuse(
                f"La séance du {one.held_on:%d/%m/%Y} vient après la date de l'action ({action.held_on:%d/%m/%Y}), qui "
                "est celle de la remise du document. Vérifiez les deux dates."
            )
        if one.held_on in seen:
            _refuse(f"Deux séances portent la même date, le {one.held_on:%d/%m/%Y}. Réunissez-les, ou corrigez l'une.")
        seen.add(one.held_on)
        _check_people(action, one)


def _check_people(action: Action, session: TypedSession) -> None:
    known = {person.pk for person in may_attend(action.team, action.type, action.held_on, session.held_on)}
    if strangers := set(session.people) - known:
        names = ", ".join(str(one) for one in Professional.objects.filter(pk__in=strangers).order_by("last_name"))
        _refuse(f"Séance du {session.held_on:%d/%m/%Y} : {names} n'est pas membre de l'équipe. Décochez ce nom.")


def _refuse(sentence: str) -> None:
    raise ValidationError({"sessions": sentence})


def _as_typed(row: ActionSession) -> TypedSession:
    people = frozenset(one.person.pk for one in row.attendees.all())
    return TypedSession(row.held_on, people, row.duration_minutes, row.minutes)


def _said(sessions: Iterable[TypedSession]) -> str:
    """Return the sessions in the words of the journal."""
    rows = sorted(sessions, key=lambda one: one.held_on)
    names = {
        person.pk: str(person)
        for person in Professional.objects.filter(pk__in={pk for one in rows for pk in one.people})
    }
    lines = []
    for one in rows:
        people = ", ".join(sorted(names[pk] for pk in one.people if pk in names)) or "personne"
        length = f", {one.duration_minutes} min" if one.duration_minutes else ""
        text = f", {one.minutes}" if one.minutes else ""
        lines.append(f"{one.held_on:%d/%m/%Y}{length} ({people}){text}")
    return " ; ".join(lines)
