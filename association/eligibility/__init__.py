"""What a team lacks: facts in, findings out (docs/eligibility.md).

Pure: no database, no clock, no Django. The dossier, the inbox, and the gates before the ARS and before a convention
all call `findings`.

Read in this order: `facts` (what is known), `finding` (what comes out), `levels` (what the association may choose),
then the rules: `composition` (people), `project`, `carrying` (structures), `watch` (what time changes).
"""

from collections.abc import Callable, Iterable, Iterator

from association.eligibility.carrying import CARRYING
from association.eligibility.composition import COMPOSITION
from association.eligibility.facts import (
    KINDS,
    NOTICE,
    ConventionFacts,
    EtpProgrammeFacts,
    MemberFacts,
    SectionFacts,
    StructureFacts,
    TeamFacts,
)
from association.eligibility.finding import REACHED, Code, Finding, Gate, Lack, Level, typeset, weigh
from association.eligibility.levels import (
    CONFIGURABLE_RULES,
    DEFAULT_LEVELS,
    LEVEL_LABELS,
    ConfigurableRule,
    RuleLevels,
    level_of,
)
from association.eligibility.project import PROJECT
from association.eligibility.watch import WATCH

RULES: tuple[Callable[[TeamFacts], Iterator[Lack]], ...] = (*COMPOSITION, *PROJECT, *CARRYING, *WATCH)


def findings(facts: TeamFacts, levels: RuleLevels = DEFAULT_LEVELS) -> tuple[Finding, ...]:
    """Return what the team lacks on ``facts.on``, what blocks today first, then in the order of the codes.

    ``levels``: what the association chose, over `DEFAULT_LEVELS`; what `CONFIGURABLE_RULES` does not offer is ignored.
    The order of members, structures and conventions in the facts changes nothing. A closed team lacks nothing.

    Raises:
        KeyError: for a kind or a state that does not exist.
    """
    if facts.kind not in KINDS or facts.state not in REACHED:
        raise KeyError((facts.kind, facts.state))
    if facts.state == "closed":
        return ()
    lacks = (lack for rule in RULES for lack in rule(facts))
    found = (weigh(lack, facts, level_of(facts.kind, lack.code, levels, otherwise=lack.level)) for lack in lacks)
    return tuple(sorted((finding for finding in found if finding is not None), key=lambda finding: finding.rank))


def blocking(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that block today, in their order."""
    return tuple(finding for finding in found if finding.level is Level.BLOCKING)


def blocking_for(found: Iterable[Finding], gate: Gate) -> tuple[Finding, ...]:
    """Return what keeps the team from passing a gate, in their order: what blocks from that gate or an earlier one on.

    Whatever the team's state: what shows as a warning today is among them when it blocks at that gate. Nothing is
    asked to be watched (`Gate.WATCH`).
    """
    if gate is Gate.WATCH:
        return ()
    return tuple(finding for finding in found if finding.blocks_from is not None and finding.blocks_from <= gate)


__all__ = [
    "CONFIGURABLE_RULES",
    "DEFAULT_LEVELS",
    "LEVEL_LABELS",
    "NOTICE",
    "Code",
    "ConfigurableRule",
    "ConventionFacts",
    "EtpProgrammeFacts",
    "Finding",
    "Gate",
    "Level",
    "MemberFacts",
    "RuleLevels",
    "SectionFacts",
    "StructureFacts",
    "TeamFacts",
    "blocking",
    "blocking_for",
    "findings",
    "typeset",
]
