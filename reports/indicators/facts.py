"""The facts behind the indicators: read once, in a number of queries that neither teams nor actions change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from association.models import Department
from reports.indicators.activity import ActivityFacts
from reports.indicators.conventions import ConventionFacts
from reports.indicators.grants import GrantFacts
from reports.indicators.left_out import LeftOutFacts
from reports.indicators.money import MoneyFacts
from reports.indicators.people import PeopleFacts
from reports.indicators.reviews import ReviewFacts
from reports.indicators.scope import Scope
from reports.indicators.teams import TeamFacts
from reports.indicators.territory import TerritoryFacts
from reports.periods import Period


@dataclass(frozen=True)
class Facts:
    """What is known of a scope and a period; each subject is read when an indicator first asks for it."""

    scope: Scope
    period: Period

    @cached_property
    def whole(self) -> Facts:
        """The facts of the whole region, for what does not stop at the border of a department."""
        return Facts(Scope(), self.period) if self.scope.department else self

    @cached_property
    def departments(self) -> dict[str, str]:
        """Code -> name of the departments, for the cuts."""
        return {found.pk: str(found) for found in Department.objects.order_by("code")}

    @cached_property
    def teams(self) -> TeamFacts:
        return TeamFacts(self)

    @cached_property
    def people(self) -> PeopleFacts:
        return PeopleFacts(self)

    @cached_property
    def territory(self) -> TerritoryFacts:
        return TerritoryFacts(self)

    @cached_property
    def conventions(self) -> ConventionFacts:
        return ConventionFacts(self)

    @cached_property
    def activity(self) -> ActivityFacts:
        return ActivityFacts(self)

    @cached_property
    def grant(self) -> GrantFacts:
        return GrantFacts(self)

    @cached_property
    def left_out(self) -> LeftOutFacts:
        return LeftOutFacts(self)

    @cached_property
    def reviews(self) -> ReviewFacts:
        return ReviewFacts(self)

    @cached_property
    def money(self) -> MoneyFacts:
        return MoneyFacts(self)
