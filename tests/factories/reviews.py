"""Yearly reviews of teams, and their objectives."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from django.db.models import Max
from factory.django import DjangoModelFactory

from reports.models import ReviewObjective, TeamReview
from reports.team_review_content import YearFigures
from tests.factories.base import StatefulFactory, at
from tests.factories.ground import TeamFactory

FIGURES = YearFigures(
    counted_on=date(2026, 3, 2),
    actions={"PPS": 1, "RCP": 4},
    participations=15,
    professionals=5,
    patients=62,
    due_cents=750_00,
    paid_cents=600_00,
    ceiling_cents=10_000_00,
)
HANDED_IN: dict[str, Any] = {
    "submitted_on": date(2026, 3, 2),
    "figures": FIGURES.to_json(),
    "difficulties": "Peu de temps pour se réunir.",
    "plans": "Accueillir une sage-femme.",
}


class TeamReviewFactory(StatefulFactory):
    """Of the year 2025, to fill in, due at the end of March 2026."""

    class Meta:
        model = TeamReview

    class Params:
        to_fill = at("to_fill")
        submitted = at("submitted", **HANDED_IN)
        returned = at("returned", **HANDED_IN)
        validated = at("validated", **HANDED_IN, validated_on=date(2026, 3, 9))
        waived = at("waived")

    team = factory.SubFactory(TeamFactory, under_convention=True)
    year = 2025
    opened_on = date(2026, 1, 5)
    due_on = date(2026, 3, 31)


class ReviewObjectiveFactory(DjangoModelFactory):
    """Of the project, without answer; ``answered``: with its value and result."""

    class Meta:
        model = ReviewObjective

    class Params:
        answered = factory.Trait(indicator="Bilans annuels faits", value="42 sur 60", result="partiel")

    review = factory.SubFactory(TeamReviewFactory)
    # The next one of its review, as a page would add it.
    place = factory.LazyAttribute(lambda made: (made.review.objectives.aggregate(last=Max("place"))["last"] or 0) + 1)
    audience = "patients"
    statement = "Un bilan annuel pour tous."
    of_project = True
