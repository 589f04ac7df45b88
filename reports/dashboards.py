"""What each dashboard shows: figures and panels, as the keys of indicators. Pure: which numbers, never how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reports.periods import Period, Rhythm

TREND_MONTHS = 12


@dataclass(frozen=True)
class Panel:
    """One cut of an indicator as a chart with its table.

    Attributes:
        title: its heading; what is counted is said by the indicator's own definition.
        indicator, by: the keys of the indicator and of the cut.
        trend: over the twelve months that end with the period, and not over the period.
        wide: as wide as the page.
    """

    title: str
    indicator: str
    by: str
    trend: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Medians:
    """The medians of several delays beside each other."""

    title: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Dashboard:
    """What somebody sees at a glance. ``figures``: keys of indicators, each shown with the year before."""

    code: str
    label: str
    figures: tuple[str, ...]
    panels: tuple[Panel | Medians, ...]
    findings: bool = False


DELAYS = Medians(
    "Délais médians",
    ("path.contact_to_submission", "path.submission_to_decision", "path.recognition_to_convention", "money.delay"),
)
STAGES = Panel("Où en sont les équipes", "teams.followed", "stage")
KINDS = Panel("Équipes par nature", "teams.followed", "kind")
MONTHLY = Panel("Actions validées, par mois", "activity.validated", "month", trend=True)
TYPES = Panel("Actions validées, par type", "activity.validated", "type")
DUE_MONTHLY = Panel("Indemnités dues, par mois de l’action", "money.due", "month", trend=True)
USED = Panel("Équipes par part du plafond utilisée", "ceiling.share", "class")

STAFF = Dashboard(
    "suivi",
    "Suivi des équipes",
    ("teams.followed", "teams.under_convention", "path.waiting", "activity.pending", "teams.inactive"),
    (
        STAGES,
        DELAYS,
        MONTHLY,
        TYPES,
        Panel("Actions qui attendent", "activity.pending", "state"),
        Panel("Dossiers hors délai à l’ARS", "path.late", "team"),
        Panel("Équipes sans activité depuis trois mois", "teams.inactive", "team"),
        Panel("Conventions qui prennent fin", "conventions.ending", "month"),
    ),
    findings=True,
)
TREASURY = Dashboard(
    "tresorerie",
    "Trésorerie",
    ("money.due", "money.paid", "money.returned", "money.cut", "money.delay"),
    (
        DUE_MONTHLY,
        Panel("Payé, par mois du virement", "money.paid", "month", trend=True),
        Panel("Où en est ce qui est dû", "money.due", "settled"),
        Panel("Indemnités dues, par type d’action", "money.due", "type"),
        Panel("Non indemnisé, par motif", "money.excluded", "reason"),
        Panel("Virements rejetés ou retournés, par motif", "money.returned", "reason"),
        USED,
    ),
)
REGION = Dashboard(
    "territoire",
    "Région et départements",
    (
        "teams.followed",
        "teams.under_convention",
        "people.members",
        "territory.share",
        "activity.validated",
        "money.paid",
        "ceiling.share",
    ),
    (
        Panel("Équipes, par département", "teams.followed", "department"),
        Panel("Population couverte, par département", "territory.population", "department"),
        KINDS,
        STAGES,
        MONTHLY,
        TYPES,
        Panel("Professionnels, par profession", "people.members", "profession"),
        Panel("Indemnités payées, par mois du virement", "money.paid", "month", trend=True),
        DELAYS,
        USED,
    ),
)
DASHBOARDS: Mapping[str, Dashboard] = {one.code: one for one in (STAFF, TREASURY, REGION)}


def until_today(period: Period, today: date) -> Period:
    """Return what has passed of a period: beside it stand the same days of the year before, not the whole of it."""
    return Period(period.first, today) if period.first <= today < period.last else period


def trend_of(period: Period) -> Period:
    """Return the twelve months that end with the period."""
    month = period.last.replace(day=1)
    for _ in range(TREND_MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return Period(month, period.last)


def usual_periods(today: Period) -> list[Period]:
    """Return the periods to choose from: two years, then quarters and months, the latest first.

    Args:
        today: the month that is running.
    """
    periods = []
    for rhythm, count in ((Rhythm.YEAR, 2), (Rhythm.QUARTER, 6), (Rhythm.MONTH, 12)):
        period = rhythm.period_of(today.first)
        for _ in range(count):
            periods.append(period)
            period = rhythm.before(period)
    return periods
