"""The meter in words: one line per person, the amount or why nothing, for who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from association.models import Professional, User
from association.money import euros
from association.selectors.people import same_person
from payments.pricing import Decision, Excluded, MissingPrice, Priced
from payments.reasons import EXPLANATIONS, Explanation, explain
from payments.selectors.meter import Reading

NO_PRICE = Explanation(
    "TARIF",
    "Pas de tarif",
    "Aucun tarif n’est publié pour ce type d’action, ce rôle et cette profession à cette date. Le paiement mensuel "
    "attend qu’il le soit.",
)


@dataclass(frozen=True)
class MeterLine:
    """What one person would get.

    Attributes:
        cents: None when nothing, or when the reader does not see this person's amounts.
        why: why nothing, or why less than the price; None when the whole price is due.
        is_hidden: there is an amount that the reader does not see.
        left_cents: what the year leaves to the person, when there is a personal ceiling and the reader sees it.
    """

    person: Professional
    cents: int | None
    why: Explanation | None
    is_hidden: bool = False
    detail: str = ""
    left_cents: int | None = None


@dataclass(frozen=True)
class Meter:
    """All that the fragment shows; ``total_cents`` is None for who does not see everybody's amounts."""

    reading: Reading
    lines: tuple[MeterLine, ...]
    total_cents: int | None

    @property
    def used_before(self) -> int:
        """Cents of the ceiling that are used without this action."""
        return (self.reading.ceiling_cents or 0) - self.reading.team_left_before

    @property
    def is_over(self) -> bool:
        """Whether the team's year leaves nothing more."""
        return self.reading.ceiling_cents is not None and self.reading.team_left_after == 0


def in_words(reading: Reading, *, user: User) -> Meter:
    """Return the meter for a user: a referent sees the own amounts, and of the others only whether and why."""
    records = [one.candidate.professional_id for one in reading.decisions]
    people = Professional.objects.in_bulk(records)
    seen = set(records) if sees_all(user) else same_person([user.professional_id or 0])
    lines = tuple(_line(one, people, seen, reading.people_left) for one in reading.decisions)
    total = sum(one.amount_cents for one in reading.decisions if isinstance(one, Priced))
    return Meter(reading, lines, total if sees_all(user) else None)


def sees_all(user: User) -> bool:
    """Whether a user sees what each person gets."""
    return user.has_perm("payments.view_run")


def _line(
    decision: Decision, people: Mapping[int, Professional], seen: Iterable[int], people_left: Mapping[int, int]
) -> MeterLine:
    person = people[decision.candidate.professional_id]
    shows = person.pk in seen
    left = people_left.get(person.pk) if shows else None
    match decision:
        case Priced():
            why = explain(decision.cut_by[-1].value) if decision.cut_by else None
            detail = f"au lieu de {euros(decision.price.amount_cents)}" if decision.cut_by and shows else ""
            cents = decision.amount_cents if shows else None
            return MeterLine(person, cents, why, is_hidden=not shows, detail=detail, left_cents=left)
        case MissingPrice():
            return MeterLine(person, None, NO_PRICE, left_cents=left)
        case Excluded(reason=reason):
            return MeterLine(person, None, EXPLANATIONS[reason.value], left_cents=left)
