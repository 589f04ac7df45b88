"""What has to hold before a convention is issued."""

from __future__ import annotations

from association.readiness import missing_for_convention
from conventions.models import Convention


def missing_for_issue(convention: Convention) -> str | None:
    """Return what keeps a convention from being issued, in French, or nothing.

    A recognised team, the rules of its kind for a convention, terms, members to sign, no overlap with another.
    """
    if reason := missing_for_convention(convention.team):
        return reason
    if not convention.terms.exists():
        return "Indiquez le plafond et les types d'action de la convention."
    if not convention.adhesions.exists():
        return "Aucun membre n'est invité à signer."
    return overlap(convention)


def overlap(convention: Convention) -> str | None:
    """Return which other convention of the team covers one of its days, in French, or nothing."""
    others = Convention.objects.filter(
        team=convention.team_id, starts_on__lte=convention.ends_on, ends_on__gte=convention.starts_on
    ).exclude(pk=convention.pk)
    for other in others.exclude(state__in=[Convention.State.ABANDONED, Convention.State.DRAFT]):
        if other.terminated_on is None or other.terminated_on > convention.starts_on:
            last = other.terminated_on or other.ends_on
            return (
                f"La convention {other.number} de cette équipe court déjà du {other.starts_on:%d/%m/%Y} "
                f"au {last:%d/%m/%Y} : choisissez des dates qui ne se chevauchent pas."
            )
    return None
