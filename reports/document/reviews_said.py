"""What the validated reviews say, as a chapter of the report shows it: objectives one by one, and words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.indicators.reviews import AUDIENCES, RESULTS

NOT_SAID = "–"


@dataclass(frozen=True)
class ObjectiveSaid:
    """One objective of a team and where it stands; ``value``: as the team wrote it."""

    audience: str
    statement: str
    indicator: str
    value: str
    result: str
    comment: str


@dataclass(frozen=True)
class TeamSaid:
    """What one team says."""

    code: str
    name: str
    difficulties: str
    plans: str
    objectives: tuple[ObjectiveSaid, ...]

    @property
    def label(self) -> str:
        """As tables name a team: code, then name."""
        return f"{self.code} – {self.name}"


@dataclass(frozen=True)
class ReviewsSaid:
    """What the reviews of a year say, team by team; ``year``: the civil year that they are of."""

    year: int
    teams: tuple[TeamSaid, ...]

    @property
    def with_difficulties(self) -> tuple[TeamSaid, ...]:
        return tuple(team for team in self.teams if team.difficulties)

    @property
    def with_plans(self) -> tuple[TeamSaid, ...]:
        return tuple(team for team in self.teams if team.plans)

    @property
    def with_objectives(self) -> tuple[TeamSaid, ...]:
        return tuple(team for team in self.teams if team.objectives)


def reviews_said(numbers: Mapping[str, Any]) -> ReviewsSaid | None:
    """Return what a snapshot keeps of the reviews, or None for one of before they were part of it."""
    told = numbers.get("reviews")
    if told is None:
        return None
    return ReviewsSaid(told["year"], tuple(map(_team, told["teams"])))


def _team(told: Mapping[str, Any]) -> TeamSaid:
    objectives = tuple(
        ObjectiveSaid(
            AUDIENCES.get(one["audience"], one["audience"]),
            one["statement"],
            one["indicator"],
            one["value"],
            RESULTS.get(one["result"], one["result"]) if one["result"] else NOT_SAID,
            one["comment"],
        )
        for one in told["objectives"]
    )
    return TeamSaid(told["code"], told["name"], told["difficulties"], told["plans"], objectives)
