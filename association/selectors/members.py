"""The members of a team, with the facts of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils import timezone

from association.models import Membership, MembershipPeriod, Team, User
from association.models.territory import search_key
from association.nomenclature import MemberStatus, Profession


@dataclass(frozen=True)
class Member:
    """A member as the page shows it: the facts of the day (or the last known ones), and the others, dated."""

    membership: Membership
    facts: MembershipPeriod | None
    other_facts: tuple[MembershipPeriod, ...]
    is_current: bool

    @property
    def is_past(self) -> bool:
        """Whether the stay has ended; one that begins later has not."""
        return not self.is_current and self.membership.left_on is not None

    @property
    def label(self) -> str:
        """What the badge says."""
        if self.is_past:
            return "Sorti"
        if not self.is_current:
            return "À venir"
        return str(self.facts.get_status_display()) if self.facts else "Sans statut"

    @property
    def tone(self) -> str:
        """The tone of the badge."""
        if self.is_past or not self.is_current:
            return "over" if self.is_past else "idle"
        confirmed = self.facts is not None and self.facts.status == MemberStatus.CONFIRMED
        return "good" if confirmed else "attention"


def memberships_for(user: User) -> QuerySet[Membership]:
    """Return the stays in the teams of the user's scope, with all that their page shows."""
    periods = MembershipPeriod.objects.select_related("place", "company").order_by(F("starts_on").asc(nulls_first=True))
    return (
        Membership.objects.filter(team__in=Team.objects.visible_to(user))
        .select_related("team", "professional")
        .prefetch_related(Prefetch("periods", periods))
    )


def member_of(membership: Membership, *, on: date | None = None) -> Member:
    """Return a stay (of `memberships_for`) with the facts of a day (today by default)."""
    return _member(membership, on or timezone.localdate())


def members_of(team: Team, *, on: date | None = None) -> list[Member]:
    """Return the members of a team: those of the day by name, then those who left, the last first."""
    day = on or timezone.localdate()
    periods = MembershipPeriod.objects.select_related("place", "company").order_by(F("starts_on").asc(nulls_first=True))
    memberships = (
        Membership.objects.filter(team=team)
        .select_related("professional")
        .prefetch_related(Prefetch("periods", periods))
        .order_by("joined_on")
    )
    members = [_member(membership, day) for membership in sorted(memberships, key=_by_name)]
    gone = [member for member in members if not member.is_current]
    gone.sort(key=lambda member: member.membership.left_on or member.membership.joined_on, reverse=True)
    return [member for member in members if member.is_current] + gone


def _by_name(membership: Membership) -> tuple[str, str]:
    """As a French reader looks a name up: whatever its capitals and accents, on every database."""
    return search_key(str(membership.professional)), membership.professional.rpps


def _member(membership: Membership, day: date) -> Member:
    is_current = membership.joined_on <= day and (membership.left_on is None or membership.left_on >= day)
    moment = day if is_current else membership.left_on or membership.joined_on
    periods = list(membership.periods.all())
    facts = next((p for p in periods if _covers(p, moment)), periods[-1] if periods else None)
    return Member(membership, facts, tuple(p for p in periods if p is not facts), is_current)


def _covers(period: MembershipPeriod, day: date) -> bool:
    return (period.starts_on is None or period.starts_on <= day) and (period.ends_on is None or day <= period.ends_on)


def professions_of(team: Team) -> list[tuple[str, int]]:
    """Return how many confirmed members of today a team has by profession, without a name (GPs are told apart)."""
    confirmed = MembershipPeriod.objects.filter(status=MemberStatus.CONFIRMED).filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=timezone.localdate()),
        Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()),
    )
    rows = (
        Membership.objects.current()
        .filter(team=team, periods__in=confirmed)
        .order_by("-professional__is_general_practitioner", "professional__profession")
        .values_list("professional__profession", "professional__is_general_practitioner")
        .annotate(count=Count("professional", distinct=True))
    )
    return [("Médecin généraliste" if gp else str(Profession(code).label), count) for code, gp, count in rows]
