"""Who may be invited to sign a convention."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from association.models import Membership, MembershipPeriod, Professional, Team, User
from association.models.members import PERSON, overlapping
from association.nomenclature import MemberStatus
from conventions.models import Convention


def confirmed_members(team: Team, on: date | None = None) -> QuerySet[Membership]:
    """Return the members of a day (today by default) who are confirmed on it, by name, each person once."""
    day = on or timezone.localdate()
    confirmed = MembershipPeriod.objects.filter(status=MemberStatus.CONFIRMED).filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
    return (
        Membership.objects.current(day)
        .filter(team=team, pk__in=confirmed.values("membership"))
        .one_each()
        .select_related("professional__merged_into")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def may_be_invited(convention: Convention) -> QuerySet[Membership]:
    """Return the members that a draft may invite: those confirmed today, and those whom it invites already."""
    invited = convention.adhesions.one_each().values("membership")
    confirmed = not_named(confirmed_members(convention.team), convention).values("pk")
    return (
        Membership.objects.filter(Q(pk__in=confirmed) | Q(pk__in=invited))
        .select_related("professional__merged_into")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def not_named(members: QuerySet[Membership], convention: Convention) -> QuerySet[Membership]:
    """Leave out the members whom a convention names, by this stay or by a double of it under a joined record."""
    named = convention.adhesions.order_by()
    doubles = Membership.objects.filter(
        overlapping(OuterRef("joined_on"), OuterRef("left_on")), pk__in=named.values("membership")
    ).alias(whose=PERSON)
    here = members.alias(whose=PERSON).exclude(pk__in=named.values("membership"))
    return here.exclude(Exists(doubles.filter(whose=OuterRef("whose"))))


def members_ever(team: Team) -> list[Membership]:
    """Return all who are or were members of a team, by name: a paper may bear the signature of somebody who left."""
    return list(
        Membership.objects.filter(team=team)
        .one_each()
        .select_related("professional__merged_into")
        .order_by("professional__last_name", "professional__first_name", "pk")
    )


def records_of(user: User) -> set[int]:
    """Return the keys of the records under which the signed-in member is known, joined ones too."""
    if user.professional_id is None:
        return set()
    return set(Professional.objects.same_person(user.professional_id).values_list("pk", flat=True))


def quality_of(person: Professional) -> str:
    """Return a professional's quality in words: ``médecin généraliste``, ``infirmier``, ``médecin (cardiologie)``."""
    if person.is_general_practitioner:
        return "médecin généraliste"
    words = str(person.get_profession_display())
    words = words[:1].lower() + words[1:]
    return f"{words} ({person.specialty})" if person.specialty else words
