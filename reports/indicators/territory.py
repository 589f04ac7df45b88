"""What of the territory the followed teams cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from association.models import Commune, Epci
from association.selectors.seats import seat_of, territories
from reports.indicators.model import Cut, Indicator, Measure, Section, Unit, cut, mean
from reports.indicators.teams import TeamFact, by_department

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

NO_EPCI, HORS_EPCI = "hors", "Hors EPCI"
SOURCE = "Territoire des équipes ; populations légales de l’Insee"


class Place(NamedTuple):
    """A commune in force; ``epci``: its SIREN, or `NO_EPCI`."""

    department: str
    epci: str
    population: int


class TerritoryFacts:
    """The communes of the region, and those of the teams, in three queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def region(self) -> dict[str, Place]:
        """The communes in force of the region."""
        rows = (
            Commune.objects.filter(department__region=settings.REGION, is_current=True, kind=Commune.Kind.COMMUNE)
            .order_by()
            .values_list("pk", "department_id", "epci", "population")
        )
        return {pk: Place(department, epci or NO_EPCI, population or 0) for pk, department, epci, population in rows}

    @cached_property
    def communes(self) -> dict[str, Place]:
        """The communes in force of the region, or of the department."""
        department = self._facts.scope.department
        return {pk: place for pk, place in self.region.items() if department in ("", place.department)}

    @cached_property
    def epcis(self) -> dict[str, str]:
        """SIREN -> name, with the row of what has none."""
        return {**dict(Epci.objects.order_by().values_list("siren", "name")), NO_EPCI: HORS_EPCI}

    @cached_property
    def covered(self) -> set[str]:
        """The communes of the area that are in the territory of at least one followed team of the region.

        A team of the department beside covers them too: the same communes are covered in every report.
        """
        followed = self._facts.whole.teams.followed
        found = {place for team in followed for place in self._territories.get(team.pk, ())}
        return found & self.communes.keys()

    @cached_property
    def _territories(self) -> dict[int, set[str]]:
        return territories()

    @cached_property
    def _people(self) -> dict[str, int]:
        return {code: place.population for code, place in self.region.items()}

    def by_epci(self, teams: Iterable[TeamFact]) -> Cut:
        """Return a cut of teams by the EPCI of their seat: each counts once, so that the rows add up to all of them."""
        counts: Counter[str] = Counter()
        for team in teams:
            seat = seat_of(self._territories.get(team.pk, ()), self._people)
            counts[self.region[seat].epci if seat else NO_EPCI] += 1
        return self.cut(counts)

    def cut(self, counts: Counter[str]) -> Cut:
        """Return a cut by EPCI in the order of their names, what has none last."""
        order = sorted(counts, key=lambda siren: (siren == NO_EPCI, self.epcis[siren]))
        return cut("epci", "Par EPCI", counts, self.epcis, order=order)


def _communes(facts: Facts) -> Measure:
    territory = facts.territory
    departments = Counter(territory.communes[code].department for code in territory.covered)
    epcis = Counter(territory.communes[code].epci for code in territory.covered)
    return Measure(len(territory.covered), (by_department(facts, departments), territory.cut(epcis)))


def _population(facts: Facts) -> Measure:
    territory = facts.territory
    departments: Counter[str] = Counter()
    epcis: Counter[str] = Counter()
    for place in map(territory.communes.__getitem__, territory.covered):
        departments[place.department] += place.population
        epcis[place.epci] += place.population
    return Measure(sum(departments.values()), (by_department(facts, departments), territory.cut(epcis)))


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
        "Communes de la région (ou du département) qui sont dans le territoire d’au moins une équipe suivie, fût-elle "
        "du département voisin. Le territoire d’une équipe est celui qui est enregistré au moment du calcul.",
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
