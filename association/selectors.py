"""What the pages of the ground read: teams, their members, the history of an object."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.machine import Stateful
from association.models import Commune, Job, Membership, MembershipPeriod, Professional, Team, TransitionLog, User
from association.models.territory import search_key
from association.nomenclature import MemberStatus, Profession
from association.searching import having, words
from association.workflow import Offer, offers

# They follow from a convention (signed, ended): nobody presses them on the team's page.
FOLLOWS_A_CONVENTION = frozenset({"enter_convention", "leave_convention"})


def team_list(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with ``members_count`` (of today) and what a list shows of them."""
    members = (
        Membership.objects.current()
        .filter(team=OuterRef("pk"))
        .order_by()
        .values("team")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        Team.objects.visible_to(user)
        .select_related("department", "officer")
        .prefetch_related(Prefetch("communes", Commune.objects.only("code", "name")))
        .annotate(members_count=Coalesce(Subquery(members), 0))
    )


def search_teams(teams: QuerySet[Team], text: str) -> QuerySet[Team]:
    """Return the teams of which every word typed is in the name, the code or a commune."""
    communes = Team.communes.through.objects
    for word in words(text):
        by_commune = communes.filter(commune__search_name__contains=word).values("team_id")
        teams = teams.filter(Q(pk__in=teams_named(word).values("pk")) | Q(pk__in=by_commune))
    return teams


def people_named(word: str) -> QuerySet[Professional]:
    """Return the professionals of whom a word typed is in the name or the RPPS, for a search among what is theirs."""
    return having(Professional.objects.order_by(), word, "last_name", "first_name", "rpps")


def teams_named(word: str) -> QuerySet[Team]:
    """Return the teams of which a word typed is in the name or the code, for a search among what is theirs."""
    return having(Team.objects.order_by(), word, "name", "code")


def team_dossier(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with all that their page shows."""
    return (
        Team.objects.visible_to(user)
        .select_related("department", "officer")
        .prefetch_related(
            "structures",
            "themes",
            Prefetch("communes", Commune.objects.select_related("epci").order_by("epci__name", "search_name")),
        )
    )


def steps_of(obj: Stateful, *, actor: User, leave_out: Iterable[str] = ()) -> list[Offer]:
    """Return what the actor may do with an object, but for steps that need more than a comment (a date, a file)."""
    left_out = frozenset(leave_out)
    return [
        offer for offer in offers(obj, actor=actor) if offer.name not in left_out and not asks_for_more(obj, offer.name)
    ]


def asks_for_more(obj: Stateful, step: str) -> bool:
    """Whether a step has an argument without default."""
    parameters = inspect.signature(getattr(type(obj), step)).parameters.values()
    return any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)


def team_steps(team: Team, *, actor: User) -> list[Offer]:
    """Return the steps of a team that its page offers."""
    return steps_of(team, actor=actor, leave_out=FOLLOWS_A_CONVENTION)


@dataclass(frozen=True)
class Member:
    """A member as the page shows it: the facts of the day (or the last known ones), and the others, dated."""

    membership: Membership
    facts: MembershipPeriod | None
    other_facts: tuple[MembershipPeriod, ...]
    is_current: bool


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


@dataclass(frozen=True)
class Entry:
    """One line of a history: what was done, the state it led to, when, by whom, and why."""

    label: str
    at: datetime
    actor: str
    comment: str = ""
    state: str = ""
    state_label: str = ""


def history_of(obj: Stateful) -> list[Entry]:
    """Return the changes of state of an object, newest first."""
    rows = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor")
    field: Any = obj._meta.get_field("state")  # type: ignore[misc]
    labels = {found.name: found.custom["label"] for found in field.get_all_transitions(type(obj))}
    states = dict(field.flatchoices)
    return [_entry(row, labels, states) for row in rows]


def _entry(row: TransitionLog, labels: Mapping[str, Any], states: Mapping[Any, Any]) -> Entry:
    created = {"reprise": "Reprise du classeur", "demo": "Région de démonstration"}.get(row.origin, "Création")
    return Entry(
        label=str(labels.get(row.transition, created)),
        at=row.at,
        actor=str(row.actor),
        comment=row.comment,
        state=row.to_state,
        state_label=str(states.get(row.to_state, row.to_state)),
    )


def job_steps(job: Job, *, actor: User) -> list[Offer]:
    """Return what a person may do with a job; the rest is the workers' business."""
    return [offer for offer in offers(job, actor=actor) if offer.name in ("retry", "cancel")]
