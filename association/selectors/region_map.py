"""The region as its map and the tables beside it show it: where teams are, and how much of it they cover."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from association.models import Commune, Department, Epci, Region, Team, User
from association.money import SPACE, grouped
from association.selectors.seats import seat_of
from association.selectors.teams import team_list

NOT_AT_WORK = (Team.State.CLOSED, Team.State.REFUSED, Team.State.WITHDRAWN)
STAGES = (
    ("accompagnees", "Toutes celles qui sont suivies"),
    ("reconnues", "Reconnues, enregistrées ou sous convention"),
    ("convention", "Sous convention"),
)
# Up to which share of its people an area is drawn in each shade; the last one is full.
SHADES = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Spot:
    """A commune that is in the territory of teams; ``seated``: those of which it is the largest commune.

    ``codes``: its own, then those of the communes that were merged into it.
    """

    codes: tuple[str, ...]
    name: str
    department: str
    epci: str
    population: int
    teams: tuple[Team, ...]
    seated: tuple[Team, ...]

    @property
    def teams_count(self) -> int:
        return len(self.teams)

    @property
    def members(self) -> int:
        """The members of today of these teams."""
        return sum(team.members_count for team in self.teams)  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        """Where its teams are read."""
        return _url(self.name, self.teams)

    @property
    def seated_url(self) -> str:
        """Where the teams that sit here are read."""
        return _url(self.name, self.seated)

    @property
    def said(self) -> str:
        """The commune and the teams that sit here, as a reader of the screen hears them."""
        names = ", ".join(team.name for team in self.seated)
        several = f", {len(self.seated)} équipes" if len(self.seated) > 1 else ""
        return f"{self.name}{several}{SPACE}: {names}"


@dataclass
class Area:
    """A department or an EPCI, counted over its communes in the region.

    ``codes``: of its communes and of those that were merged into them, whose outlines an older map still has apart.
    ``teams``: those with a commune here. Covered: in the territory of at least one team.
    """

    code: str
    name: str
    kind: str = ""
    codes: list[str] = field(default_factory=list)
    communes: int = 0
    covered: int = 0
    population: int = 0
    covered_population: int = 0
    teams: dict[int, Team] = field(default_factory=dict)

    @property
    def teams_count(self) -> int:
        return len(self.teams)

    @property
    def share(self) -> int:
        """Per cent of the people who live in a covered commune; of the communes where nobody is counted."""
        part, whole = (self.covered_population, self.population) if self.population else (self.covered, self.communes)
        # Rounded towards the middle: neither « 0 % » of something nor « 100 % » of not all.
        exact = 100 * part / whole if whole else 0
        return min(max(round(exact), 1), 99) if 0 < exact < 100 else round(exact)

    @property
    def percent(self) -> str:
        """`share` as it is written."""
        return f"{self.share}{SPACE}%"

    @property
    def people_said(self) -> str:
        """How many people live where teams are, in words."""
        return f"{grouped(self.covered_population)} habitants sur {grouped(self.population)}"

    @property
    def communes_said(self) -> str:
        """Of how many communes, in words."""
        return f"sur {grouped(self.communes)} communes"

    @property
    def shade(self) -> int:
        """The number of its shade in `SHADES`."""
        return next(number for number, bound in enumerate(SHADES) if self.share <= bound)


@dataclass(frozen=True)
class RegionMap:
    """What a map of the region shows; ``spots`` by name, ``epcis`` and ``departments`` by name and code."""

    name: str
    teams: tuple[Team, ...]
    spots: tuple[Spot, ...]
    epcis: tuple[Area, ...]
    departments: tuple[Area, ...]
    whole: Area

    @property
    def epcis_covered(self) -> int:
        """How many EPCI have a commune with a team."""
        return sum(1 for area in self.epcis if area.covered)


def teams_at_work(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope that a map shows: not those that ended, or were refused."""
    return team_list(user).select_related(None).prefetch_related(None).exclude(state__in=NOT_AT_WORK)


def at_stage(teams: QuerySet[Team], stage: str) -> QuerySet[Team]:
    """Return those of the teams that are that far (a code of `STAGES`)."""
    if stage == "reconnues":
        return teams.filter(state__in=[Team.State.RECOGNISED, Team.State.UNDER_CONVENTION, Team.State.SUSPENDED])
    return teams.filter(state=Team.State.UNDER_CONVENTION) if stage == "convention" else teams


def region_map(teams: Iterable[Team], *, user: User) -> RegionMap:
    """Return the region (of a délégation: its department) with these teams, in a fixed number of queries."""
    by_pk = {team.pk: team for team in teams}
    scope = Q(department__region=settings.REGION)
    if user.role == "ars" and user.department_id:
        scope &= Q(department=user.department_id)
    departments = {found.pk: Area(found.pk, found.name) for found in _departments(scope)}
    epcis: dict[str, Area] = {}
    kinds = dict(Epci.Kind.choices)
    whole = Area("", _name())
    there, formers = _teams_by_commune(by_pk), _former_codes(scope)
    spots = []
    communes = list(_communes(scope))
    seats = _seats({row[0]: row[-1] or 0 for row in communes}, there)
    for code, name, department, epci, epci_name, epci_kind, population in communes:
        here = tuple(there.get(code, ()))
        codes = (code, *formers.get(code, ()))
        areas = [whole, departments[department]]
        if epci:
            if epci not in epcis:
                epcis[epci] = Area(epci, epci_name, str(kinds.get(epci_kind, epci_kind)))
            areas.append(epcis[epci])
        for area in areas:
            _count(area, codes, population or 0, here)
        if here:
            seated = tuple(team for team in here if seats[team.pk] == code)
            spots.append(Spot(codes, name, department, epci_name or "", population or 0, here, seated))
    return RegionMap(
        name=_name() if len(departments) != 1 else next(iter(departments.values())).name,
        teams=tuple(by_pk.values()),
        spots=tuple(spots),
        epcis=tuple(sorted(epcis.values(), key=lambda area: area.name)),
        departments=tuple(departments.values()),
        whole=whole,
    )


def _url(commune: str, teams: Sequence[Team]) -> str:
    """The dossier of the only one, or the list of the teams of a commune."""
    if len(teams) == 1:
        return reverse("association:team", args=[teams[0].pk])
    return f"{reverse('association:team_list')}?{urlencode({'q': commune})}"


def _name() -> str:
    return Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or settings.REGION


def _departments(scope: Q) -> QuerySet[Department]:
    communes = Commune.objects.filter(scope).order_by().values("department")
    return Department.objects.filter(pk__in=communes).order_by("code")


def _communes(scope: Q) -> QuerySet[Commune, tuple[Any, ...]]:
    return (
        Commune.objects.filter(scope, is_current=True, kind=Commune.Kind.COMMUNE)
        .order_by("search_name", "code")
        .values_list("code", "name", "department", "epci", "epci__name", "epci__kind", "population")
    )


def _teams_by_commune(teams: dict[int, Team]) -> dict[str, list[Team]]:
    """Return the teams by commune: of a former commune, the one that it is part of now; of a district, its city."""
    rows = (
        Team.communes.through.objects.annotate(place=Coalesce("commune__merged_into", "commune__part_of", "commune"))
        .order_by("team__name", "team")
        .values_list("team_id", "place")
        .distinct()
    )
    found: dict[str, list[Team]] = defaultdict(list)
    for team, place in rows:
        if team in teams:
            found[place].append(teams[team])
    return found


def _seats(populations: dict[str, int], there: dict[str, list[Team]]) -> dict[int, str]:
    """Return where the point of each team stands, among the communes shown (`association.selectors.seats`)."""
    places: dict[int, list[str]] = defaultdict(list)
    for code, teams in there.items():
        for team in teams:
            places[team.pk].append(code)
    found = {team: seat_of(codes, populations) for team, codes in places.items()}
    return {team: seat for team, seat in found.items() if seat}


def _former_codes(scope: Q) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = Commune.objects.filter(scope, merged_into__isnull=False).order_by("code")
    for code, into in rows.values_list("code", "merged_into"):
        found[into].append(code)
    return found


def _count(area: Area, codes: Sequence[str], population: int, teams: Sequence[Team]) -> None:
    area.codes.extend(codes)
    area.communes += 1
    area.population += population
    if teams:
        area.covered += 1
        area.covered_population += population
        area.teams.update((team.pk, team) for team in teams)
