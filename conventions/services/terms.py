"""What a convention allows, from a date on."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from association.journal import record
from association.machine import TransitionRefused
from association.models import Team, User
from association.money import euros
from association.permissions import require
from association.workflow import lock
from conventions.models import Convention, ConventionTerms


def amend_terms(
    *,
    convention: Convention,
    effective_on: date,
    ceiling_cents: int,
    action_types: list[str],
    actor: User,
) -> ConventionTerms:
    """Add what the convention allows from a date on (an amendment); the terms before stay for the days before.

    Args:
        effective_on: may lie in the past; the payments reopen the team's year for what is frozen already.
        ceiling_cents: euro cents per civil year.

    Raises:
        ValidationError: with what is wrong, in French.
    """
    require(actor, "conventions.manage_convention")
    with transaction.atomic():
        lock(convention)
        terms = ConventionTerms(
            convention=convention,
            effective_on=effective_on,
            ceiling_cents=ceiling_cents,
            action_types=action_types,
        )
        terms.full_clean()
        terms.save()
    return terms


def raise_ceiling_of_year(*, team: Team, year: int, ceiling_cents: int, actor: User) -> None:
    """Raise what a team's conventions allow in one civil year; the years before and after keep theirs.

    Each convention in force in that year has the new ceiling from its first day in it to the last, also where an
    amendment of that year had set a lower one; a higher one stays. Each change is kept in the convention's journal.

    Args:
        ceiling_cents: euro cents per civil year.

    Raises:
        TransitionRefused: when no convention is in force in that year, or all allow as much already.
        ValidationError: with what is wrong, in French.
    """
    require(actor, "conventions.manage_convention")
    first, last = date(year, 1, 1), date(year, 12, 31)
    with transaction.atomic():
        lock(team)
        conventions = Convention.objects.filter(
            team=team, state__in=Convention.PAYING, effective_on__lte=last, ends_on__gte=first
        ).order_by("effective_on", "pk")
        if not conventions:
            raise TransitionRefused(
                f"Aucune convention de l’équipe n’était en vigueur en {year} : il n’y a pas de plafond."
            )
        raised = [_raise_in(lock(one), first, last, ceiling_cents, actor) for one in conventions]
        if not any(raised):
            raise TransitionRefused(
                f"Aucune convention de {year} n’a un plafond inférieur à {euros(ceiling_cents)} : indiquez plus que le "
                "plafond actuel, ou laissez vide si un avenant l’a relevé."
            )


def _raise_in(convention: Convention, first: date, last: date, ceiling_cents: int, actor: User) -> bool:
    """Raise one convention's ceiling between two days; return whether anything was below it."""
    rows = list(convention.terms.all())
    starts_on, after = max(first, convention.effective_on or first), date(last.year + 1, 1, 1)
    before, next_year = _in_force(rows, starts_on), _in_force(rows, after)
    former = next_year.ceiling_cents
    of_year = [row for row in rows if row.effective_on and starts_on <= row.effective_on <= last]
    lower = [row for row in of_year if row.ceiling_cents < ceiling_cents]
    for row in lower:
        was, row.ceiling_cents = row.ceiling_cents, ceiling_cents
        row.full_clean()
        row.save(update_fields=["ceiling_cents"])
        _record(row, was, actor)
    raised = bool(lower)
    if before not in of_year and before.ceiling_cents < ceiling_cents:
        _add(before, starts_on, ceiling_cents, actor)
        raised = True
    if raised and convention.ends_on >= after and next_year.effective_on != after:
        _add(next_year, after, former, actor, was=ceiling_cents)
    return raised


def _in_force(rows: list[ConventionTerms], day: date) -> ConventionTerms:
    """Return the terms of a day: the latest that have taken effect (the first ones have no date)."""
    return max(
        (row for row in rows if row.effective_on is None or row.effective_on <= day),
        key=lambda row: row.effective_on or date.min,
    )


def _add(like: ConventionTerms, effective_on: date, ceiling_cents: int, actor: User, *, was: int | None = None) -> None:
    terms = ConventionTerms(
        convention=like.convention,
        effective_on=effective_on,
        ceiling_cents=ceiling_cents,
        action_types=like.action_types,
    )
    terms.full_clean()
    terms.save()
    _record(terms, like.ceiling_cents if was is None else was, actor)


def _record(terms: ConventionTerms, was: int, actor: User) -> None:
    label = f"Plafond à partir du {terms.effective_on:%d/%m/%Y}"
    said = ("ceiling_cents", label, euros(was), euros(terms.ceiling_cents))
    record(terms.convention, [said], actor=actor, team=terms.convention.team)
