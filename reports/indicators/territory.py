"""What of the territory the followed teams cover."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models.functions import Coalesce

from association.models import Commune, Team
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, mean
from reports.indicators.teams import by_department

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

SOURCE = "Territoire des équipes ; populations légales de l’Insee"


class Place(NamedTuple):
    """A commune in force."""

    department: str
    epci: str
    population: int


class TerritoryFacts:
    """The communes of the area, and those of the teams, in two queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def communes(self) -> dict[str, Place]:
        """The communes in force of the region or department."""
        rows = (
            Commune.objects.filter(self._facts.scope.area, is_current=True, kind=Commune.Kind.COMMUNE)
            .order_by()
            .values_list("pk", "department_id", "epci__name", "population")
        )
        return {pk: Place(department, epci or "", population or 0) for pk, department, epci, population in rows}

    @cached_property
    def of_teams(self) -> set[tuple[int, str]]:
        """(team, commune) of the followed teams; of a former commune, the one that it is part of now."""
        rows = (
            Team.communes.through.objects.filter(self._facts.scope.teams("team__"))
            .order_by()
            .annotate(now_in=Coalesce("commune__merged_into", "commune__part_of", "commune"))
            .values_list("team_id", "now_in")  # type: ignore[misc] # the stubs do not know annotations of a through model
            .distinct()
        )
        followed = {team.pk for team in self._facts.teams.followed}
        return {(team, place) for team, place in rows if team in followed}

    @cached_property
    def covered(self) -> set[str]:
        """The communes of the area that are in the territory of at least one followed team."""
        return {place for _, place in self.of_teams if place in self.communes}

    @cached_property
    def teams_by_epci(self) -> Cut:
        """How many followed teams have a commune in each EPCI of the area."""
        epcis = {(team, self.communes[place].epci) for team, place in self.of_teams if place in self.communes}
        counts = Counter(epci for _, epci in epcis if epci)
        return cut("epci", "Par EPCI", counts, str, sums=False)


def _communes(facts: Facts) -> Measure:
    territory = facts.territory
    departments = Counter(territory.communes[code].department for code in territory.covered)
    epcis = Counter(territory.communes[code].epci or "sans EPCI" for code in territory.covered)
    return Measure(len(territory.covered), (by_department(facts, departments), cut("epci", "Par EPCI", epcis, str)))


def _population(facts: Facts) -> Measure:
    territory = facts.territory
    departments: Counter[str] = Counter()
    for code in territory.covered:
        departments[territory.communes[code].department] += territory.communes[code].population
    return Measure(sum(departments.values()), (by_department(facts, departments),))


def _share(facts: Facts) -> Measure:
    territory = facts.territory
    everybody: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for code, place in territory.communes.items():
        everybody[place.department] += place.population
        covered[place.department] += place.population if code in territory.covered else 0
    shares = Counter(
        {code: share for code in everybody if (share := mean(covered[code], everybody[code], Unit.PERCENT)) is not None}
    )
    value = mean(sum(covered.values()), sum(everybody.values()), Unit.PERCENT)
    return Measure(value, (by_department(facts, shares, sums=False),))


INDICATORS = (
    Indicator(
        "territory.communes",
        Section.TERRITORY,
        "Communes couvertes",
        "Communes de la région (ou du département) qui sont dans le territoire d’au moins une équipe suivie. Le "
        "territoire d’une équipe est celui qui est enregistré au moment du calcul.",
        Unit.COUNT,
        SOURCE,
        _communes,
    ),
    Indicator(
        "territory.population",
        Section.TERRITORY,
        "Population couverte",
        "Habitants des communes couvertes. Ce n’est pas une patientèle\u00a0: tous les habitants ne sont pas suivis "
        "par une équipe.",
        Unit.COUNT,
        SOURCE,
        _population,
    ),
    Indicator(
        "territory.share",
        Section.TERRITORY,
        "Part de la population couverte",
        "Habitants des communes couvertes rapportés à tous ceux de la région (ou du département).",
        Unit.PERCENT,
        SOURCE,
        _share,
    ),
)
