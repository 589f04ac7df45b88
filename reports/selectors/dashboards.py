"""The numbers of a dashboard: the indicators of the reports, measured now, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from association.eligibility import Level
from association.models import Department, Team, TeamFinding, User
from association.nomenclature import short_type
from association.registries import Figure
from association.selectors.findings import EVERY_BLOCKING, watch_choices, watched
from reports.dashboards import DASHBOARDS, Dashboard, Medians, Panel, trend_of, usual_periods
from reports.document.charts import SCREEN
from reports.document.content import Table, drawn, say
from reports.indicators import Cut, Measure, Scope, Unit, indicator
from reports.periods import Period, Rhythm
from reports.selectors.measured import measured, stamp_of_the_data


@dataclass(frozen=True)
class Shown:
    """A panel with its numbers; ``note``: the definition of what is counted, ``url``: the list behind it, if open;
    ``names``: of the teams, in place of a chart."""

    title: str
    note: str
    table: Table
    url: str = ""
    names: tuple[str, ...] = ()

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
    cuts = [panel for panel in dashboard.panels if isinstance(panel, Panel)]
    delays = [key for panel in dashboard.panels if isinstance(panel, Medians) for key in panel.indicators]
    of_period = {*dashboard.figures, *delays, *(panel.indicator for panel in cuts if not panel.trend)}
    now = measured(scope, period, of_period, stamp=stamp)
    before = measured(scope, period.year_before, {*dashboard.figures, *delays}, stamp=stamp)
    trends = measured(scope, trend, {panel.indicator for panel in cuts if panel.trend}, stamp=stamp)
    panels = [_findings(scope, user)] if dashboard.findings else []
    for panel in dashboard.panels:
        if isinstance(panel, Medians):
            panels.append(_medians(panel, period, now, before))
        elif panel.trend:
            panels.append(_panel(panel, trends[panel.indicator], scope, trend, user))
        else:
            panels.append(_panel(panel, now[panel.indicator], scope, period, user))
    figures = tuple(_figure(key, now[key], before[key]) for key in dashboard.figures)
    return Board(dashboard, scope.name, period, figures, tuple(panels))


def _figure(key: str, now: Measure, before: Measure) -> Figure:
    unit = indicator(key).unit
    return Figure(indicator(key).name, say(now.value, unit), f"un an plus tôt\u00a0: {say(before.value, unit)}")


def _panel(panel: Panel, measure: Measure, scope: Scope, period: Period, user: User) -> Shown:
    found, cut = indicator(panel.indicator), _cut(measure, panel.by)
    rows = tuple((row.label.replace("'", "’"), (row.value,)) for row in cut.rows) if cut else ()
    # A chart cuts long words short: it says the types in short, and the table beside it in full.
    drawn_rows = tuple((short_type(row.key), (row.value,)) for row in cut.rows) if cut and panel.by == "type" else rows
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
    url = ""
    if panel.behind and user.has_perm(panel.behind.permission):
        url = panel.behind.address(reverse(panel.behind.view), scope, period)
    names = tuple(label for label, _ in rows) if by_name else ()
    return Shown(panel.title, found.definition, table, url, names)


def _cut(measure: Measure, by: str) -> Cut | None:
    return next((cut for cut in measure.cuts if cut.by == by), None)


def _medians(panel: Medians, period: Period, now: Mapping[str, Measure], before: Mapping[str, Measure]) -> Shown:
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
    return Shown(panel.title, note, table)


def _findings(scope: Scope, user: User) -> Shown:
    """What keeps teams from going on today, by finding; each as the list of teams shows it."""
    found = watched(TeamFinding.objects.filter(scope.teams("team__"), team__in=Team.objects.visible_to(user)))
    counts = (
        found.filter(level=Level.BLOCKING.value).order_by().values_list("code").annotate(Count("team", distinct=True))
    )
    labels = dict(watch_choices())
    rows = tuple((labels[code], (count,)) for code, count in sorted(counts, key=lambda pair: (-pair[1], pair[0])))
    title = "Ce qui bloque aujourd’hui"
    table = Table(
        title, "Constat", ("Équipes",), (Unit.TEAMS,), rows, False, drawn(title, "", rows, Unit.TEAMS, SCREEN)
    )
    asked = urlencode({"constat": EVERY_BLOCKING, **({"department": scope.department} if scope.department else {})})
    url = f"{reverse('association:team_list')}?{asked}"
    return Shown(title, "Constats bloquants des équipes, tels que chaque dossier les montre.", table, url)
