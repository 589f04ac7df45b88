"""What the open data are made of: cells of each ended quarter, read in a number of queries per quarter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from actions.models import Action, Participation
from association.models import Department, Epci, Team
from association.models.members import PERSON
from association.selectors.seats import epcis_of_teams
from reports.indicators.facts import Facts
from reports.indicators.scope import Scope
from reports.indicators.territory import HORS_EPCI, NO_EPCI
from reports.open_data.catalogue import ACTIONS, TEAMS
from reports.open_data.suppression import Cell, Path
from reports.open_data.tables import Dataset, Quarter, rows_of
from reports.periods import Period, Rhythm


def open_rows(dataset: Dataset) -> list[dict[str, str]]:
    """Return the rows of a file, from the first quarter with a validated action to the last that has ended."""
    places = _places()
    read = {TEAMS.name: _teams_of, ACTIONS.name: _actions_of}[dataset.name]
    quarters = [Quarter(period.code, read(period, places)) for period in ended_quarters()]
    epcis = dict(Epci.objects.order_by().values_list("siren", "name")) | {NO_EPCI: HORS_EPCI}
    departments = dict(Department.objects.order_by().values_list("code", "name"))
    return rows_of(dataset, quarters, departments=departments, epcis=epcis)


def ended_quarters() -> list[Period]:
    """Return the quarters that are published, the first one first."""
    first = Action.objects.filter(state=Action.State.VALIDATED).aggregate(day=Min("held_on"))["day"]
    last = Rhythm.QUARTER.before(Rhythm.QUARTER.period_of(timezone.localdate()))
    if first is None or first > last.last:
        return [last]
    found = [Rhythm.QUARTER.period_of(first)]
    while found[-1] != last:
        found.append(Rhythm.QUARTER.period_of(found[-1].last + timedelta(days=1)))
    return found


def _places() -> dict[int, tuple[str, str]]:
    """Return (department, EPCI) of each team, by its seat (`association.selectors.seats`)."""
    epcis = epcis_of_teams()
    departments = Team.objects.order_by().values_list("pk", "department")
    return {team: (department, epcis.get(team, NO_EPCI)) for team, department in departments}


def _teams_of(period: Period, places: dict[int, tuple[str, str]]) -> dict[Path, Cell]:
    facts = Facts(Scope(), period)
    counts: Counter[Path] = Counter()
    people: dict[Path, set[int]] = defaultdict(set)
    kinds = {team.pk: team.kind for team in facts.teams.followed}
    for pk, kind in kinds.items():
        counts.update(dict.fromkeys(_ways((*places[pk], kind)), 1))
    for member in facts.people.members:
        for path in _ways((*places[member.team], kinds[member.team])):
            people[path].add(member.person)
    return {path: Cell(len(people[path]), (count,)) for path, count in counts.items()}


def _actions_of(period: Period, places: dict[int, tuple[str, str]]) -> dict[Path, Cell]:
    held = {"held_on__range": (period.first, period.last)}
    actions: Counter[Path] = Counter()
    parts: Counter[Path] = Counter()
    people: dict[Path, set[int]] = defaultdict(set)
    validated = Action.objects.filter(state=Action.State.VALIDATED, **held).order_by()
    for team, kind in validated.values_list("team_id", "type"):
        actions.update(dict.fromkeys(_ways((*places[team], kind)), 1))
    taking_part = (
        Participation.objects.filter(
            refused_at__isnull=True,
            action__state=Action.State.VALIDATED,
            action__held_on__range=(period.first, period.last),
        )
        .order_by()
        .annotate(whose=PERSON)
        .values_list("action__team_id", "action__type", "whose")
    )
    for team, kind, person in taking_part:
        for path in _ways((*places[team], kind)):
            parts[path] += 1
            people[path].add(person)
    return {path: Cell(len(people[path]), (count, parts[path])) for path, count in actions.items()}


def _ways(path: Path) -> Iterator[Path]:
    """Yield the cells that a thing counts in: the region, its department, EPCI and type."""
    return (path[:length] for length in range(len(path) + 1))
