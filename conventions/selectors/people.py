"""What a professional has signed."""

from __future__ import annotations

from django.db.models import F, QuerySet

from association.models import Professional, Team, User
from association.selectors.people import same_person
from conventions.models import Adhesion


def signatures_of(person: Professional, *, user: User) -> QuerySet[Adhesion]:
    """Return a person's signatures of the conventions of the teams that the user sees, under all numbers."""
    return (
        Adhesion.objects.filter(
            membership__professional__in=same_person([person.pk]),
            convention__team__in=Team.objects.visible_to(user),
        )
        .select_related("convention__team", "membership__professional")
        .order_by(F("signed_on").desc(nulls_first=True), "-pk")
    )
