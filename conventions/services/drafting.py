"""The draft of a convention: made from the recognised project, and changed until it is issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.journal import StaleEdit, changes_since, in_words, record
from association.machine import TransitionRefused
from association.models import HealthProject, Membership, Team, User
from association.money import euros
from association.nomenclature import ActionType
from association.permissions import require
from association.workflow import enter_at, lock
from conventions.gates import followed, is_paid, missing_for_draft, overlap
from conventions.models import DEFAULT_CEILING_CENTS, Adhesion, Convention, ConventionTerms
from conventions.selectors.members import confirmed_members
from conventions.services.numbering import draw_number

MANAGE = "conventions.manage_convention"


def draft_convention(*, team: Team, starts_on: date, actor: User, ends_on: date | None = None) -> Convention:
    """Make the draft of a team's convention: action types of the accepted project, its confirmed members invited.

    One that follows another by its dates is its renewal (`conventions.gates.followed`).

    Args:
        ends_on: the last day; `last_day` by default.

    Raises:
        TransitionRefused: when the team may have no convention now, with the reason in French.
        ValidationError: with what is wrong with the dates, by field, in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        team = lock(team)
        if reason := missing_for_draft(team):
            raise TransitionRefused(reason)
        return make_draft(
            team=team,
            starts_on=starts_on,
            ends_on=ends_on or last_day(starts_on),
            action_types=planned_types(team),
            ceiling_cents=usual_ceiling(team),
            memberships=confirmed_members(team),
            actor=actor,
            renews=followed(Convention(team=team, starts_on=starts_on)),
        )


def make_draft(
    *,
    team: Team,
    starts_on: date,
    ends_on: date,
    action_types: Sequence[str],
    ceiling_cents: int,
    memberships: Iterable[Membership],
    actor: User,
    number: str = "",
    renews: Convention | None = None,
) -> Convention:
    """Write a draft with its terms and its invited members; drafted anew, renewed or filed, it begins here.

    Args:
        action_types: codes; none yet leaves the draft without terms.
        ceiling_cents: euro cents per civil year.
        number: one that the convention has already; the next of the year by default.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    convention = Convention(team=team, starts_on=starts_on, ends_on=ends_on, renews=renews)
    _check_dates(convention)
    with transaction.atomic():
        convention.number = number or draw_number(team, timezone.localdate())
        convention.full_clean(exclude=["state"])
        convention = enter_at([(convention, Convention.State.DRAFT)], actor=actor, origin="")[0]
        if action_types:
            _write_terms(convention, action_types, ceiling_cents)
        _invite(convention, memberships, actor)
    return convention


def change_draft(
    *,
    convention: Convention,
    starts_on: date,
    ends_on: date,
    action_types: Sequence[str],
    ceiling_cents: int,
    memberships: Sequence[Membership],
    version: int | None,
    actor: User,
) -> Convention:
    """Change a draft, each change with its line in the journal, and return the fresh row.

    Args:
        version: the one that the page had shown; None when nobody looked at a page.

    Raises:
        StaleEdit: when somebody else changed the draft meanwhile; nothing is written.
        TransitionRefused: when it is a draft no more.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(convention)
        if fresh.state != Convention.State.DRAFT:
            raise TransitionRefused(f"La convention {fresh.number} est émise : son texte ne se modifie plus.")
        if version is not None and version != fresh.version:
            raise StaleEdit(changes_since(fresh, version), version=fresh.version)
        before = _in_words(fresh)
        fresh.starts_on, fresh.ends_on = starts_on, ends_on
        fresh.renews = followed(fresh)
        _check_dates(fresh)
        fresh.full_clean(exclude=["state"])
        _write_terms(fresh, action_types, ceiling_cents)
        fresh.adhesions.exclude(membership__in=memberships).delete()
        invited = set(fresh.adhesions.values_list("membership_id", flat=True))
        _invite(fresh, (one for one in memberships if one.pk not in invited), actor)
        changes = _changes(before, _in_words(fresh))
        if changes:
            fresh.version += 1
            fresh.save(update_fields=["starts_on", "ends_on", "renews", "version"])
            record(fresh, changes, actor=actor, team=fresh.team)
    return fresh


def last_day(starts_on: date, months: int | None = None) -> date:
    """Return the last day of a period that starts on a day: 24 months from 1 March 2026 end on 29 February 2028.

    Args:
        months: the setting CONVENTION_MONTHS by default.
    """
    count = starts_on.month - 1 + (settings.CONVENTION_MONTHS if months is None else months)
    year, month = starts_on.year + count // 12, count % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    same_day = min(starts_on.day, (following - timedelta(days=1)).day)
    return date(year, month, same_day) - timedelta(days=1 if same_day == starts_on.day else 0)


def planned_types(team: Team) -> list[str]:
    """Return the action types of the accepted project; of the last convention for a team without one here."""
    project = team.projects.filter(state=HealthProject.State.ACCEPTED).order_by("-number").first()
    if project and project.action_types:
        return [code for code in ActionType.values if code in project.action_types]
    terms = ConventionTerms.objects.filter(convention__team=team).order_by("convention__starts_on", "effective_on")
    known = terms.last()
    return list(known.action_types) if known else []


def usual_ceiling(team: Team) -> int:
    """Return the ceiling of a civil year, in cents; nothing for a kind of team whose actions have no price."""
    return DEFAULT_CEILING_CENTS if is_paid(team.kind) else 0


def _check_dates(convention: Convention) -> None:
    if convention.ends_on < convention.starts_on:
        raise ValidationError({"ends_on": "La fin précède le début : choisissez une date de fin plus tardive."})
    if reason := overlap(convention):
        raise ValidationError({"starts_on": reason})


def _write_terms(convention: Convention, action_types: Sequence[str], ceiling_cents: int) -> None:
    terms = convention.terms.filter(effective_on__isnull=True).first() or ConventionTerms(convention=convention)
    terms.action_types, terms.ceiling_cents = list(action_types), ceiling_cents
    terms.full_clean()
    terms.save()


def _invite(convention: Convention, memberships: Iterable[Membership], actor: User) -> None:
    rows = [Adhesion(convention=convention, membership=membership) for membership in memberships]
    if any(row.membership.team_id != convention.team_id for row in rows):
        raise ValidationError({"members": "Seuls les membres de l’équipe signent sa convention."})
    enter_at(((row, Adhesion.State.INVITED) for row in rows), actor=actor, origin="")


def _in_words(convention: Convention) -> dict[str, tuple[str, str]]:
    """Return what the journal follows of a draft: field -> (label, value in words)."""
    terms = convention.terms.filter(effective_on__isnull=True).first()
    people = convention.adhesions.one_each().select_related("membership__professional__merged_into")
    people = people.order_by("membership__professional__last_name", "membership__professional__first_name")
    return {
        "starts_on": ("Début", in_words(convention.starts_on)),
        "ends_on": ("Fin", in_words(convention.ends_on)),
        "renews": ("Renouvelle", convention.renews.number if convention.renews else ""),
        "ceiling_cents": ("Plafond annuel", euros(terms.ceiling_cents) if terms else ""),
        "action_types": ("Types d’action", in_words(terms.action_types) if terms else ""),
        "members": ("Membres invités à signer", in_words([str(one.membership.person) for one in people])),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (field, label, before[field][1], value) for field, (label, value) in after.items() if before[field][1] != value
    ]
