"""What others changed since some moment, in the teams that a user follows and in what each floor adds.

Read from the changes of state and the journal, in a number of queries that the rows do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from association.machine import state_field
from association.models import FieldChange, Role, Team, TransitionLog, User
from association.models.teams import state_label
from association.registries import ChangeSource, change_sources
from association.selectors.history import house_of

LINES = 12
# The newest rows of each log that are read; who was away for longer is told « plus de ».
READ = 400
LABELS = 3


@dataclass
class Change:
    """One line: what changed, the state it came to (or the fields), by whom, when last, where it is read."""

    what: str
    actor: str
    at: datetime
    url: str = ""
    state: str = ""
    state_label: str = ""
    detail: str = ""

    def get_state_label(self) -> str:
        """Return the state as a badge says it."""
        return self.state_label


@dataclass
class ChangedGroup:
    """The lines of one team, or of a heading of its own; newest first."""

    title: str
    url: str
    lines: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """The groups that are shown, how many lines are not, and whether there may be still more than that."""

    groups: list[ChangedGroup]
    rest: int
    and_more: bool

    def __bool__(self) -> bool:
        return bool(self.groups)


@dataclass
class _Gathered:
    """Rows that make one line, ``row`` the newest of them."""

    row: Any
    source: ChangeSource | None
    team: int | None
    names: dict[int, str]
    labels: dict[str, None] = field(default_factory=dict)


def followed_teams(user: User) -> QuerySet[Team]:
    """Return the teams that a user is told of: an officer's own, or every one of the role's scope.

    A treasurer is told of money, and of teams only if they are in charge of some.
    """
    seen = Team.objects.visible_to(user)
    if not user.has_perm("association.manage_team"):
        return seen
    own = seen.filter(officer=user.pk)
    return own if user.role == Role.TREASURER or own.exists() else seen


def changes_since(user: User, since: datetime, *, lines: int = LINES) -> Changes:
    """Return what others changed after ``since``: the newest ``lines``, by team, and how many more."""
    teams = followed_teams(user)
    states, fields = _states(user, teams, since), _fields(user, teams, since)
    found = sorted(
        [*_by_state(states, user), *_by_field(fields)], key=lambda one: (one.row.at, one.row.pk), reverse=True
    )
    shown = found[:lines]
    known = Team.objects.filter(pk__in={one.team for one in shown if one.team}).values_list("pk", "name", "kind")
    names, kinds = {pk: name for pk, name, _ in known}, {pk: kind for pk, _, kind in known}
    groups: dict[Any, ChangedGroup] = {}
    for one in shown:
        key, title, url = _heading(one, names)
        groups.setdefault(key, ChangedGroup(title, url)).lines.append(_line(one, user, kinds))
    return Changes(list(groups.values()), len(found) - len(shown), READ in (len(states), len(fields)))


def _states(user: User, teams: QuerySet[Team], since: datetime) -> list[TransitionLog]:
    asked = Q(pk=None)
    for source in change_sources:
        kind = ContentType.objects.get_for_model(source.model)
        scope = source.scope(user, teams).order_by().values("pk")
        asked |= Q(content_type=kind, object_id__in=scope) & source.only(user)
    # Not what was taken over from elsewhere; the user's own too: what they moved on since is no news (`_by_state`).
    rows = TransitionLog.objects.filter(asked, at__gt=since, origin="")
    return list(rows.select_related("actor").order_by("-at", "-pk")[:READ])


def _fields(user: User, teams: QuerySet[Team], since: datetime) -> list[FieldChange]:
    """Which fields, and not what they say; for those who may read the journal of a dossier."""
    if not user.has_perm("association.view_journal"):
        return []
    rows = FieldChange.objects.filter(team__in=teams.order_by().values("pk"), at__gt=since).exclude(actor=user)
    return list(rows.select_related("actor").defer("before", "after").order_by("-at", "-pk")[:READ])


def _by_state(rows: Iterable[TransitionLog], user: User) -> Iterator[_Gathered]:
    """Gather rows, newest first, into lines: of each object the state that it came to, not those between,
    and nothing of what the user moved on since."""
    by_kind: dict[int, dict[int, TransitionLog]] = {}
    for row in rows:
        by_kind.setdefault(row.content_type_id, {}).setdefault(row.object_id, row)
    for source in change_sources:
        mine = by_kind.get(ContentType.objects.get_for_model(source.model).pk, {})
        mine = {pk: row for pk, row in mine.items() if row.actor_id != user.pk}
        told = {pk: (team, name) for pk, team, name in source.told(mine)} if mine else {}
        lines: dict[Any, _Gathered] = {}
        for pk, row in mine.items():
            team, name = told[pk]
            key = pk if source.apart else (team, row.to_state, row.actor_id)
            lines.setdefault(key, _Gathered(row, source, team, {})).names[pk] = name
        yield from lines.values()


def _by_field(rows: Iterable[FieldChange]) -> Iterator[_Gathered]:
    lines: dict[Any, _Gathered] = {}
    for row in rows:
        line = lines.setdefault((row.team_id, row.actor_id), _Gathered(row, None, row.team_id, {}))
        line.labels[row.label] = None
    yield from lines.values()


def _heading(one: _Gathered, names: dict[int, str]) -> tuple[Any, str, str]:
    if one.team is not None:
        return one.team, names[one.team], reverse("association:team", args=[one.team])
    heading, several = (one.source.heading, one.source.several) if one.source else ("", "")
    return heading, heading, _address(several)


def _line(one: _Gathered, user: User, kinds: Mapping[int, str]) -> Change:
    actor = _actor(one.row.actor, user)
    if one.source is None:
        return Change("Dossier modifié", actor, one.row.at, detail=_labels(list(one.labels)))
    source, count, state = one.source, len(one.names), one.row.to_state
    what = f"{source.one}{next(iter(one.names.values()))}" if count == 1 else f"{count}\u00a0{source.many}"
    url = _address(source.page, next(iter(one.names))) if count == 1 and source.page else ""
    if source.model is Team and one.team is not None:
        label = state_label(kinds[one.team], state)
    else:
        label = str(dict(state_field(source.model).flatchoices).get(state, state))
    return Change(what, actor, one.row.at, url=url, state=state, state_label=label)


def _labels(labels: list[str]) -> str:
    """The fields, in lower case: the three newest, and how many others."""
    named = [label[:1].lower() + label[1:] if label[1:2].islower() else label for label in labels[:LABELS]]
    rest = len(labels) - len(named)
    return ", ".join(named) + (f" et {rest}\u00a0autre{'s' if rest > 1 else ''}" if rest else "")


def _actor(actor: User, reader: User) -> str:
    if actor.role == Role.SYSTEM or reader.role in (Role.ARS, Role.REFERENT):
        return house_of(actor)
    return str(actor)


def _address(view: str, *args: int) -> str:
    try:
        return reverse(view, args=args) if view else ""
    except NoReverseMatch:  # the page is not built yet
        return ""
