"""The way of a team, from its registration to its convention, as a row of stages with their dates. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from association.nomenclature import TeamKind

WAY = ("registered", "accompanied", "drafting", "submitted", "recognised", "under_convention")
LAST_STAGE = {TeamKind.INFORMAL: 2, TeamKind.ESP: 5, TeamKind.ESP_CLAP: 6, TeamKind.ESS: 6}  # stages of the way
LABELS = {
    "registered": "Inscription",
    "accompanied": "Accompagnement",
    "drafting": "Projet de santé",
    "submitted": "Dépôt à l’ARS",
    "recognised": "Reconnaissance",
    "under_convention": "Convention",
    "to_complete": "À compléter",
    "refused": "Refusée",
    "suspended": "Suspendue",
    "withdrawn": "Reconnaissance retirée",
    "closed": "Close",
}
OF_ESP_CLAP = {"recognised": "Enregistrement", "withdrawn": "Enregistrement retiré"}
# Off the way: after which stage a team that is there stands.
ASIDE = {"to_complete": "submitted", "refused": "submitted", "withdrawn": "recognised"}


@dataclass(frozen=True)
class Stage:
    """One stage; ``status``: done, current or todo. ``day`` is when the team got there, if that is known."""

    label: str
    status: str
    day: date | None = None


def stages(
    *, kind: str, state: str, reached: Mapping[str, date | None], came_from: str = "", outcome: str = ""
) -> list[Stage]:
    """Return the stages of a team in order.

    Args:
        reached: the states that it passed, each with the day of the last time; None when the day is not known.
        came_from: where a suspended team was before.
        outcome: what became of a closed team, in words.
    """
    way = WAY[: LAST_STAGE[TeamKind(kind)]]
    there = _standing_at(state, reached, came_from, way)
    row = [_stage(one, number, there, state, kind, reached) for number, one in enumerate(way)]
    if state == "closed":
        row = [stage for stage in row if stage.status == "done"]
    if state not in way:
        label = outcome or _label(state, kind)
        row.insert(there + 1 if state != "closed" else len(row), Stage(label, "current", reached.get(state)))
    return row


def _standing_at(state: str, reached: Mapping[str, date | None], came_from: str, way: Sequence[str]) -> int:
    """The number of the last stage that is behind, or under way."""
    if state in way:
        return way.index(state)
    if state in ASIDE and ASIDE[state] in way:
        return way.index(ASIDE[state])
    if state == "suspended" and came_from in way:
        return way.index(came_from)
    passed = [number for number, one in enumerate(way) if one in reached]
    return max(passed, default=0)


def _label(code: str, kind: str) -> str:
    return OF_ESP_CLAP.get(code, LABELS[code]) if kind == TeamKind.ESP_CLAP else LABELS[code]


def _stage(code: str, number: int, there: int, state: str, kind: str, reached: Mapping[str, date | None]) -> Stage:
    label = _label(code, kind)
    if code == state:
        return Stage(label, "current", reached.get(code))
    if number <= there:
        return Stage(label, "done", reached.get(code))
    return Stage(label, "todo")
