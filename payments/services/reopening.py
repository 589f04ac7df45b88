"""The named decision that reopens a team's year, and what the next run would make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from association.journal import record
from association.machine import TransitionRefused
from association.models import Team, User
from association.money import euros
from association.permissions import require
from association.workflow import lock
from conventions.services.terms import raise_ceiling_of_year
from payments.models import LineKind, Run, YearReopening
from payments.pricing import Reason
from payments.selectors.reopening import cut_of
from payments.selectors.runs import next_month_to_pay
from payments.services.computation import Exclusion, Line, compute

REOPEN = "payments.reopen_year"
GivenT = TypeVar("GivenT")


def reopen_team_year(
    *, team: Team, year: int, actor: User, reason: str, ceiling_cents: int | None = None
) -> YearReopening:
    """Reopen a team's civil year by a named decision (an amendment, or a correction).

    The next run takes what the team's ceiling excluded in that year again, and reverses and corrects what it cut.

    Args:
        ceiling_cents: the new ceiling of that year, in euro cents; None when an amendment in force has raised it.

    Raises:
        TransitionRefused: without a reason, or when the ceiling is not raised by it.
        ValidationError: with what is wrong, in French.
    """
    require(actor, REOPEN)
    if not reason.strip():
        raise TransitionRefused("La réouverture d’une année demande un motif.")
    with transaction.atomic():
        lock(team)
        if ceiling_cents is not None:
            raise_ceiling_of_year(team=team, year=year, ceiling_cents=ceiling_cents, actor=actor)
        reopening = YearReopening(
            team=team, year=year, reason=" ".join(reason.split()), ceiling_cents=ceiling_cents, decided_by=actor
        )
        reopening.full_clean()
        reopening.save()
        raised = f"plafond porté à {euros(ceiling_cents)}" if ceiling_cents else "plafond relevé par un avenant"
        said = ("year_reopening", f"Année {year} rouverte", "", f"{raised} : {reopening.reason}"[:500])
        record(team, [said], actor=actor)
    return reopening


def decide_reopening(
    *, team: Team, year: int, actor: User, reason: str, ceiling_cents: int | None = None
) -> YearReopening:
    """`reopen_team_year`, refused when the team's ceiling neither cut nor excluded anything in that year.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, REOPEN)
    if not cut_of(team, year).count:
        raise TransitionRefused(
            f"En {year}, le plafond de cette équipe n’a rien écrêté ni exclu dans un paiement figé : il n’y a rien à "
            "rouvrir. Si le plafond doit changer pour la suite, faites un avenant."
        )
    return reopen_team_year(team=team, year=year, actor=actor, reason=reason, ceiling_cents=ceiling_cents)


@dataclass(frozen=True)
class PartChange:
    """What the next run would do for one participation; amounts in euro cents.

    ``before``: what its line gives now (0: excluded). ``after``: what it would give; ``cut_by``: still cut by that.
    """

    participation_id: int
    held_on: date
    before: int
    after: int
    cut_by: str

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Preview:
    """What the decision alone adds to the next run, for one team.

    ``month``: that of the run; ``still_excluded``: participations that the ceiling would go on excluding.
    """

    month: date
    parts: tuple[PartChange, ...]
    still_excluded: int

    @property
    def difference(self) -> int:
        return sum(part.difference for part in self.parts)


def preview_reopening(*, team: Team, year: int, actor: User, reason: str, ceiling_cents: int | None = None) -> Preview:
    """Return what the next run would give with the decision, beside what it would give without; writes nothing.

    The decision is taken, the run is computed by the function of the run, and all of it is undone.

    Raises:
        TransitionRefused: as the decision would be.
    """
    run = Run(month=next_month_to_pay())
    without = [one for one in _of_year(run, team, year) if isinstance(one, Line)]

    def decided() -> list[Line | Exclusion]:
        decide_reopening(team=team, year=year, actor=actor, reason=reason, ceiling_cents=ceiling_cents)
        return _of_year(run, team, year)

    now = _undone(decided)
    excluded = sum(1 for one in now if isinstance(one, Exclusion) and one.reason == Reason.CAP_TEAM)
    return Preview(run.month, _parts(now, {(one.kind, one.participation_id) for one in without}), excluded)


def _parts(now: Iterable[Line | Exclusion], without: set[tuple[str, int]]) -> tuple[PartChange, ...]:
    """Put what is given back beside what is given instead, for what the run would not do anyhow and that differs."""
    back: dict[int, Line] = {}
    given: dict[int, Line] = {}
    for entry in now:
        if isinstance(entry, Line) and (entry.kind, entry.participation_id) not in without:
            (back if entry.kind == LineKind.REVERSAL else given)[entry.participation_id] = entry
    parts = []
    for pk in back.keys() | given.keys():
        old, new = back.get(pk), given.get(pk)
        of = new or old
        if of is not None:
            before, after = -old.amount_cents if old else 0, new.amount_cents if new else 0
            parts.append(PartChange(pk, of.held_on, before, after, new.cut_by if new else ""))
    return tuple(
        sorted((part for part in parts if part.difference), key=lambda part: (part.held_on, part.participation_id))
    )


def _of_year(run: Run, team: Team, year: int) -> list[Line | Exclusion]:
    """Compute the run and keep what is the team's of that year, and its exclusions by the ceiling."""
    mine = set(cut_of(team, year).participations)
    return [
        entry
        for entry in compute(run)
        if (isinstance(entry, Line) and entry.team_id == team.pk and entry.held_on.year == year)
        or (isinstance(entry, Exclusion) and entry.participation_id in mine)
    ]


def _undone(do: Callable[[], GivenT]) -> GivenT:
    """Return what a function gives, and undo all that it wrote."""
    with transaction.atomic():
        given = do()
        transaction.set_rollback(True)
    return given


def years_that_can_be_reopened(today: date | None = None) -> list[int]:
    """Return the civil years of a decision: the present one and the four before."""
    year = (today or timezone.localdate()).year
    return list(range(year, year - 5, -1))
