"""What teams say in their validated reviews, as a report repeats it to the ARS: without the name of anybody."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from association.models import Membership
from reports.indicators import Scope
from reports.indicators.reviews import review_year
from reports.models import ReviewObjective, TeamReview
from reports.periods import Period
from reports.unnamed import without_names

SAID = ("statement", "indicator", "value", "comment")


def review_texts(scope: Scope, period: Period) -> dict[str, Any]:
    """Return the year of the reviews and, by code of team, its difficulties, plans and objectives; in four queries.

    The names are those of everybody who ever was a member of the team, and of its contact.
    """
    year = review_year(period)
    reviews = TeamReview.objects.filter(scope.teams("team__"), year=year, state=TeamReview.State.VALIDATED)
    rows = list(
        reviews.select_related("team").only("difficulties", "plans", "team__code", "team__name", "team__contact_name")
    )
    people = _people([row.team_id for row in rows])
    objectives: dict[int, list[ReviewObjective]] = defaultdict(list)
    for one in ReviewObjective.objects.filter(review__in=[row.pk for row in rows]).order_by("review", "place"):
        objectives[one.review_id].append(one)
    told = []
    for row in sorted(rows, key=lambda row: row.team.code):
        known = [*people[row.team_id], *_parts(row.team.contact_name)]
        told.append(
            {
                "code": row.team.code,
                "name": row.team.name,
                "difficulties": without_names(row.difficulties.strip(), known),
                "plans": without_names(row.plans.strip(), known),
                "objectives": [_objective(one, known) for one in objectives[row.pk]],
            }
        )
    return {"year": year, "teams": told}


def _objective(one: ReviewObjective, known: list[tuple[str, str]]) -> dict[str, str]:
    said = {name: without_names(getattr(one, name).strip(), known) for name in SAID}
    return {**said, "audience": one.audience, "result": one.result}


def _people(teams: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    names = ("last_name", "first_name")
    rows = Membership.objects.filter(team__in=teams).order_by("pk").values_list(
        "team_id",
        *(f"professional__{name}" for name in names),
        *(f"professional__merged_into__{name}" for name in names),
    )  # fmt: skip
    for team, last_name, first_name, kept_last, kept_first in rows:
        found[team].append((last_name, first_name))
        if kept_last:
            found[team].append((kept_last, kept_first))
    return found


def _parts(contact: str) -> list[tuple[str, str]]:
    """The words of a contact's name that begin with a capital; which of them is the family name nobody knows."""
    return [("", word) for word in contact.split() if word[:1].isupper() and len(word) > 2]
