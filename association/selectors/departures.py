"""What follows from a departure, said before it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from association.eligibility import Finding, TeamFacts, findings
from association.findings import facts_by_team, rule_levels
from association.models import Attestation, Membership
from association.registries import leaving_effects
from association.selectors.members import doubles_of


@dataclass(frozen=True)
class Consequences:
    """What a departure changes: findings that appear, and what ends, one French sentence each."""

    findings: tuple[Finding, ...]
    ends: tuple[str, ...]


def consequences_of_leaving(membership: Membership, left_on: date) -> Consequences:
    """Return what a departure would change, without writing anything.

    Args:
        membership: a stay that has no end yet.
        left_on: its last day.
    """
    return Consequences(_new_findings(membership, left_on), tuple(_ends(membership, left_on)))


def _new_findings(membership: Membership, left_on: date) -> tuple[Finding, ...]:
    """The findings of the first day without this person (today, when that has passed) that do not stand with them."""
    on = max(left_on + timedelta(days=1), timezone.localdate())
    facts, levels = facts_by_team([membership.team], on=on)[membership.team_id], rule_levels()
    known = {(one.code, one.subject) for one in findings(facts, levels)}
    found = findings(_without(facts, membership.person.pk, left_on), levels)
    return tuple(one for one in found if (one.code, one.subject) not in known)


def _without(facts: TeamFacts, person: int, left_on: date) -> TeamFacts:
    """The same facts with the stays of a person that are not over by then ended on a day."""
    return replace(
        facts,
        members=tuple(
            replace(one, left_on=left_on)
            if one.person == person and one.joined_on <= left_on and (one.left_on is None or one.left_on > left_on)
            else one
            for one in facts.members
        ),
    )


def _ends(membership: Membership, left_on: date) -> list[str]:
    stays = [membership, *doubles_of(membership)]
    attestations = Attestation.objects.filter(membership__in=stays, replaced_at=None, ends_on__gt=left_on)
    said = [
        f"L’attestation {one.year} n° {one.number} ne vaudra plus que jusqu’au {left_on:%d/%m/%Y}."
        if one.starts_on <= left_on
        else f"L’attestation {one.year} n° {one.number} ne vaudra plus."
        for one in attestations.order_by("year", "pk")
    ]
    if any(stay.is_referent for stay in stays):
        said.append("Cette personne est référente de l’équipe : désignez-en une autre.")
    return said + [sentence for source in leaving_effects for sentence in source(membership, left_on)]
