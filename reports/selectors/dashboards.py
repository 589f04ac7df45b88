"""The numbers of a dashboard: the indicators of the reports, measured now, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from association.eligibility import Level
from association.models import Department, Team, TeamFinding, User
from association.registries import Figure
from association.selectors.findings import EVERY_BLOCKING, watch_choices, watched
from reports.behind import Counted
from reports.dashboards import DASHBOARDS, Dashboard, Medians, Panel, trend_of, usual_periods
from reports.document.charts import SCREEN
from reports.document.content import Table, drawn, say
from reports.indicators import Cut, Measure, Scope, Unit, indicator
from reports.periods import Period, Rhythm
from reports.selectors.behind import Links
from reports.selectors.measured import measured, stamp_of_the_data


@dataclass(frozen=True)
class Shown:
    """A panel with its numbers.

    Attributes:
        note: the definition of what is counted.
        url: the list behind it, if it is open; ``links``: of each row of the table, in their order.
        by_name: its rows are teams, read as a list in place of a chart.
    """

    title: str
    note: str
    table: Table
    url: str = ""
    links: tuple[str, ...] = ()
    by_name: bool = False

    @property
    def lines(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """The rows as they are read: label, the list behind it, texts."""
        links = self.links or ("",) * len(self.table.rows)
        return [(label, link, texts) for (label, texts), link in zip(self.table.texts, links, strict=True)]

    @property
    def is_empty(self) -> bool:
        return not any(amount for _, amounts in self.table.rows for amount in amounts)


@dataclass(frozen=True)
class Board:
    """A dashboard as one page shows it."""

    dashboard: Dashboard
    scope: str
    period: Period
    figures: tuple[Figure, ...]
    panels: tuple[Shown, ...]


def dashboards_of(user: User) -> list[Dashboard]:
    """Return the dashboards of a role, the own one first."""
    own = {
        "treasurer": ("tresorerie", "suivi", "territoire"),
        "staff": ("suivi", "tresorerie", "territoire"),
        "auditor": ("tresorerie", "territoire"),
        "ars": ("territoire",),
        "admin": ("territoire",),
    }
    return [DASHBOARDS[code] for code in own.get(user.role, ())]


def departments_of(user: User) -> QuerySet[Department]:
    """Return the departments to choose from: those of the scope that have teams; none for a délégation."""
    if user.department_id:
        return Department.objects.none()
    teams = Team.objects.visible_to(user)
    return Department.objects.filter(teams__in=teams).distinct().order_by("code")


def periods_to_choose(day: date) -> list[Period]:
    """Return the periods that a dashboard offers on a day."""
    return usual_periods(Rhythm.MONTH.period_of(day))


def board(dashboard: Dashboard, scope: Scope, period: Period, *, user: User) -> Board:
    """Return a dashboard with its numbers, and those of a year before.

    Args:
        scope: within that of the user; the view narrows it.
    """
    stamp, trend = stamp_of_the_data(), trend_of(period)
    links = Links(user, stamp=stamp)
    cuts = [panel for panel in dashboard.panels if isinstance(panel, Panel)]
    delays = [key for panel in dashboard.panels if isinstance(panel, Medians) for key in panel.indicators]
    of_period = {*dashboard.figures, *delays, *(panel.indicator for panel in cuts if not panel.trend)}
    now = measured(scope, period, of_period, stamp=stamp)
    before = measured(scope, period.year_before, {*dashboard.figures, *delays}, stamp=stamp)
    trends = measured(scope, trend, {panel.indicator for panel in cuts if panel.trend}, stamp=stamp)
    panels = [_findings(scope, user)] if dashboard.findings else []
    for panel in dashboard.panels:
        if isinstance(panel, Medians):
            panels.append(_medians(panel, scope, period, now, before, links))
        elif panel.trend:
            panels.append(_panel(panel, trends[panel.indicator], scope, trend, links))
        else:
            panels.append(_panel(panel, now[panel.indicator], scope, period, links))
    figures = tuple(
        _figure(key, now[key], before[key], links.to(Counted(key, period, scope.department)))
        for key in dashboard.figures
    )
    return Board(dashboard, scope.name, period, figures, tuple(panels))


def _figure(key: str, now: Measure, before: Measure, url: str) -> Figure:
    unit = indicator(key).unit
    note = f"un an plus tôt\u00a0: {say(before.value, unit)}"
    return Figure(indicator(key).name, say(now.value, unit), note, url if now.value else "")


def _panel(panel: Panel, measure: Measure, scope: Scope, period: Period, links: Links) -> Shown:
    found, cut = indicator(panel.indicator), _cut(measure, panel.by)
    rows = tuple((row.label.replace("'", "’"), (row.value,)) for row in cut.rows) if cut else ()
    # People know the types by their codes, which no chart cuts short; the table beside it has them in words.
    drawn_rows = tuple((row.key, (row.value,)) for row in cut.rows) if cut and panel.by == "type" else rows
    unit = (cut.unit if cut else None) or found.unit
    by_name = panel.by == "team"  # a list of teams, each counted once, is read and not drawn
    table = Table(
        panel.title,
        cut.label.removeprefix("Par ").capitalize() if cut else "",
        (found.name if unit is found.unit else unit.label.capitalize(),),
        (unit,),
        rows,
        bool(cut and cut.hides),
        None if by_name else drawn(panel.title, panel.by, drawn_rows, unit, SCREEN),
    )
    counted = Counted(panel.indicator, period, scope.department)
    ways = tuple(
        links.to(replace(counted, by=panel.by, key=row.key)) if row.value else "" for row in (cut.rows if cut else ())
    )
    return Shown(panel.title, found.definition, table, links.to(counted) if rows else "", ways, by_name)


def _cut(measure: Measure, by: str) -> Cut | None:
    return next((cut for cut in measure.cuts if cut.by == by), None)


def _medians(
    panel: Medians,
    scope: Scope,
    period: Period,
    now: Mapping[str, Measure],
    before: Mapping[str, Measure],
    links: Links,
) -> Shown:
    rows = tuple((indicator(key).name, (now[key].value, before[key].value)) for key in panel.indicators)
    known = tuple((label, (amount,)) for label, (amount, _) in rows if amount is not None)
    table = Table(
        panel.title,
        "Étape",
        (period.in_words.capitalize(), period.year_before.in_words.capitalize()),
        (Unit.DAYS, Unit.DAYS),
        rows,
        chart=drawn(panel.title, "", known, Unit.DAYS, SCREEN),
    )
    note = " ".join(indicator(key).definition for key in panel.indicators)
    ways = tuple(links.to(Counted(key, period, scope.department)) for key in panel.indicators)
    return Shown(panel.title, note, table, links=ways)


def _findings(scope: Scope, user: User) -> Shown:
    """What keeps teams from going on today, by finding; each as the list of teams shows it."""
    found = watched(TeamFinding.objects.filter(scope.teams("team__"), team__in=Team.objects.visible_to(user)))
    counts = (
        found.filter(level=Level.BLOCKING.value).order_by().values_list("code").annotate(Count("team", distinct=True))
    )
    labels = dict(watch_choices())
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((labels[code], (count,)) for code, count in ordered)
    title = "Ce qui bloque aujourd’hui"
    table = Table(
        title, "Constat", ("Équipes",), (Unit.TEAMS,), rows, False, drawn(title, "", rows, Unit.TEAMS, SCREEN)
    )
    place = {"department": scope.department} if scope.department else {}

    def way(code: str) -> str:
        return f"{reverse('association:team_list')}?{urlencode({'constat': code, **place})}"

    note = "Constats bloquants des équipes, tels que chaque dossier les montre."
    return Shown(title, note, table, way(EVERY_BLOCKING), tuple(way(code) for code, _ in ordered))
