"""Professionals: created, changed, joined with another record of the same person, told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.identifiers import NIR_REFUSED, contains_nir
from association.journal import record, save_changes
from association.machine import TransitionRefused
from association.models import NotDuplicate, Professional, Team, User
from association.permissions import require
from association.registries import joining_obstacles, separating_obstacles
from association.workflow import lock

MANAGE, JOIN = "association.manage_professional", "association.join_professionals"


def create_professional(*, values: Mapping[str, Any], actor: User) -> Professional:
    """Create a professional and say so in the journal.

    Args:
        values: by field name; ``rpps`` is 11 digits and never changes afterwards.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    person = Professional(**values)
    person.full_clean()
    with transaction.atomic():
        person.save()
        record(person, [("rpps", "Fiche créée", "", f"RPPS {person.rpps}")], actor=actor)
    return person


def change_professional(
    *, professional: Professional, values: Mapping[str, Any], version: int | None, actor: User
) -> Professional:
    """Change a professional's record; the findings on the teams follow.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        TransitionRefused: for a record that is joined with another.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        if lock(professional).merged_into_id is not None:
            raise TransitionRefused("Cette fiche est réunie avec une autre : modifiez celle qui est gardée.")
        fresh = save_changes(professional, values=values, version=version, actor=actor)
        refresh_findings(teams=_teams_of(fresh))
    return fresh


def join_professionals(*, kept: Professional, other: Professional, actor: User, comment: str) -> Professional:
    """Say that two records are one person: ``other`` points to ``kept``, and nothing is moved.

    What was written under the other number stays there; ceilings, number caps and memberships count both as one from
    the next run on (docs/payment-rules.md, "One person under two numbers"). Records joined with ``other`` before point
    to ``kept`` too.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, JOIN)
    _check_reason(comment, "Un motif est demandé pour réunir deux fiches.")
    with transaction.atomic():
        stays, goes = _locked(kept, other)
        if reason := joining_refusal(kept=stays, other=goes):
            raise TransitionRefused(reason)
        now = timezone.now()
        for joined in [goes, *Professional.objects.filter(merged_into=goes).order_by("pk")]:
            joined.merged_into, joined.merged_at, joined.version = stays, joined.merged_at or now, joined.version + 1
            joined.save(update_fields=["merged_into", "merged_at", "version"])
            record(joined, [("merged_into", "Réunie avec", "", _named(stays))], actor=actor)
        stays.version += 1
        stays.save(update_fields=["version"])
        said = f"{_named(goes)} ({comment.strip()})"
        record(stays, [("duplicates", "Réunit la fiche", "", said)], actor=actor)
        refresh_findings(teams=_teams_of(stays))
    return stays


def joining_refusal(*, kept: Professional, other: Professional) -> str | None:
    """Return why two records may not be joined now, in French, or None; each floor names its own obstacles."""
    if kept.pk == other.pk:
        return "C'est deux fois la même fiche."
    for person in (kept, other):
        if person.merged_into_id is not None:
            return f"La fiche {_named(person)} est déjà réunie avec {_named(person.merged_into)}."  # type: ignore[arg-type]
    reasons = (obstacle(kept, other) for obstacle in joining_obstacles)
    return next((reason for reason in reasons if reason), None)


def separate_professionals(*, other: Professional, actor: User, comment: str) -> Professional:
    """Undo a joining as long as no run was frozen since; the two records are then known to be two persons.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, JOIN)
    _check_reason(comment, "Un motif est demandé pour séparer deux fiches.")
    with transaction.atomic():
        fresh = lock(other)
        if reason := separating_refusal(other=fresh):
            raise TransitionRefused(reason)
        kept = lock(fresh.merged_into)  # type: ignore[arg-type]
        fresh.merged_into, fresh.merged_at, fresh.version = None, None, fresh.version + 1
        fresh.save(update_fields=["merged_into", "merged_at", "version"])
        kept.version += 1
        kept.save(update_fields=["version"])
        record(fresh, [("merged_into", "Réunie avec", _named(kept), "")], actor=actor)
        record(kept, [("duplicates", "Réunit la fiche", _named(fresh), f"séparée ({comment.strip()})")], actor=actor)
        _tell_apart(kept, fresh, actor)
        refresh_findings(teams=_teams_of(kept, fresh))
    return fresh


def separating_refusal(*, other: Professional) -> str | None:
    """Return why a joining cannot be undone, in French, or None."""
    if other.merged_into_id is None:
        return "Cette fiche n'est réunie avec aucune autre."
    reasons = (obstacle(other) for obstacle in separating_obstacles)
    return next((reason for reason in reasons if reason), None)


def tell_apart(*, one: Professional, other: Professional, actor: User) -> NotDuplicate:
    """Remember that two records that look alike are two persons; said twice, it is remembered once.

    Raises:
        TransitionRefused: for one record twice.
    """
    require(actor, JOIN)
    if one.pk == other.pk:
        raise TransitionRefused("C'est deux fois la même fiche.")
    with transaction.atomic():
        return _tell_apart(one, other, actor)


def _check_reason(comment: str, needed: str) -> None:
    if not comment.strip():
        raise TransitionRefused(needed)
    if contains_nir(comment):
        raise TransitionRefused(NIR_REFUSED)


def _tell_apart(one: Professional, other: Professional, actor: User) -> NotDuplicate:
    first, second = sorted((one, other), key=lambda person: person.pk)
    said, is_new = NotDuplicate.objects.get_or_create(first=first, second=second, defaults={"decided_by": actor})
    if is_new:
        record(first, [("not_duplicate", "Personne distincte de", "", _named(second))], actor=actor)
    return said


def _locked(kept: Professional, other: Professional) -> tuple[Professional, Professional]:
    """Lock both in the order of their keys, so that two who join the same pair never wait for each other."""
    rows = {person.pk: lock(person) for person in sorted((kept, other), key=lambda person: person.pk)}
    return rows[kept.pk], rows[other.pk]


def _teams_of(*people: Professional) -> list[Team]:
    """Return the teams that are not closed of which somebody of these is or was a member, under whichever number."""
    stays = Team.objects.filter(memberships__professional__in=people) | Team.objects.filter(
        memberships__professional__merged_into__in=people
    )
    return list(stays.exclude(state=Team.State.CLOSED).distinct())


def _named(person: Professional) -> str:
    return f"{person} (RPPS {person.rpps})"
