"""The renewal of a convention: everything carries over, and no day is lost when it is signed late."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import lock
from conventions.gates import RENEWABLE, missing_for_draft
from conventions.models import Convention
from conventions.selectors.members import confirmed_members
from conventions.selectors.terms import terms_on
from conventions.services.drafting import last_day, make_draft


def renew_convention(*, convention: Convention, actor: User) -> Convention:
    """Make the draft that follows a convention from the day after its end: types and ceiling as amended, its members.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, "conventions.manage_convention")
    with transaction.atomic():
        team = lock(convention.team)
        fresh = lock(convention)
        if reason := missing_for_renewal(fresh):
            raise TransitionRefused(reason)
        starts_on = fresh.ends_on + timedelta(days=1)
        terms = terms_on(fresh, fresh.ends_on)
        return make_draft(
            team=team,
            starts_on=starts_on,
            ends_on=last_day(starts_on),
            action_types=terms.action_types,
            ceiling_cents=terms.ceiling_cents,
            memberships=confirmed_members(team),
            actor=actor,
            renews=fresh,
        )


def missing_for_renewal(convention: Convention) -> str | None:
    """Return what keeps a convention from being renewed, in French, or nothing."""
    if convention.state not in RENEWABLE:
        return f"Une convention « {convention.get_state_label()} » ne se renouvelle pas : préparez-en une nouvelle."
    if last_day(convention.ends_on + timedelta(days=1)) < timezone.localdate():
        return (
            f"Cette convention a pris fin le {convention.ends_on:%d/%m/%Y} : son renouvellement serait déjà terminé. "
            "Préparez une nouvelle convention."
        )
    following = convention.renewals.exclude(state=Convention.State.ABANDONED).first()
    if following:
        return f"Cette convention est déjà renouvelée par {following.number}."
    return missing_for_draft(convention.team)


def renewal_effect(convention: Convention, signed_on: date) -> tuple[date, str]:
    """Return the prise d'effet of a convention signed on a day, and the reason to log when it is before that day.

    A renewal takes effect where the one before ended, at most CONVENTION_RENEWAL_EFFECT_DAYS before its signature;
    any other convention on the later of its start and its signature.
    """
    usual = max(convention.starts_on, signed_on)
    if convention.renews is None:
        return usual, ""
    effect = max(convention.starts_on, usual - timedelta(days=settings.CONVENTION_RENEWAL_EFFECT_DAYS))
    if effect == usual:
        return usual, ""
    return effect, f"Renouvellement de {convention.renews.number}, signé le {signed_on:%d/%m/%Y}"
