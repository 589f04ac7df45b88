"""What holds of the rules for every team that one can be given (docs/eligibility.md)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from association.eligibility import Code, Gate, Level, MemberFacts, StructureFacts, TeamFacts, blocking_for, findings
from association.eligibility.finding import REACHED
from tests.association.eligibility_builders import TODAY, WHOLE, convention, gp, in_days, member, sections, specialist

COMPOSITION = frozenset(
    {
        Code.TOO_FEW_MEMBERS,
        Code.NO_GP,
        Code.TOO_FEW_SPECIALISTS,
        Code.GP_IN_ESS,
        Code.NO_SPECIALTY,
        Code.PROFESSION_NOT_LISTED,
        Code.PARAMEDICAL,
        Code.MSSANTE,
        Code.SALARIED_WITHOUT_COMPANY,
    }
)
KINDS = ["informelle", "esp", "esp_clap", "ess"]
FIRST_RECOURSE = ["21", "40", "50", "60", "70", "80", "91", "92", "94", "95", "96"]

bounded = settings(max_examples=150, deadline=None)
days = st.integers(-400, 400).map(in_days)
some_day = st.none() | days


@st.composite
def members(draw: Any) -> MemberFacts:
    joined = draw(days)
    profession = draw(st.sampled_from(["10", *FIRST_RECOURSE, "26"]))
    return MemberFacts(
        name=draw(st.sampled_from(["Anne Petit", "Luc Noir", "Éva Roy", "zoé roy"])),
        profession=profession,
        joined_on=joined,
        left_on=draw(st.none() | st.integers(0, 300).map(lambda n: joined + dt.timedelta(n))),
        status=draw(st.sampled_from(["confirme", "confirme", "pressenti"])),
        mode=draw(st.sampled_from(["liberal", "salarie", "mixte"])),
        is_gp=profession == "10" and draw(st.booleans()),
        is_biologist=profession in ("10", "21") and draw(st.booleans()),
        specialty=draw(st.sampled_from(["", "Cardiologie"])),
        mssante=draw(st.sampled_from(["", "x@mssante.fr"])),
        has_company=draw(st.booleans()),
        person=draw(st.none() | st.integers(1, 3)),
    )


@st.composite
def structures(draw: Any) -> StructureFacts:
    return StructureFacts(
        form=draw(st.sampled_from(["aucune", "association", "sisa"])),
        rna=draw(st.sampled_from(["", "W442001234"])),
        siret=draw(st.sampled_from(["", "73282932000074"])),
        starts_on=draw(some_day),
        ends_on=draw(some_day),
    )


conventions = st.builds(
    convention,
    st.sampled_from(["A", "B", "C"]),
    state=st.sampled_from(["draft", "issued", "signing", "signed", "suspended", "ended", "terminated", "abandoned"]),
    starts_on=days,
    ends_on=days,
)

teams = st.builds(
    TeamFacts,
    kind=st.sampled_from(KINDS),
    state=st.sampled_from(sorted(REACHED)),
    on=st.just(TODAY),
    members=st.lists(members(), max_size=6).map(tuple),
    shared_patients=st.none() | st.integers(0, 3),
    themes_count=st.integers(0, 2),
    action_types=st.lists(st.sampled_from(["RCP", "ETP", "PREVENTION", "PROJET"]), unique=True).map(tuple),
    sections=st.sampled_from([(), sections(), sections(but="people"), sections(of_an_ess=True)]),
    structures=st.lists(structures(), max_size=4).map(tuple),
    conventions=st.lists(conventions, max_size=4).map(tuple),
    communes_count=st.integers(0, 2),
    own_price_list=st.booleans(),
    recognised_on=some_day,
    recognition_withdrawn_on=some_day,
)
levels = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(sorted(Code))), st.sampled_from(list(Level)), max_size=8
)


def eligible(kind: str, profession: str) -> MemberFacts:
    """Somebody whom a team of that kind may welcome, and nobody else yet."""
    if kind == "ess":
        return specialist("Nouvelle Venue", person="new")
    return (
        gp("Nouvelle Venue", person="new") if profession == "10" else member("Nouvelle Venue", profession, person="new")
    )


@bounded
@given(teams, st.sampled_from(["10", *FIRST_RECOURSE]), levels)
def test_adding_an_eligible_confirmed_member_never_adds_a_composition_finding(
    facts: TeamFacts, profession: str, chosen: Any
) -> None:
    larger = replace(facts, members=(*facts.members, eligible(facts.kind, profession)))
    before, after = (
        Counter(found.code for found in findings(one, chosen) if found.code in COMPOSITION) for one in (facts, larger)
    )
    assert after <= before


@bounded
@given(teams, st.randoms(use_true_random=False), levels)
def test_the_order_of_the_facts_changes_nothing(facts: TeamFacts, chance: Any, chosen: Any) -> None:
    shuffled = {
        name: tuple(chance.sample(getattr(facts, name), len(getattr(facts, name))))
        for name in ("members", "structures", "conventions", "action_types")
    }
    assert findings(replace(facts, **shuffled), chosen) == findings(facts, chosen) == findings(facts, chosen)


@bounded
@given(teams, levels)
def test_nothing_blocks_an_informal_team(facts: TeamFacts, chosen: Any) -> None:
    found = findings(replace(facts, kind="informelle"), chosen)
    assert {one.level for one in found} <= {Level.WARNING}
    assert blocking_for(found, Gate.PAYMENT) == ()


@bounded
@given(teams, levels)
def test_what_blocks_a_gate_blocks_the_later_ones_and_no_finding_is_off(facts: TeamFacts, chosen: Any) -> None:
    found = findings(facts, chosen)
    closed = [set(blocking_for(found, gate)) for gate in (Gate.SUBMISSION, Gate.CONVENTION, Gate.PAYMENT)]
    assert closed[0] <= closed[1] <= closed[2]
    assert all(one.level is not Level.OFF for one in found)
    assert {one for one in found if one.level is Level.BLOCKING} <= closed[2]
    assert [one.level is Level.BLOCKING for one in found] == sorted(
        (one.level is Level.BLOCKING for one in found), reverse=True
    )


@bounded
@given(st.sampled_from(KINDS), st.sampled_from(sorted(REACHED)))
def test_a_team_that_has_everything_lacks_nothing_in_any_state(kind: str, state: str) -> None:
    assert findings(WHOLE[kind](state=state)) == ()
