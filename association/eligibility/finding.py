"""What comes out: findings, what they prevent, and how they weigh on the day."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from association.eligibility.facts import INFORMAL, TeamFacts


class Level(StrEnum):
    """How much a finding weighs."""

    OFF = "off"
    WARNING = "warning"
    BLOCKING = "blocking"


class Gate(IntEnum):
    """What a finding is about, in the order in which a team passes; nothing of `WATCH` ever blocks."""

    SUBMISSION = 1
    CONVENTION = 2
    PAYMENT = 3
    WATCH = 4


class Code(StrEnum):
    """Every finding, in the order in which a dossier lists them. Stable: rows and settings keep them."""

    TOO_FEW_MEMBERS = "TOO_FEW_MEMBERS"
    NO_GP = "NO_GP"
    TOO_FEW_SPECIALISTS = "TOO_FEW_SPECIALISTS"
    GP_IN_ESS = "GP_IN_ESS"
    NO_SPECIALTY = "NO_SPECIALTY"
    PROFESSION_NOT_LISTED = "PROFESSION_NOT_LISTED"
    PARAMEDICAL = "PARAMEDICAL"
    MSSANTE = "MSSANTE"
    SALARIED_WITHOUT_COMPANY = "SALARIED_WITHOUT_COMPANY"
    NO_SHARED_PATIENTS = "NO_SHARED_PATIENTS"
    PROJECT_INCOMPLETE = "PROJECT_INCOMPLETE"
    CORE_MISSIONS = "CORE_MISSIONS"
    TERRITORIAL_DIAGNOSIS = "TERRITORIAL_DIAGNOSIS"
    NO_TERRITORY = "NO_TERRITORY"
    NO_THEME = "NO_THEME"
    NO_ACTION_TYPE = "NO_ACTION_TYPE"
    ETP_PROGRAMME = "ETP_PROGRAMME"
    NO_STRUCTURE = "NO_STRUCTURE"
    ASSOCIATION_NEEDED = "ASSOCIATION_NEEDED"
    STRUCTURE_ENDS = "STRUCTURE_ENDS"
    NO_PRICE_LIST = "NO_PRICE_LIST"
    RECOGNITION = "RECOGNITION"
    CONVENTION_ENDS = "CONVENTION_ENDS"
    EXPECTED_TOO_LONG = "EXPECTED_TOO_LONG"


ORDER: dict[str, int] = {code: place for place, code in enumerate(Code)}

# The gate that a team in that state is at: what blocks there, or earlier, blocks today.
REACHED = {
    "registered": Gate.SUBMISSION,
    "accompanied": Gate.SUBMISSION,
    "drafting": Gate.SUBMISSION,
    "submitted": Gate.SUBMISSION,
    "to_complete": Gate.SUBMISSION,
    "refused": Gate.SUBMISSION,
    "withdrawn": Gate.SUBMISSION,
    "recognised": Gate.CONVENTION,
    "under_convention": Gate.PAYMENT,
    "suspended": Gate.PAYMENT,
    "closed": Gate.PAYMENT,
}
RECOGNISED = frozenset({"recognised", "under_convention", "suspended"})


@dataclass(frozen=True, slots=True)
class Lack:
    """What a rule found, before it is weighed. ``settled_by_ars``: judged by the ARS when it recognises the team."""

    code: Code
    sentence: str
    source: str
    gate: Gate = Gate.SUBMISSION
    level: Level = Level.BLOCKING
    subject: str = ""
    settled_by_ars: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the team lacks: a French sentence that says what is wrong and what to do, and where it comes from.

    ``level`` is what it weighs today: what blocks only later is a warning until the team is there.
    ``severity`` is what it weighs at its ``gate`` (None: the same). ``subject``: the person or thing concerned, if one
    is. ``code`` is a `Code`; other floors add findings with codes of their own.
    """

    code: str
    level: Level
    sentence: str
    source: str
    subject: str = ""
    gate: Gate = Gate.WATCH
    severity: Level | None = None

    @property
    def blocks_from(self) -> Gate | None:
        """The first gate that it closes; None: it never blocks."""
        blocks = (self.severity or self.level) is Level.BLOCKING
        return self.gate if blocks and self.gate is not Gate.WATCH else None

    @property
    def rank(self) -> tuple[object, ...]:
        """Where it stands in a list: what blocks first, then by code, then by subject."""
        return (
            self.level is not Level.BLOCKING,
            ORDER.get(self.code, len(ORDER)),
            self.code,
            self.subject.casefold(),
            self.subject,
            self.sentence,
        )


def weigh(lack: Lack, facts: TeamFacts, level: Level) -> Finding | None:
    """Return the finding with its levels, or nothing where the rule is off.

    Nothing blocks an informal team. What the ARS accepted with the project warns, and no longer blocks: a team that was
    recognised elsewhere, and taken over without its project, keeps its conventions.
    """
    if level is Level.OFF:
        return None
    settled = lack.settled_by_ars and facts.state in RECOGNISED
    never = facts.kind == INFORMAL or lack.gate is Gate.WATCH or settled
    severity = Level.WARNING if never else level
    today = severity if lack.gate <= REACHED[facts.state] else Level.WARNING
    return Finding(
        code=lack.code,
        level=today,
        sentence=typeset(lack.sentence),
        source=lack.source,
        gate=lack.gate,
        severity=severity,
        subject=lack.subject,
    )


def typeset(sentence: str) -> str:
    """Put the non-breaking spaces of French typography around : ; ? ! and inside guillemets."""
    return re.sub(r"(?<=«) | (?=[:;?!»])", "\u00a0", sentence)
