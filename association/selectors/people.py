"""Professionals: the list, the search, the page, who is one person under two numbers, and who may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from association.duplicates import Known, Pair, alike, differing_digit
from association.models import (
    Attestation,
    FieldChange,
    Membership,
    MembershipPeriod,
    NotDuplicate,
    Professional,
    Role,
    Team,
    User,
)
from association.nomenclature import MemberStatus
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


def teams_of_today(person: Professional) -> list[Team]:
    """Return the teams of a person of `people_list`, under all numbers, by name."""
    stays = [stay for record in (person, *person.duplicates.all()) for stay in record.stays_of_today]  # type: ignore[attr-defined]
    return sorted({stay.team for stay in stays}, key=lambda team: (team.name, team.pk))


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
    stays = Membership.objects.current().filter(team__department=department).order_by()
    return people.filter(
        Q(commune__department=department)
        | Q(pk__in=stays.values("professional"))
        | Q(pk__in=stays.filter(professional__merged_into__isnull=False).values("professional__merged_into"))
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
    may_be_attested: bool  # for the year of the day: confirmed, in a team that was recognised, and not attested yet


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
    stays = _attested_once([_stay(membership, day) for membership in memberships], day)
    return sorted(stays, key=lambda stay: not stay.is_current)


def _attested_once(stays: list[Stay], day: date) -> list[Stay]:
    """Ask for one attestation where a person has several stays in a team at one time, under joined records."""
    found: list[Stay] = []
    for stay in stays:
        beside = [one for one in stays if one is not stay and one.membership.is_beside(stay.membership)]
        attested = any(attestation.year == day.year for one in beside for attestation in one.attestations)
        asked = any(one.may_be_attested for one in found if one.membership.is_beside(stay.membership))
        found.append(replace(stay, may_be_attested=stay.may_be_attested and not attested and not asked))
    return found


def _stay(membership: Membership, day: date) -> Stay:
    is_current = membership.joined_on <= day and (membership.left_on is None or membership.left_on >= day)
    moment = day if is_current else membership.left_on or membership.joined_on
    periods = list(membership.periods.all())
    facts = next((p for p in periods if _covers(p, moment)), periods[-1] if periods else None)
    others = tuple(period for period in periods if period is not facts)
    attestations: tuple[Attestation, ...] = tuple(membership.valid_attestations)  # type: ignore[attr-defined]
    is_confirmed = is_current and facts is not None and facts.status == MemberStatus.CONFIRMED
    is_attested = any(attestation.year == day.year for attestation in attestations)
    may_be_attested = is_confirmed and membership.team.recognised_on is not None and not is_attested
    return Stay(membership, facts, others, is_current, attestations, may_be_attested)


def _covers(period: MembershipPeriod, day: date) -> bool:
    return (period.starts_on is None or period.starts_on <= day) and (period.ends_on is None or day <= period.ends_on)


def changes_of(person: Professional) -> list[FieldChange]:
    """Return the last changes of a person's record, the newest first."""
    return list(
        FieldChange.objects.filter(content_type__app_label="association", content_type__model="professional")
        .filter(object_id=person.pk)
        .select_related("actor")[:LATEST_CHANGES]
    )


def sees_money_of(person: Professional, *, user: User) -> bool:
    """Whether a user may see what a person was paid: the own amounts only, for a referent."""
    return user.role != Role.REFERENT or person.pk in same_person([user.professional_id or 0])


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
class Number:
    """An RPPS cut at the one digit in which it differs from the other (nothing is cut when that is not so)."""

    before: str
    digit: str
    after: str


@dataclass(frozen=True)
class Compared:
    """One fact of both records, in words."""

    label: str
    first: str
    second: str

    @property
    def is_same(self) -> bool:
        return self.first == self.second


@dataclass(frozen=True)
class Lookalikes:
    """Two records side by side, with why they look alike and what is known of both."""

    first: Professional
    second: Professional
    reasons: tuple[str, ...]

    @property
    def numbers(self) -> tuple[Number, Number]:
        place = differing_digit(self.first.rpps, self.second.rpps)
        return _number(self.first.rpps, place), _number(self.second.rpps, place)

    @property
    def facts(self) -> list[Compared]:
        first, second = _in_words(self.first), _in_words(self.second)
        return [Compared(label, first[label], second[label]) for label in first if first[label] or second[label]]


def _number(rpps: str, place: int | None) -> Number:
    return Number(rpps, "", "") if place is None else Number(rpps[:place], rpps[place], rpps[place + 1 :])


def _in_words(person: Professional) -> dict[str, str]:
    profession = str(person.get_profession_display())
    stays = person.memberships.all()
    return {
        "Nom": person.last_name,
        "Prénom": person.first_name,
        "Profession": f"{profession}, généraliste" if person.is_general_practitioner else profession,
        "Spécialité": person.specialty,
        "Commune": str(person.commune or ""),
        "Courriel": person.email,
        "Téléphone": person.phone,
        "MSSanté": person.mssante,
        "Équipes": ", ".join(dict.fromkeys(stay.team.name for stay in stays)) or "aucune",
    }


def side_by_side(pairs: Iterable[Pair]) -> list[Lookalikes]:
    """Return pairs with what their page shows of both, in a fixed number of queries."""
    asked = list(pairs)
    stays = Membership.objects.select_related("team").order_by("-joined_on")
    people = (
        Professional.objects.select_related("commune")
        .prefetch_related(Prefetch("memberships", stays))
        .in_bulk([pk for pair in asked for pk in pair[:2]])
    )
    return [Lookalikes(people[pair.first], people[pair.second], tuple(map(str, pair.reasons))) for pair in asked]


def compared(one: Professional, other: Professional) -> Lookalikes:
    """Return two records that somebody chose, side by side, with why they look alike if they do."""
    known = [Known(each.pk, each.rpps, each.last_name, each.first_name, each.commune_id) for each in (one, other)]
    pairs = alike(known) or [Pair(one.pk, other.pk, ())]
    return side_by_side([pairs[0]._replace(first=one.pk, second=other.pk)])[0]
