"""Professionals: the list, the search, the page, who is one person under two numbers, and who may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from association.duplicates import Known, Pair, alike, differing_digit
from association.models import (
    Attestation,
    FieldChange,
    Membership,
    MembershipPeriod,
    NotDuplicate,
    Professional,
    Team,
    User,
)
from association.searching import words
from association.selectors.teams import people_named

LATEST_CHANGES = 30


def people_list(user: User) -> QuerySet[Professional]:
    """Return the professionals of the user's scope, without those joined with another, with their teams of today."""
    stays = (
        Membership.objects.current()
        .filter(team__in=Team.objects.visible_to(user))
        .select_related("team")
        .order_by("team__name")
    )
    return (
        Professional.objects.visible_to(user)
        .filter(merged_into__isnull=True)
        .select_related("commune")
        .prefetch_related(
            Prefetch("memberships", stays, to_attr="stays_of_today"),
            Prefetch(
                "duplicates",
                Professional.objects.prefetch_related(Prefetch("memberships", stays, to_attr="stays_of_today")),
            ),
        )
    )


def search_people(people: QuerySet[Professional], text: str) -> QuerySet[Professional]:
    """Return those of whom every word typed is in the name, the RPPS (also that of a joined record) or the commune."""
    for word in words(text):
        named = people_named(word)
        people = people.filter(
            Q(pk__in=named.values("pk"))
            | Q(pk__in=named.filter(merged_into__isnull=False).values("merged_into"))
            | Q(commune__search_name__contains=word)
        )
    return people


def people_of_department(people: QuerySet[Professional], department: object) -> QuerySet[Professional]:
    """Return those whose commune is in a department, or who are in one of its teams today."""
    stays = Membership.objects.current().filter(team__department=department)
    return people.filter(
        Q(commune__department=department)
        | Exists(stays.filter(professional=OuterRef("pk")))
        | Exists(stays.filter(professional__merged_into=OuterRef("pk")))
    )


def person_dossier(user: User) -> QuerySet[Professional]:
    """Return the professionals of the user's scope with what the head of their page shows."""
    return (
        Professional.objects.visible_to(user)
        .select_related("commune", "merged_into")
        .prefetch_related(Prefetch("duplicates", Professional.objects.order_by("merged_at", "pk")))
    )


@dataclass(frozen=True)
class Stay:
    """A stay in a team with its dated facts, the present ones first, and its attestations."""

    membership: Membership
    facts: MembershipPeriod | None
    other_facts: tuple[MembershipPeriod, ...]
    is_current: bool
    attestations: tuple[Attestation, ...]


def stays_of(person: Professional, *, user: User, on: date | None = None) -> list[Stay]:
    """Return the stays of a person, under all numbers, in the teams that the user sees: those of today first."""
    day = on or timezone.localdate()
    periods = MembershipPeriod.objects.select_related("place", "company").order_by(F("starts_on").asc(nulls_first=True))
    attestations = Attestation.objects.visible_to(user).filter(replaced_at__isnull=True).order_by("-year")
    memberships = (
        Membership.objects.filter(professional__in=same_person([person.pk]), team__in=Team.objects.visible_to(user))
        .select_related("team", "professional")
        .prefetch_related(
            Prefetch("periods", periods), Prefetch("attestations", attestations, to_attr="valid_attestations")
        )
        .order_by("-joined_on", "-pk")
    )
    return sorted((_stay(membership, day) for membership in memberships), key=lambda stay: not stay.is_current)


def _stay(membership: Membership, day: date) -> Stay:
    is_current = membership.joined_on <= day and (membership.left_on is None or membership.left_on >= day)
    moment = day if is_current else membership.left_on or membership.joined_on
    periods = list(membership.periods.all())
    facts = next((p for p in periods if _covers(p, moment)), periods[-1] if periods else None)
    others = tuple(period for period in periods if period is not facts)
    return Stay(membership, facts, others, is_current, tuple(membership.valid_attestations))  # type: ignore[attr-defined]


def _covers(period: MembershipPeriod, day: date) -> bool:
    return (period.starts_on is None or period.starts_on <= day) and (period.ends_on is None or day <= period.ends_on)


def changes_of(person: Professional) -> list[FieldChange]:
    """Return the last changes of a person's record, the newest first."""
    return list(
        FieldChange.objects.filter(content_type__app_label="association", content_type__model="professional")
        .filter(object_id=person.pk)
        .select_related("actor")[:LATEST_CHANGES]
    )


# --- one person under several numbers -------------------------------------------------------------------------


def kept_ids() -> dict[int, int]:
    """Return, for each record joined with another, the key of the one that stays."""
    joined = Professional.objects.filter(merged_into__isnull=False).order_by()
    return dict(joined.values_list("pk", "merged_into_id"))  # type: ignore[arg-type]


def same_person(people: Iterable[int]) -> set[int]:
    """Return the keys of all records that are one of these persons, whichever stays."""
    asked = set(people)
    rows = (
        Professional.objects.filter(Q(pk__in=asked) | Q(merged_into__in=asked) | Q(duplicates__in=asked))
        .order_by()
        .values_list("pk", "merged_into_id")
    )
    heads = {kept or pk for pk, kept in rows}
    found = Professional.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).order_by()
    return set(found.values_list("pk", flat=True)) | asked


# --- who may be one person ------------------------------------------------------------------------------------


def possible_duplicates() -> list[Pair]:
    """Return the pairs of records that may be one person and of which nobody has said yet what they are.

    Computed each time: it reads 2,000 people in about 20 ms, while a stored answer would be wrong after every import.
    """
    people = Professional.objects.filter(merged_into__isnull=True).order_by("pk")
    told_apart = set(NotDuplicate.objects.order_by().values_list("first_id", "second_id"))
    columns = people.values_list("pk", "rpps", "last_name", "first_name", "commune_id")
    return alike((Known(*row) for row in columns), told_apart=told_apart)


@dataclass(frozen=True)
class Lookalikes:
    """Two records side by side, with why they look alike; ``digit``: where their numbers differ, if in one place."""

    first: Professional
    second: Professional
    reasons: tuple[str, ...]
    digit: int | None

    @property
    def both(self) -> tuple[Professional, Professional]:
        return self.first, self.second


def side_by_side(pairs: Iterable[Pair]) -> list[Lookalikes]:
    """Return pairs with what their page shows of both, in a fixed number of queries."""
    asked = list(pairs)
    stays = Membership.objects.select_related("team").order_by("-joined_on")
    people = (
        Professional.objects.select_related("commune")
        .prefetch_related(Prefetch("memberships", stays))
        .in_bulk([pk for pair in asked for pk in pair[:2]])
    )
    return [_lookalikes(people[pair.first], people[pair.second], pair.reasons) for pair in asked]


def _lookalikes(first: Professional, second: Professional, reasons: Iterable[str]) -> Lookalikes:
    return Lookalikes(first, second, tuple(map(str, reasons)), differing_digit(first.rpps, second.rpps))
