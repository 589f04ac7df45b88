"""Findings as pages show them: those of a dossier today, and those that somebody is told of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from association.eligibility import Finding, Gate, Level
from association.findings import SUBJECT_LENGTH, findings_of
from association.models import Team, TeamFinding, User
from association.registries import watched_findings
from association.selectors.mending import Place, places_of

EVERY_BLOCKING = "bloquants"
# With the ARS, or recognised: what was there once and is lost matters to somebody.
WATCHED_STATES = (
    Team.State.SUBMITTED,
    Team.State.TO_COMPLETE,
    Team.State.RECOGNISED,
    Team.State.UNDER_CONVENTION,
    Team.State.SUSPENDED,
)
STOPS = {
    Gate.SUBMISSION: "le dépôt à l’ARS",
    Gate.CONVENTION: "la convention",
    Gate.PAYMENT: "l’indemnisation",
}


@dataclass(frozen=True)
class DossierFinding:
    """A finding of today with the day since which it stands (None: it was not noted yet), and what it will prevent.

    Attributes:
        is_early: the team has not come to its first gate: what will block there is work in hand, and no alarm.
        place: where it is mended, for who may.
    """

    finding: Finding
    since: date | None
    is_early: bool = False
    place: Place | None = None

    @property
    def label(self) -> str:
        """What its badge says at this stage of the team."""
        if self.blocks:
            return "À faire" if self.is_early else "Bloquant"
        return "À prévoir" if self.will_stop else "Avertissement"

    @property
    def tone(self) -> str:
        """The tone of its badge: calm for what is not due yet."""
        if self.blocks:
            return "waiting" if self.is_early else "bad"
        return "idle" if self.will_stop else "attention"

    @property
    def blocks(self) -> bool:
        return self.finding.level is Level.BLOCKING

    @property
    def will_stop(self) -> str:
        """What it prevents once the team is there, in words; nothing for what blocks today, or never."""
        gate = self.finding.blocks_from
        return "" if self.blocks or gate is None else STOPS[gate]


@dataclass(frozen=True)
class Told:
    """One finding of several teams: which, whose (an officer's pk, None: nobody's), how many, since when."""

    code: str
    officer: int | None
    teams: int
    oldest: date
    only_team: int
    only_name: str


def dossier_findings(team: Team, *, user: User) -> list[DossierFinding]:
    """Return what the rules find on a team today, what blocks first, as somebody's page shows it."""
    noted = {(code, subject): since for code, subject, since in _noted(team)}
    found, is_early = findings_of(team), team.state in Team.BEFORE_SUBMISSION
    places = places_of(team, found, user=user)
    return [
        DossierFinding(
            finding, noted.get((finding.code, finding.subject[:SUBJECT_LENGTH])), is_early, places.get(finding)
        )
        for finding in found
    ]


def watched(rows: QuerySet[TeamFinding]) -> QuerySet[TeamFinding]:
    """Return the findings that the staff is told of."""
    codes = watched_findings.names()
    always = [code for code in codes if watched_findings[code].always]
    return rows.filter(Q(code__in=always) | Q(code__in=codes, team__state__in=WATCHED_STATES))


def told_to(user: User) -> Iterator[Told]:
    """Yield what is found on the user's own teams and on those without an officer, in the order of the codes."""
    rows = (
        watched(TeamFinding.objects.order_by())
        .filter(Q(team__officer=user) | Q(team__officer=None), team__in=Team.objects.visible_to(user))
        .values_list("code", "team__officer")
        .annotate(teams=Count("team", distinct=True), oldest=Min("since"), first=Min("team"), name=Min("team__name"))
    )
    places = {code: place for place, code in enumerate(watched_findings.names())}
    for row in sorted(rows, key=lambda found: (found[1] is None, places[found[0]])):
        yield Told(*row)


def teams_with(teams: QuerySet[Team], code: str) -> QuerySet[Team]:
    """Return the teams on which a finding is watched; `EVERY_BLOCKING`: those that something blocks today."""
    rows = watched(TeamFinding.objects.order_by())
    rows = rows.filter(level=Level.BLOCKING.value) if code == EVERY_BLOCKING else rows.filter(code=code)
    return teams.filter(pk__in=rows.values("team"))


def watch_choices() -> list[tuple[str, str]]:
    """Return what the list of teams can be narrowed to: (code, label)."""
    named = [(code, watched_findings[code].label) for code in watched_findings.names()]
    return [(EVERY_BLOCKING, "Tout constat bloquant"), *named]


def _noted(team: Team) -> QuerySet[TeamFinding, tuple[str, str, date]]:
    return TeamFinding.objects.filter(team=team).order_by().values_list("code", "subject", "since")
