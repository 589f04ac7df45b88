"""Structures around the teams, and what binds a team to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.identifiers import compact
from association.models import (
    EtpProgramme,
    ExternalStructure,
    FieldChange,
    Membership,
    StructureLink,
    Team,
    TeamStructure,
    User,
)
from association.periods import in_words
from association.searching import having, words


@dataclass(frozen=True)
class Dated:
    """A row with its period in words; ``is_over`` or ``is_to_come`` tell it from what holds today."""

    row: Any
    period: str
    is_over: bool
    is_to_come: bool
    who: str = ""


def structure_list(user: User) -> QuerySet[ExternalStructure]:
    """Return the structures, each with ``teams_count``: the teams of the user's scope that are linked to it today."""
    if not user.has_perm("association.view_structure"):
        return ExternalStructure.objects.none()
    linked = (
        _on(StructureLink.objects.order_by(), timezone.localdate())
        .filter(structure=OuterRef("pk"), team__in=Team.objects.visible_to(user))
        .values("structure")
        .annotate(count=Count("team", distinct=True))
        .values("count")
    )
    return (
        ExternalStructure.objects.select_related("commune")
        .annotate(teams_count=Coalesce(Subquery(linked), 0))
        .order_by("kind", "name", "pk")
    )


def search_structures(structures: QuerySet[ExternalStructure], text: str) -> QuerySet[ExternalStructure]:
    """Return the structures of which every word typed is in the name or the commune, or whose number it is."""
    number = compact(text)
    if number.isdigit() and len(number) >= 5:
        return structures.filter(Q(finess__startswith=number) | Q(siret__startswith=number))
    for word in words(text):
        named = having(ExternalStructure.objects.order_by(), word, "name").values("pk")
        structures = structures.filter(Q(pk__in=named) | Q(commune__search_name__contains=word))
    return structures


def links_of_structure(structure: ExternalStructure, user: User) -> list[Dated]:
    """Return the links of a structure to the teams of the user's scope, those that are over last."""
    links = (
        StructureLink.objects.filter(structure=structure, team__in=Team.objects.visible_to(user))
        .select_related("team", "membership__professional__merged_into")
        .order_by("team__name", "starts_on", "pk")
    )
    return _dated(links, user)


def links_of_team(team: Team, user: User) -> list[Dated]:
    """Return the links of a team and its members, those that are over last."""
    links = team.structure_links.select_related("structure__commune", "membership__professional__merged_into")
    return _dated(links.order_by("relation", "starts_on", "pk"), user)


def carried_by(team: Team, user: User) -> list[Dated]:
    """Return what carries, carried or will carry a team; what is over comes last."""
    return _dated(TeamStructure.objects.filter(team=team).order_by("starts_on", "pk"), user)


def programmes_of(team: Team, user: User) -> list[Dated]:
    """Return the programmes of patient education that a team declared; those that are over come last."""
    return _dated(EtpProgramme.objects.filter(team=team).order_by("starts_on", "pk"), user)


def members_to_link(team: Team) -> QuerySet[Membership]:
    """Return the stays of a team that a link may be about, by name."""
    found = Membership.objects.filter(team=team).one_each().select_related("professional__merged_into")
    return found.order_by("professional__last_name", "professional__first_name", "joined_on")


def changes_of(structure: ExternalStructure) -> QuerySet[FieldChange]:
    """Return what was changed in a structure, the last first."""
    return (
        FieldChange.objects.filter(
            content_type=ContentType.objects.get_for_model(ExternalStructure), object_id=structure.pk
        )
        .select_related("actor")
        .order_by("-at", "-pk")
    )


def _on(links: QuerySet[StructureLink], day: date) -> QuerySet[StructureLink]:
    return links.filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day))


def _dated(rows: QuerySet[Any], user: User) -> list[Dated]:
    today, names = timezone.localdate(), user.has_perm("association.view_professional")
    found = [
        Dated(
            row=row,
            period=in_words(row.starts_on, row.ends_on),
            is_over=bool(row.ends_on and row.ends_on < today),
            is_to_come=bool(row.starts_on and row.starts_on > today),
            who=_who(row, names),
        )
        for row in rows
    ]
    return sorted(found, key=lambda dated: dated.is_over)


def _who(row: Any, names: bool) -> str:
    """Whom a link is about; to the ARS without a name, since each look at names is logged elsewhere."""
    member = getattr(row, "membership", None)
    if member is None:
        return "Toute l’équipe"
    return str(member.person) if names else "Un membre"
