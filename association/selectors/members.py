"""The members of a team, with the facts of a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import Membership, MembershipPeriod, Professional, Team, User
from association.models.members import PERSON
from association.models.territory import search_key
from association.nomenclature import MemberStatus, Profession

HIDDEN_BELOW = 5  # people: a smaller group of a profession in a team would tell who somebody is
OTHER_PROFESSIONS = "Autres professions"


@dataclass(frozen=True)
class Member:
    """A member as the page shows it: the facts of the day (or the last known ones), and the others, dated.

    ``doubles``: the stays of the same person at the same time under a record that was joined with this one.
    """

    membership: Membership
    facts: MembershipPeriod | None
    other_facts: tuple[MembershipPeriod, ...]
    is_current: bool
    doubles: tuple[Membership, ...] = ()

    @property
    def person(self) -> Professional:
        """Who it is: the record that stays."""
        return self.membership.person

    @property
    def is_referent(self) -> bool:
        """Whether the person is a referent of the team, under whichever record."""
        return any(stay.is_referent for stay in (self.membership, *self.doubles))

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
        .select_related("team", "professional__merged_into")
        .prefetch_related(Prefetch("periods", periods))
    )


def member_of(membership: Membership, *, on: date | None = None) -> Member:
    """Return a stay (of `memberships_for`) with the facts of a day (today by default)."""
    found = _member(membership, on or timezone.localdate())
    return replace(found, doubles=tuple(doubles_of(membership)))


def doubles_of(membership: Membership) -> list[Membership]:
    """Return the other stays by which the same person is in the same team at the same time, the oldest first."""
    others = Membership.objects.of_person(membership.professional_id).filter(team=membership.team_id)
    rows = others.exclude(pk=membership.pk).select_related("team", "professional__merged_into").order_by("pk")
    return [stay for stay in rows if stay.is_beside(membership)]


def members_of(team: Team, *, on: date | None = None) -> list[Member]:
    """Return the members of a team: those of the day by name, then those who left, the last first.

    A person is one member, under however many records the stays of one time were entered.
    """
    day = on or timezone.localdate()
    periods = MembershipPeriod.objects.select_related("place", "company").order_by(F("starts_on").asc(nulls_first=True))
    memberships = (
        Membership.objects.filter(team=team)
        .select_related("professional__merged_into")
        .prefetch_related(Prefetch("periods", periods))
        .order_by("joined_on", "pk")
    )
    members = _one_each([_member(membership, day) for membership in sorted(memberships, key=_by_name)])
    gone = [member for member in members if not member.is_current]
    gone.sort(key=lambda member: member.membership.left_on or member.membership.joined_on, reverse=True)
    return [member for member in members if member.is_current] + gone


def _one_each(members: list[Member]) -> list[Member]:
    """Make one member of the stays that a person has at one time: the one that says most of today leads."""
    leading: dict[int, list[Member]] = defaultdict(list)
    doubles: dict[int, list[Membership]] = defaultdict(list)
    for member in sorted(members, key=_weight):
        beside = (led for led in leading[member.person.pk] if led.membership.is_beside(member.membership))
        if leads := next(beside, None):
            doubles[leads.membership.pk].append(member.membership)
        else:
            leading[member.person.pk].append(member)
    kept = {member.membership.pk for several in leading.values() for member in several}
    return [
        replace(member, doubles=tuple(doubles[member.membership.pk]))
        for member in members
        if member.membership.pk in kept
    ]


def _weight(member: Member) -> tuple[bool, bool, bool, int]:
    confirmed = member.facts is not None and member.facts.status == MemberStatus.CONFIRMED
    is_joined = member.membership.professional.merged_into_id is not None
    return not member.is_current, not confirmed, is_joined, member.membership.pk


def _by_name(membership: Membership) -> tuple[str, str]:
    """As a French reader looks a name up: whatever its capitals and accents, on every database."""
    return search_key(str(membership.person)), membership.person.rpps


def _member(membership: Membership, day: date) -> Member:
    is_current = membership.joined_on <= day and (membership.left_on is None or membership.left_on >= day)
    moment = day if is_current else membership.left_on or membership.joined_on
    periods = list(membership.periods.all())
    facts = next((p for p in periods if _covers(p, moment)), periods[-1] if periods else None)
    return Member(membership, facts, tuple(p for p in periods if p is not facts), is_current)


def _covers(period: MembershipPeriod, day: date) -> bool:
    return (period.starts_on is None or period.starts_on <= day) and (period.ends_on is None or day <= period.ends_on)


def professions_for_ars(team: Team) -> list[tuple[str, int]]:
    """Return `professions_of` as whoever sees no names may read it: no count is of fewer than `HIDDEN_BELOW` people.

    Smaller professions stand together without their names, and take the next smallest with them until they are enough:
    what is left of the total then gives none away. Of a team that is too small there is no breakdown at all
    (docs/decisions/0028-small-groups-of-a-team.md).
    """
    counts = sorted(professions_of(team), key=lambda row: row[1])
    together = 0
    while counts and (counts[0][1] < HIDDEN_BELOW or 0 < together < HIDDEN_BELOW):
        together += counts.pop(0)[1]
    if 0 < together < HIDDEN_BELOW:
        return []
    shown = sorted(counts, key=lambda row: (-row[1], row[0]))
    return [*shown, (OTHER_PROFESSIONS, together)] if together else shown


def professions_of(team: Team) -> list[tuple[str, int]]:
    """Return how many confirmed members of today a team has by profession, without a name (GPs are told apart)."""
    confirmed = MembershipPeriod.objects.filter(status=MemberStatus.CONFIRMED).filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=timezone.localdate()),
        Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()),
    )
    rows = (
        Membership.objects.current()
        .filter(team=team, periods__in=confirmed)
        .alias(
            whose=PERSON,
            kept_profession=Coalesce("professional__merged_into__profession", "professional__profession"),
            kept_gp=Coalesce(
                "professional__merged_into__is_general_practitioner", "professional__is_general_practitioner"
            ),
        )
        .order_by("-kept_gp", "kept_profession")
        .values_list(F("kept_profession"), F("kept_gp"))
        .annotate(count=Count("whose", distinct=True))
    )
    return [("Médecin généraliste" if gp else str(Profession(code).label), count) for code, gp, count in rows]
