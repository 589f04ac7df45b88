"""The home of the ARS: dossiers that wait for it, and the figures of its region or department. Nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from association.models import User
from association.money import euros, grouped
from association.selectors.recognition import waiting_for, with_the_ars
from reports.indicators.catalogue import indicator
from reports.indicators.model import Cut, Measure, Unit
from reports.indicators.scope import Scope
from reports.models import ExtractRequest, Report
from reports.periods import Period, Rhythm
from reports.selectors.extracts import requests_for
from reports.selectors.measured import measured, stamp_of_the_data

MANY = 8
FIGURES = (
    "teams.under_convention",
    "people.members",
    "territory.population",
    "activity.validated",
    "activity.people",
    "money.due",
)


@dataclass(frozen=True)
class AreaFigure:
    """One number, with what it was over the same days of the year before and how it is defined."""

    name: str
    definition: str
    value: str
    before: str


@dataclass(frozen=True)
class AreaLine:
    """One department: its code, and its numbers in the order of `FIGURES`."""

    code: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ArsSpace:
    """What the page shows; ``dossiers``: of `with_the_ars`, those with the ARS, the longest waiting first."""

    area: str
    period: Period
    dossiers: list[Any]
    dossiers_count: int
    late_count: int
    figures: tuple[AreaFigure, ...]
    lines: tuple[AreaLine, ...]
    reports: list[Report]
    extracts: list[ExtractRequest]

    @property
    def dossiers_left(self) -> int:
        """How many are not shown."""
        return self.dossiers_count - len(self.dossiers)


def ars_space(user: User) -> ArsSpace:
    """Return the home of somebody of the ARS, in a number of queries that teams and actions do not change."""
    today = timezone.localdate()
    period = Period(Rhythm.YEAR.period_of(today).first, today)
    scope = Scope(str(user.department_id or ""))
    dossiers: QuerySet[Any] = waiting_for(with_the_ars(user), "instruire")
    stamp = stamp_of_the_data()
    measures = measured(scope, period, FIGURES, stamp=stamp)
    before = measured(scope, period.year_before, FIGURES, stamp=stamp)
    return ArsSpace(
        area=scope.name,
        period=period,
        dossiers=list(dossiers[:MANY]),
        dossiers_count=dossiers.count(),
        late_count=waiting_for(with_the_ars(user), "retard").count(),
        figures=tuple(_figures(measures, before)),
        lines=() if scope.department else tuple(_lines(measures)),
        reports=list(Report.objects.visible_to(user).select_related("department").order_by("-last_on", "-pk")[:MANY]),
        extracts=list(requests_for(user)[:5]),
    )


def _figures(now: dict[str, Measure], before: dict[str, Measure]) -> Iterator[AreaFigure]:
    for key in FIGURES:
        known = indicator(key)
        value, earlier = (shown(measures[key].value, known.unit) for measures in (now, before))
        yield AreaFigure(known.name, known.definition, value, earlier)


def _lines(measures: dict[str, Measure]) -> Iterator[AreaLine]:
    """The departments in which something is counted."""
    cuts = {key: _by_department(measures[key]) for key in FIGURES}
    labels = {row.key: row.label for cut in cuts.values() if cut for row in cut.rows}
    for code, label in sorted(labels.items()):
        values = []
        for key in FIGURES:
            cut = cuts[key]
            found = {row.key: row.value for row in cut.rows} if cut else {}
            values.append(shown(found.get(code, 0) if cut else None, indicator(key).unit))
        yield AreaLine(code, label, tuple(values))


def _by_department(measure: Measure) -> Cut | None:
    return next((cut for cut in measure.cuts if cut.by == "department"), None)


def shown(value: int | None, unit: Unit) -> str:
    """Write a value as a page says it; a dash for what is not known."""
    if value is None:
        return "–"
    return euros(value) if unit is Unit.CENTS else grouped(value)
