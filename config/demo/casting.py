"""Which teams the demo shows, in which state and with which oddities: a cycle of fifty parts, played over and over.

The first parts hold everything that a small demo has to show; the proportions are right over a whole cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from association.models import Team
from association.nomenclature import TeamKind

State = Team.State


class Story(StrEnum):
    """What became of the team's conventions."""

    NONE = "none"
    DRAFT = "draft"
    ISSUED = "issued"
    SIGNING = "signing"
    ABANDONED = "abandoned"
    LONG = "long"  # in force before the first month
    RECENT = "recent"  # takes effect within the months, after the health project was written
    PRORATED = "prorated"  # takes effect the month before the last, with a ceiling in proportion
    RENEWED = "renewed"
    AMENDED = "amended"
    RESUMED = "resumed"  # was suspended for a while
    SUSPENDED = "suspended"
    ENDED = "ended"
    TERMINATED = "terminated"


class Oddity(StrEnum):
    """Something that the rules of payment notice; the first ones are named after the reason that they give."""

    CONVENTION = "CONVENTION"
    TYPE = "TYPE"
    STRUCTURE = "STRUCTURE"
    MEMBER = "MEMBER"
    LIBERAL = "LIBERAL"
    SIGNATURE = "SIGNATURE"
    PLURI = "PLURI"
    CAP_COUNT = "CAP_COUNT"
    CAP_TEAM = "CAP_TEAM"
    LATE = "late"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Part:
    """``pace``: actions in an ordinary month, drawn when none is given; ``association``: carried by one."""

    kind: str
    state: str
    story: Story = Story.NONE
    oddities: tuple[Oddity, ...] = ()
    association: bool = False
    pace: float = 0.0
    outcome: str = ""


def _clap(story: Story, *oddities: Oddity, association: bool = False, pace: float = 0.0) -> Part:
    return Part(TeamKind.ESP_CLAP, State.UNDER_CONVENTION, story, oddities, association, pace)


def _before(kind: str, state: str, story: Story = Story.NONE) -> Part:
    return Part(kind, state, story)


CLAP, ESP, ESS, INFORMAL = TeamKind.ESP_CLAP, TeamKind.ESP, TeamKind.ESS, TeamKind.INFORMAL
LONG, RECENT = Story.LONG, Story.RECENT

CAST: tuple[Part, ...] = (
    _clap(LONG, association=True, pace=2.2),
    _clap(Story.PRORATED, Oddity.CAP_TEAM, pace=0.5),
    _clap(RECENT, Oddity.CONVENTION),
    _clap(LONG, Oddity.TYPE),
    _clap(LONG, Oddity.STRUCTURE),
    _clap(LONG, Oddity.MEMBER),
    _clap(LONG, Oddity.LIBERAL),
    _clap(LONG, Oddity.SIGNATURE),
    _clap(LONG, Oddity.PLURI),
    _clap(LONG, Oddity.CAP_COUNT, association=True),
    _clap(LONG, Oddity.LATE, Oddity.CANCELLED),
    _before(INFORMAL, State.ACCOMPANIED),
    _clap(RECENT),
    _clap(LONG, pace=3.4),  # the most active ones come near the ceiling in autumn
    _before(ESP, State.RECOGNISED),
    _before(CLAP, State.SUBMITTED),
    _before(CLAP, State.DRAFTING),
    Part(CLAP, State.SUSPENDED, Story.SUSPENDED),
    _clap(Story.RENEWED),
    Part(CLAP, State.RECOGNISED, Story.ENDED, (Oddity.CONVENTION,)),
    Part(CLAP, State.CLOSED, Story.TERMINATED, outcome=Team.Outcome.MSP),
    _before(CLAP, State.REGISTERED),
    _before(CLAP, State.RECOGNISED, Story.SIGNING),
    Part(ESS, State.UNDER_CONVENTION, LONG, association=True),
    _before(CLAP, State.TO_COMPLETE),
    _clap(LONG),
    _clap(Story.AMENDED, association=True),
    _before(CLAP, State.REFUSED),
    _clap(LONG),
    _clap(Story.RESUMED),
    _before(CLAP, State.ACCOMPANIED),
    _clap(RECENT, association=True),
    _clap(LONG),
    Part(CLAP, State.WITHDRAWN, Story.TERMINATED),
    _clap(RECENT),
    _before(CLAP, State.RECOGNISED, Story.ISSUED),
    _clap(LONG, pace=3.0),
    _clap(LONG),
    _before(ESS, State.DRAFTING),
    _clap(RECENT),
    _before(CLAP, State.RECOGNISED, Story.DRAFT),
    _clap(LONG, association=True),
    _clap(LONG),
    Part(INFORMAL, State.CLOSED, outcome=Team.Outcome.DISSOLVED),
    _clap(RECENT),
    _clap(Story.RENEWED, association=True),
    _before(ESP, State.SUBMITTED),
    _clap(LONG),
    _before(CLAP, State.RECOGNISED, Story.ABANDONED),
    _clap(LONG),
)


def part(number: int) -> Part:
    """Return the part of the team with that number, from 0 on."""
    return CAST[number % len(CAST)]
