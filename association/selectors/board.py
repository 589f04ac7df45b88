"""The board: teams by state, the ones that have been there longest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, DateField, F, OuterRef, Prefetch, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from association.eligibility import Level
from association.models import Commune, RecognitionRequest, Team, TeamFinding, TransitionLog, User
from association.money import SPACE, grouped
from association.registries import state_dates
from association.selectors.findings import watched

State = Team.State
# In the order of the path; then what is beside it, shown when somebody is there.
WAY = (
    State.REGISTERED,
    State.ACCOMPANIED,
    State.DRAFTING,
    State.SUBMITTED,
    State.TO_COMPLETE,
    State.RECOGNISED,
    State.UNDER_CONVENTION,
)
ASIDE = (State.SUSPENDED, State.REFUSED, State.WITHDRAWN)
CARDS = 15


@dataclass(frozen=True)
class Card:
    """A team on the board.

    Attributes:
        since: the day from which it is in its state; with ``at_least``, the day on which it was taken over there.
        over: by how many days it is past what is usual in its state; 0 when it is not.
    """

    team: Team
    since: date
    at_least: bool
    days: int
    over: int
    blocking: int
    warnings: int

    @property
    def age(self) -> str:
        """How long it has been there, in words, after « depuis »."""
        return "aujourd’hui" if not self.days else "hier" if self.days == 1 else f"{grouped(self.days)}{SPACE}jours"

    @property
    def place(self) -> str:
        """Its first commune, and how many more."""
        names = [commune.name for commune in self.team.communes.all()]
        more = f" et {len(names) - 1} de plus" if len(names) > 1 else ""
        return f"{names[0]}{more}" if names else ""


class Age(NamedTuple):
    """Since when a team is in its state (`with_age`)."""

    pk: int
    state: str
    since: date
    known_since: date | None

    def over(self, today: date) -> int:
        """Return by how many days it is past what is usual in its state; 0 when it is not."""
        usual = settings.TEAM_LATE_DAYS.get(self.state)
        return max((today - self.since).days - usual, 0) if usual is not None else 0


@dataclass(frozen=True)
class Column:
    """The teams of one state: the first cards, how many there are, how many are late (after ``days``)."""

    state: str
    label: str
    cards: tuple[Card, ...]
    count: int
    late: int
    days: int | None

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Board:
    """The columns, and the closed teams that have none."""

    columns: tuple[Column, ...]
    count: int
    closed: int

    @property
    def late(self) -> int:
        return sum(column.late for column in self.columns)


def board(teams: QuerySet[Team], *, user: User) -> Board:
    """Return the board of these teams (of the user's scope), in a fixed number of queries."""
    today = timezone.localdate()
    # Keys and days of all teams, sorted here: the ages are asked for once, and whole teams for the cards alone.
    ages = with_age(teams).order_by("since", "name", "pk").values_list("pk", "state", "since", "known_since")
    by_state: dict[str, list[Age]] = defaultdict(list)
    for age in map(Age._make, ages.distinct()):
        by_state[age.state].append(age)
    cards = _cards(
        [age for state, found in by_state.items() if state != State.CLOSED for age in found[:CARDS]], today, user
    )
    shown = [state for state in WAY if user.role != "ars" or state not in Team.BEFORE_SUBMISSION]
    shown += [state for state in ASIDE if state in by_state]
    columns = tuple(
        Column(
            state=str(state),
            label=str(state.label),
            cards=tuple(card for card in cards if card.team.state == state),
            count=len(by_state[state]),
            late=sum(age.over(today) > 0 for age in by_state[state]),
            days=settings.TEAM_LATE_DAYS.get(str(state)),
        )
        for state in shown
    )
    return Board(columns, sum(column.count for column in columns), len(by_state[State.CLOSED]))


def with_age(teams: QuerySet[Team]) -> QuerySet[Team]:
    """Return the teams with ``since`` (day) and ``known_since``: the same, None for who was taken over on no known day.

    A change of state is dated by its log row, a recognition by its letter. Of what was taken over from elsewhere the
    log only knows the day of taking over: then the dates of its file count.
    """
    entries = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(Team), object_id=OuterRef("pk"), to_state=OuterRef("state")
    ).order_by("-at", "-pk")
    submitted = RecognitionRequest.objects.filter(team=OuterRef("pk")).order_by("-submitted_on", "-pk")
    of_file = [
        When(state=State.RECOGNISED, then=F("recognised_on")),
        When(state=State.SUSPENDED, then=F("suspended_on")),
        When(state=State.WITHDRAWN, then=F("recognition_withdrawn_on")),
        When(state=State.SUBMITTED, then=Subquery(submitted.values("submitted_on")[:1])),
        *(When(state=name, then=state_dates[name]()) for name in state_dates.names()),
    ]
    entered = TruncDate(Subquery(entries.values("at")[:1]), tzinfo=timezone.get_current_timezone())
    return teams.annotate(
        entered_by=Subquery(entries.values("transition")[:1]),
        taken_over=Subquery(entries.values("origin")[:1]),
        known_since=Case(
            When(entered_by="recognise", then=F("recognised_on")),
            When(taken_over="", then=entered),
            default=Case(*of_file, output_field=DateField()),
            output_field=DateField(),
        ),
        since=Coalesce("known_since", entered, TruncDate("created_at")),
    )


def _cards(ages: Sequence[Age], today: date, user: User) -> list[Card]:
    teams = (
        Team.objects.select_related("officer")
        .prefetch_related(Prefetch("communes", Commune.objects.only("code", "name")))
        .in_bulk([age.pk for age in ages])
    )
    found = _findings(teams) if user.has_perm("association.view_findings") else {}
    return [_card(age, teams[age.pk], today, found.get(age.pk, {})) for age in ages if age.pk in teams]


def _card(age: Age, team: Team, today: date, found: dict[str, int]) -> Card:
    blocking = found.get(Level.BLOCKING.value, 0)
    return Card(
        team=team,
        since=age.since,
        at_least=age.known_since is None,
        days=max((today - age.since).days, 0),
        over=age.over(today),
        blocking=blocking,
        warnings=sum(found.values()) - blocking,
    )


def _findings(teams: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how many watched findings each team has, by level."""
    counts: dict[int, dict[str, int]] = {}
    for team, level, count in _counted(teams):
        counts.setdefault(team, {})[level] = count
    return counts


def _counted(pks: Iterable[int]) -> QuerySet[TeamFinding, tuple[int, str, int]]:
    rows = watched(TeamFinding.objects.filter(team__in=list(pks)).order_by())
    return rows.values_list("team", "level").annotate(count=Count("pk"))
