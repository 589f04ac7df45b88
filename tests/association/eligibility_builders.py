"""Teams that lack nothing, by kind, and the pieces to break them with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from association.eligibility import (
    DEFAULT_LEVELS,
    ConventionFacts,
    Finding,
    MemberFacts,
    RuleLevels,
    SectionFacts,
    StructureFacts,
    TeamFacts,
    findings,
)

TODAY = dt.date(2026, 6, 15)
JOINED = dt.date(2026, 1, 5)
NBSP = "\u00a0"

ANNEX = (
    "people",
    "problem",
    "present_ways",
    "means",
    "goals",
    "shared_patients",
    "scope",
    "territory",
    "calendar",
)


def in_days(count: int) -> dt.date:
    return TODAY + dt.timedelta(count)


def member(name: str = "Claire Moreau", profession: str = "60", **known: Any) -> MemberFacts:
    """A confirmed liberal member with a secure address."""
    return MemberFacts(
        **{"name": name, "profession": profession, "joined_on": JOINED, "mssante": "x@mssante.fr", **known}
    )


def gp(name: str = "Anne Petit", **known: Any) -> MemberFacts:
    return member(name, "10", **{"is_gp": True, **known})


def specialist(name: str = "Paul Girard", **known: Any) -> MemberFacts:
    return member(name, "10", **{"specialty": "Cardiologie", **known})


def sections(*, but: str = "", of_an_ess: bool = False) -> tuple[SectionFacts, ...]:
    """All sections complete, except one."""
    codes = (*ANNEX, "missions_socle", "diagnostic") if of_an_ess else ANNEX
    return tuple(SectionFacts(code=code, title=f"Rubrique {code}", complete=code != but) for code in codes)


def association(**known: Any) -> StructureFacts:
    return StructureFacts(**{"form": "association", "rna": "W442001234", "siret": "73282932000074", **known})


def convention(number: str = "CLAP-2026-044-0001", **known: Any) -> ConventionFacts:
    usual = {"state": "signed", "starts_on": in_days(-300), "ends_on": in_days(430)}
    return ConventionFacts(number=number, **{**usual, **known})


def informal(**changed: Any) -> TeamFacts:
    return replace(TeamFacts(kind="informelle", state="accompanied", on=TODAY, members=(gp(), member())), **changed)


def esp(**changed: Any) -> TeamFacts:
    facts = TeamFacts(
        kind="esp", state="drafting", on=TODAY, members=(gp(), member()), shared_patients=120, sections=sections()
    )
    return replace(facts, **changed)


def clap(**changed: Any) -> TeamFacts:
    facts = TeamFacts(
        kind="esp_clap",
        state="drafting",
        on=TODAY,
        members=(gp(), member()),
        shared_patients=120,
        themes_count=1,
        action_types=("RCP",),
        sections=sections(),
        communes_count=1,
    )
    return replace(facts, **changed)


def ess(**changed: Any) -> TeamFacts:
    facts = TeamFacts(
        kind="ess",
        state="drafting",
        on=TODAY,
        members=(specialist(), specialist("Zoé Roy", specialty="")),
        sections=sections(of_an_ess=True),
        structures=(StructureFacts(form="sisa"),),
        communes_count=3,
        own_price_list=True,
    )
    return replace(facts, **changed)


WHOLE = {"informelle": informal, "esp": esp, "esp_clap": clap, "ess": ess}


def codes(facts: TeamFacts, levels: RuleLevels = DEFAULT_LEVELS) -> list[str]:
    """The codes found, in their order."""
    return [str(finding.code) for finding in findings(facts, levels)]


def only(facts: TeamFacts, levels: RuleLevels = DEFAULT_LEVELS) -> Finding:
    """The one thing that the team lacks."""
    (finding,) = findings(facts, levels)
    return finding
