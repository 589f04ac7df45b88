"""The journal of a dossier: every change of state and every change of a field that matters, merged by time.

The states are those of the team and of what each floor names (`association.registries.history_sources`). A page costs
a number of queries that does not grow with the dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

from association.machine import state_field
from association.models import FieldChange, HealthProject, Team, TransitionLog
from association.models.teams import state_label
from association.registries import history_sources

PER_PAGE, LAST_PAGE = 30, 1_000
PAUSE = timedelta(minutes=10)
BEGINNINGS = {"reprise": "Reprise du classeur", "demo": "Région de démonstration"}

Named = Mapping[tuple[int, int], tuple[type[Any], str]]  # (content type, pk) -> model, name on screen


@dataclass(frozen=True)
class JournalEntry:
    """One line: who, when, on what, what was done, what stood there before and after.

    ``is_state``: a change of state (``before`` and ``after`` are states); else of a field. ``answer``: of which version
    of the health project it changes which answer, if it does; ``begun_at``: when the first of several folded ones was.
    """

    at: datetime
    actor: str
    subject: str
    what: str
    before: str = ""
    after: str = ""
    comment: str = ""
    is_state: bool = False
    answer: tuple[int, str] | None = None
    begun_at: datetime | None = None


@dataclass(frozen=True)
class JournalPage:
    """Some entries, newest first; ``older`` and ``newer`` are the pages beside, or None."""

    entries: tuple[JournalEntry, ...]
    number: int
    older: int | None
    newer: int | None


def journal_of(team: Team, *, page: int = 1) -> JournalPage:
    """Return a page of a team's journal."""
    number = min(max(page, 1), LAST_PAGE)
    first, wanted = (number - 1) * PER_PAGE, number * PER_PAGE + 1
    named = _objects_of(team)
    merged = sorted(
        [*_transitions(named, wanted, team.kind), *_field_changes(team, wanted)], key=lambda one: one[0], reverse=True
    )
    shown = [entry for _, entry in merged[first : first + PER_PAGE]]
    return JournalPage(
        entries=tuple(folded(shown)),
        number=number,
        older=number + 1 if len(merged) > first + PER_PAGE else None,
        newer=number - 1 if number > 1 else None,
    )


def folded(entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """Make one line of the changes of one answer that one person wrote without a pause (`PAUSE`), newest first.

    The health project is saved as one types and clicks: two clicks on the way to a choice are one choice. A change that
    was taken back stays told, each line for itself.
    """
    kept: list[JournalEntry] = []
    latest: dict[tuple[int, str], int] = {}
    for entry in entries:
        place = latest.get(entry.answer) if entry.answer else None
        later = kept[place] if place is not None else None
        if place is not None and later is not None and _goes_on(entry, later):
            kept[place] = replace(later, before=entry.before, begun_at=entry.at)
            continue
        if entry.answer:
            latest[entry.answer] = len(kept)
        kept.append(entry)
    return kept


def _goes_on(earlier: JournalEntry, later: JournalEntry) -> bool:
    pause = (later.begun_at or later.at) - earlier.at
    return earlier.actor == later.actor and pause <= PAUSE and earlier.before != later.after


def _objects_of(team: Team) -> Named:
    """Every object of the dossier that has a history, with its name."""
    known = {(_content_type(Team), team.pk): (Team, "Équipe")}
    for source in history_sources:
        kind = _content_type(source.model)
        known |= {(kind, pk): (source.model, name) for pk, name in source.of_team(team)}
    return known


def _content_type(model: type[Model]) -> int:
    return ContentType.objects.get_for_model(model).pk


def _transitions(named: Named, wanted: int, team_kind: str) -> list[tuple[tuple[datetime, int, int], JournalEntry]]:
    by_kind: dict[int, list[int]] = {}
    for kind, pk in named:
        by_kind.setdefault(kind, []).append(pk)
    theirs = reduce(or_, (Q(content_type=kind, object_id__in=pks) for kind, pks in by_kind.items()))
    rows = TransitionLog.objects.filter(theirs).select_related("actor").order_by("-at", "-pk")[:wanted]
    return [
        ((row.at, 1, row.pk), _transition(row, *named[row.content_type_id, row.object_id], team_kind)) for row in rows
    ]


def _transition(row: TransitionLog, model: type[Any], subject: str, kind: str) -> JournalEntry:
    field: Any = state_field(model)
    labels = {found.name: str(found.custom["label"]) for found in field.get_all_transitions(model)}
    states = {str(code): str(label) for code, label in field.flatchoices}
    if model is Team:
        states = {code: state_label(kind, code) for code in states}
    return JournalEntry(
        at=row.at,
        actor=str(row.actor),
        subject=subject,
        what=labels.get(row.transition, BEGINNINGS.get(row.origin, "Création")),
        before=states.get(row.from_state, row.from_state),
        after=states.get(row.to_state, row.to_state),
        comment=row.comment,
        is_state=True,
    )


def _field_changes(team: Team, wanted: int) -> list[tuple[tuple[datetime, int, int], JournalEntry]]:
    kind, project = _content_type(Team), _content_type(HealthProject)
    rows = FieldChange.objects.filter(team=team).select_related("actor").order_by("-at", "-pk")[:wanted]
    return [
        (
            (row.at, 0, row.pk),
            JournalEntry(
                at=row.at,
                actor=str(row.actor),
                subject="Équipe" if row.content_type_id == kind else row.subject.removesuffix(f" ({team})"),
                what=row.label,
                before=row.before,
                after=row.after,
                answer=(row.object_id, row.field) if row.content_type_id == project else None,
            ),
        )
        for row in rows
    ]
