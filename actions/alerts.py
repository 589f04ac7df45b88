"""What is worth a second look at an action: pure rules over facts, without database or clock.

They warn and never block. What is paid is decided by the payment rules alone (docs/payment-rules.md); the meter beside
these alerts says what they give.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from association.nomenclature import ActionType


class AlertCode(StrEnum):
    SAME_ACTION = "SAME_ACTION"
    ELSEWHERE = "ELSEWHERE"
    CONVENTION = "CONVENTION"
    LATE = "LATE"
    SAME_FILE = "SAME_FILE"
    MISSING_EVIDENCE = "MISSING_EVIDENCE"
    SESSIONS = "SESSIONS"


@dataclass(frozen=True)
class Alert:
    """One thing to look at: a stable code, a French sentence, and where to look (``url`` may be empty)."""

    code: AlertCode
    sentence: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Agreed:
    """A convention of the team: in force from ``effective_on`` to ``last_day``, both included, but when suspended.

    ``suspensions``: (first day, day on which it is in force again or None).
    """

    number: str
    effective_on: date | None
    last_day: date
    suspensions: tuple[tuple[date, date | None], ...] = ()

    def is_suspended(self, day: date) -> bool:
        return any(start <= day and (end is None or day < end) for start, end in self.suspensions)

    def covers(self, day: date) -> bool:
        return self.effective_on is not None and self.effective_on <= day <= self.last_day


@dataclass(frozen=True)
class Other:
    """Another action: how it is called, in words, and its page (empty when the reader does not see it)."""

    said: str
    url: str = ""


@dataclass(frozen=True)
class ActionFacts:
    """What is known of an action that somebody types, or that waits to be validated.

    Attributes:
        declared_on: the day of the declaration; today for one that is being typed.
        late_months: after how many months a declaration is signalled (setting).
        same: actions of the same team, type, day and people.
        elsewhere: by name of a participant and day, the actions of other teams on that day: the action's own day, or
            that of a session at which the person was.
        same_files: by label of a piece, the actions that have the same file.
        missing: labels of the pieces that the association asks for and that are not there.
        not_counted: names of those who were at a session and are not ticked as participants.
        at_no_session: names of participants who were at none of the sessions, when there are some.
    """

    type: str
    held_on: date
    declared_on: date
    late_months: int
    conventions: tuple[Agreed, ...] = ()
    same: tuple[Other, ...] = ()
    elsewhere: tuple[tuple[str, date, Other], ...] = ()
    same_files: tuple[tuple[str, Other], ...] = ()
    missing: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()
    at_no_session: tuple[str, ...] = ()


def alerts(facts: ActionFacts) -> list[Alert]:
    """Return what is worth a look, the weightiest first."""
    return [*_same_action(facts), *_same_files(facts), *_convention(facts), *_elsewhere(facts), *_sessions(facts),
            *_late(facts), *_missing(facts)]  # fmt: skip


def add_months(day: date, months: int) -> date:
    """The same day some months later; in a shorter month its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def _same_action(facts: ActionFacts) -> Iterator[Alert]:
    for other in facts.same:
        yield Alert(
            AlertCode.SAME_ACTION,
            f"Même équipe, même type, même date et mêmes participants que l'action {other.said}. Vérifiez qu'elle "
            "n'est pas déclarée deux fois.",
            other.url,
            "Voir cette action",
        )


def _same_files(facts: ActionFacts) -> Iterator[Alert]:
    for piece, other in facts.same_files:
        yield Alert(
            AlertCode.SAME_FILE,
            f"{piece} : ce fichier est déjà une pièce de l'action {other.said}. Vérifiez que c'est le bon fichier.",
            other.url,
            "Voir cette action",
        )


def _convention(facts: ActionFacts) -> Iterator[Alert]:
    """Writing the health project comes before the convention by nature: a later one is enough."""
    day, known = facts.held_on, facts.conventions
    if any(one.covers(day) and not one.is_suspended(day) for one in known):
        return
    if facts.type == ActionType.PROJET and any(one.effective_on and one.effective_on > day for one in known):
        return
    yield Alert(AlertCode.CONVENTION, f"{_why_outside(day, known)} Elle ne sera pas indemnisée.")


def _why_outside(day: date, known: tuple[Agreed, ...]) -> str:
    for one in known:
        if one.covers(day):
            return f"Le {day:%d/%m/%Y}, la convention {one.number} était suspendue."
    over = [one for one in known if one.effective_on and one.last_day < day]
    if over:
        last = max(over, key=lambda one: one.last_day)
        return f"Action après la fin de la convention {last.number}, le {last.last_day:%d/%m/%Y}."
    later = [one for one in known if one.effective_on and one.effective_on > day]
    if later:
        first = min(later, key=lambda one: one.effective_on or date.max)
        return f"La convention {first.number} ne prend effet que le {first.effective_on:%d/%m/%Y}."
    return "L'équipe n'a pas de convention signée."


def _elsewhere(facts: ActionFacts) -> Iterator[Alert]:
    for person, day, other in facts.elsewhere:
        when = "le même jour" if day == facts.held_on else f"le {day:%d/%m/%Y}, jour d'une séance,"
        yield Alert(
            AlertCode.ELSEWHERE,
            f"{person} figure {when} dans une action d'une autre équipe : {other.said}. Vérifiez sa présence.",
            other.url,
            "Voir cette action",
        )


def _sessions(facts: ActionFacts) -> Iterator[Alert]:
    """Only participations are paid: a session says who was there, and the two lists are worth comparing."""
    if facts.not_counted:
        yield Alert(
            AlertCode.SESSIONS,
            f"Présent à une séance sans être coché comme participant : {', '.join(facts.not_counted)}. Seuls les "
            "participants sont indemnisés.",
        )
    if facts.at_no_session:
        yield Alert(
            AlertCode.SESSIONS,
            f"Participant présent à aucune séance : {', '.join(facts.at_no_session)}. Vérifiez les présences.",
        )


def _late(facts: ActionFacts) -> Iterator[Alert]:
    if facts.declared_on > add_months(facts.held_on, facts.late_months):
        yield Alert(
            AlertCode.LATE,
            f"Déclarée plus de {facts.late_months} mois après sa date ({facts.held_on:%d/%m/%Y}). Vérifiez l'année.",
        )


def _missing(facts: ActionFacts) -> Iterator[Alert]:
    if facts.missing:
        yield Alert(AlertCode.MISSING_EVIDENCE, f"Pièce exigée qui manque encore : {', '.join(facts.missing)}.")
