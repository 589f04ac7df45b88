"""What pages read of actions."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from actions.models import Action, Participation
from association.models import Professional, User
from association.searching import words
from association.selectors.people import same_person
from association.selectors.teams import teams_named


def action_list(user: User) -> QuerySet[Action]:
    """Return the actions of the user's scope, the latest first, each with ``people_count`` (refused ones apart)."""
    people = (
        Participation.objects.filter(action=OuterRef("pk"), refused_at__isnull=True)
        .order_by()
        .values("action")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        Action.objects.visible_to(user)
        .select_related("team")
        .annotate(people_count=Coalesce(Subquery(people), 0))
        .order_by("-held_on", "-pk")
    )


def participations_of(person: Professional, *, user: User) -> QuerySet[Participation]:
    """Return what a person took part in, under all numbers, in the actions of the user's scope, the latest first."""
    return (
        Participation.objects.filter(
            professional__in=same_person([person.pk]), action__in=Action.objects.visible_to(user).order_by()
        )
        .select_related("action__team", "professional")
        .order_by("-action__held_on", "-action_id", "pk")
    )


def search_actions(actions: QuerySet[Action], text: str) -> QuerySet[Action]:
    """Return the actions of which every word typed is in the reference, or in the name or code of the team."""
    for word in words(text):
        actions = actions.filter(Q(reference__icontains=word) | Q(team__in=teams_named(word).values("pk")))
    return actions
