"""What pages read of conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import Membership, Team, User
from association.nomenclature import ActionType
from conventions.models import Adhesion, Convention, ConventionTerms


@dataclass(frozen=True)
class ConventionOfTeam:
    """A convention as the team's page shows it: what it allows on the day, who signed and who did not yet."""

    convention: Convention
    terms: ConventionTerms | None
    types: tuple[str, ...]
    signed_count: int
    missing: tuple[Membership, ...]

    @property
    def next_step(self) -> str:
        """What leads on, in French; nothing once everybody has signed."""
        match self.convention.state:
            case Convention.State.DRAFT:
                return "Relire le texte, puis émettre la convention."
            case Convention.State.ISSUED:
                return "Mettre la convention en signature."
            case Convention.State.SIGNING if self.convention.association_signed_on is None:
                return "Recueillir les signatures des membres, et celle de l'association."
            case Convention.State.SIGNING:
                return "Recueillir les signatures des membres, puis constater la signature."
        return ""

    @property
    def is_live(self) -> bool:
        return self.convention.state not in (
            Convention.State.ENDED,
            Convention.State.TERMINATED,
            Convention.State.ABANDONED,
        )


def convention_list(user: User) -> QuerySet[Convention]:
    """Return the conventions of the user's scope with ``signed_count``: how many members signed each."""
    person = Coalesce("membership__professional__merged_into", "membership__professional")
    signed = (
        Adhesion.objects.filter(convention=OuterRef("pk"), state=Adhesion.State.SIGNED)
        .order_by()
        .values("convention")
        .annotate(count=Count(person, distinct=True))
        .values("count")
    )
    return (
        Convention.objects.visible_to(user).select_related("team").annotate(signed_count=Coalesce(Subquery(signed), 0))
    )


def conventions_of(team: Team, *, user: User, on: date | None = None) -> list[ConventionOfTeam]:
    """Return the conventions of a team in the user's scope, the latest first.

    ``missing``: the members of the day without a signature of that convention; for a live one only.
    """
    day = on or timezone.localdate()
    signed = Adhesion.objects.filter(state=Adhesion.State.SIGNED).select_related(
        "membership__professional__merged_into"
    )
    terms = ConventionTerms.objects.order_by(F("effective_on").asc(nulls_first=True))
    rows = (
        Convention.objects.visible_to(user)
        .filter(team=team)
        .prefetch_related(Prefetch("terms", terms), Prefetch("adhesions", signed), "suspensions")
        .order_by("-starts_on", "-pk")
    )
    members = list(
        Membership.objects.filter(team=team)
        .current(day)
        .one_each()
        .select_related("professional__merged_into")
        .order_by("professional__last_name", "professional__first_name")
    )
    return [_of_team(convention, members, day) for convention in rows]


def _of_team(convention: Convention, members: list[Membership], day: date) -> ConventionOfTeam:
    known = list(convention.terms.all())
    in_force = [terms for terms in known if terms.effective_on is None or terms.effective_on <= day]
    terms = in_force[-1] if in_force else known[0] if known else None
    signed = [adhesion.membership for adhesion in convention.adhesions.all()]
    count = len({stay.person.pk for stay in signed})
    found = ConventionOfTeam(convention, terms, tuple(_types(terms)), count, ())
    if not found.is_live:
        return found
    missing = tuple(
        member for member in members if not any(one.person == member.person and one.is_beside(member) for one in signed)
    )
    return ConventionOfTeam(convention, terms, found.types, count, missing)


def _types(terms: ConventionTerms | None) -> Iterator[str]:
    yield from (code for code in ActionType.values if terms and code in terms.action_types)
