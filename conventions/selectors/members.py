"""Who may be invited to sign a convention."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from association.models import Membership, MembershipPeriod, Professional, Team
from association.nomenclature import MemberStatus
from conventions.models import Convention


def confirmed_members(team: Team, on: date | None = None) -> QuerySet[Membership]:
    """Return the members of a day (today by default) who are confirmed on it, by name."""
    day = on or timezone.localdate()
    confirmed = MembershipPeriod.objects.filter(status=MemberStatus.CONFIRMED).filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
    return (
        Membership.objects.current(day)
        .filter(team=team, pk__in=confirmed.values("membership"))
        .select_related("professional")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def may_be_invited(convention: Convention) -> QuerySet[Membership]:
    """Return the members that a draft may invite: those confirmed today, and those whom it invites already."""
    confirmed = confirmed_members(convention.team).values("pk")
    return (
        Membership.objects.filter(Q(pk__in=confirmed) | Q(adhesions__convention=convention))
        .distinct()
        .select_related("professional")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def members_ever(team: Team) -> list[Membership]:
    """Return all who are or were members of a team, by name: a paper may bear the signature of somebody who left."""
    return list(
        Membership.objects.filter(team=team)
        .select_related("professional")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def quality_of(person: Professional) -> str:
    """Return a professional's quality in words: ``médecin généraliste``, ``infirmier``, ``médecin (cardiologie)``."""
    if person.is_general_practitioner:
        return "médecin généraliste"
    words = str(person.get_profession_display())
    words = words[:1].lower() + words[1:]
    return f"{words} ({person.specialty})" if person.specialty else words
