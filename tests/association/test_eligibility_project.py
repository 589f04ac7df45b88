"""What the project has to say, and what carries the team, on both sides of each limit (docs/eligibility.md)."""

from __future__ import annotations

from typing import Any

import pytest

from association.eligibility import (
    EtpProgrammeFacts,
    Gate,
    Level,
    SectionFacts,
    StructureFacts,
    blocking_for,
    findings,
)
from tests.association.eligibility_builders import (
    NBSP,
    TODAY,
    association,
    clap,
    codes,
    esp,
    ess,
    in_days,
    informal,
    member,
    only,
    sections,
    specialist,
)

PRIMARY_CARE = pytest.mark.parametrize("team", [esp, clap])
DOCTORS_OF_AN_ESS = (specialist(), specialist("Zoé Roy"))


# --- the health project -------------------------------------------------------------------------------------


@PRIMARY_CARE
@pytest.mark.parametrize(("number", "lacking"), [(None, True), (0, True), (1, False)])
def test_patients_in_common_are_counted(team: Any, number: int | None, lacking: bool) -> None:
    assert codes(team(shared_patients=number)) == (["NO_SHARED_PATIENTS"] if lacking else [])


@PRIMARY_CARE
@pytest.mark.parametrize("section", [one.code for one in sections()])
def test_project_with_one_open_question_blocks_and_names_it(team: Any, section: str) -> None:
    finding = only(team(sections=sections(but=section)))
    assert (finding.code, finding.level) == ("PROJECT_INCOMPLETE", Level.BLOCKING)
    assert f"«{NBSP}Rubrique {section}{NBSP}»" in finding.sentence


@PRIMARY_CARE
def test_project_absent_or_cut_short_blocks(team: Any) -> None:
    assert "n’est pas commencé" in only(team(sections=())).sentence
    assert "ne répond pas aux neuf questions" in only(team(sections=sections()[:8])).sentence


@PRIMARY_CARE
def test_project_sections_of_an_ess_are_not_asked_of_others(team: Any) -> None:
    assert codes(team(sections=(*sections(), SectionFacts("missions_socle", "Missions", complete=False)))) == []


@pytest.mark.parametrize(
    ("section", "code"), [("missions_socle", "CORE_MISSIONS"), ("diagnostic", "TERRITORIAL_DIAGNOSIS")]
)
def test_ess_own_section_open_or_absent_blocks(section: str, code: str) -> None:
    without = tuple(one for one in sections(of_an_ess=True) if one.code != section)
    for given in (sections(but=section, of_an_ess=True), without):
        finding = only(ess(sections=given))
        assert (finding.code, finding.level) == (code, Level.BLOCKING)


def test_ess_other_question_open_only_warns() -> None:
    finding = only(ess(sections=sections(but="shared_patients", of_an_ess=True)))
    assert (finding.code, finding.level, finding.blocks_from) == ("PROJECT_INCOMPLETE", Level.WARNING, None)


@pytest.mark.parametrize(("count", "expected"), [(0, ["NO_TERRITORY"]), (1, [])])
def test_ess_territory_has_a_commune(count: int, expected: list[str]) -> None:
    assert codes(ess(communes_count=count)) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, ["NO_THEME"]), (1, [])])
def test_esp_clap_has_a_theme(count: int, expected: list[str]) -> None:
    assert codes(clap(themes_count=count)) == expected
    assert codes(esp(themes_count=count)) == []


@pytest.mark.parametrize(
    ("types", "expected"),
    [((), ["NO_ACTION_TYPE"]), (("PROJET",), ["NO_ACTION_TYPE"]), (("PROJET", "PPS"), []), (("RCPP",), [])],
)
def test_esp_clap_plans_an_action_beyond_writing_its_project(types: tuple[str, ...], expected: list[str]) -> None:
    assert codes(clap(action_types=types)) == expected


@pytest.mark.parametrize("state", ["recognised", "under_convention", "suspended"])
def test_project_gap_of_a_recognised_team_warns_and_blocks_nothing(state: str) -> None:
    facts = clap(state=state, sections=(), themes_count=0, action_types=(), shared_patients=None)
    found = findings(facts)
    assert {f.level for f in found} == {Level.WARNING}
    assert len(found) == 4
    assert blocking_for(found, Gate.PAYMENT) == ()


# --- what carries the team ------------------------------------------------------------------------------------


@pytest.mark.parametrize("planned", ["PREVENTION", "ETP"])
@pytest.mark.parametrize(
    ("structures", "says"),
    [
        ((), "aucune ne la porte"),
        ((StructureFacts(form="sisa", rna="W442001234", siret="73282932000074"),), "aucune ne la porte"),
        ((association(rna=""),), "le numéro RNA de la sienne manque"),
        ((association(siret=" "),), "le numéro SIRET de la sienne manque"),
        ((association(rna="", siret=""),), "le numéro RNA et le numéro SIRET de la sienne manquent"),
        ((association(ends_on=in_days(-1)),), "la sienne a pris fin le 14/06/2026"),
        ((association(starts_on=in_days(1)),), "aucune ne la porte"),
        ((association(starts_on=TODAY),), None),
        ((association(starts_on=TODAY, ends_on=in_days(400)),), None),
        ((association(rna=""), association()), None),
    ],
)
def test_esp_clap_prevention_asks_for_a_registered_association_before_the_convention(
    planned: str, structures: Any, says: str | None
) -> None:
    programmes = (EtpProgrammeFacts("ETP-1", in_days(-1)),)
    found = findings(clap(action_types=(planned,), structures=structures, programmes=programmes))
    if says is None:
        assert found == ()
        return
    (finding,) = found
    assert (finding.code, finding.level, finding.blocks_from) == ("ASSOCIATION_NEEDED", Level.WARNING, Gate.CONVENTION)
    assert says in finding.sentence
    assert (blocking_for(found, Gate.SUBMISSION), blocking_for(found, Gate.CONVENTION)) == ((), found)


def test_esp_clap_with_two_incomplete_associations_says_the_same_in_any_order() -> None:
    pair = (association(rna=""), association(siret=""))
    one, other = (only(clap(action_types=("PREVENTION",), structures=given)) for given in (pair, pair[::-1]))
    assert one == other


def test_esp_clap_without_prevention_needs_no_association() -> None:
    assert codes(clap(action_types=("RCP", "PPS"), structures=())) == []


@pytest.mark.parametrize("planned", [("RCP",), ("RCP", "PREVENTION")])
@pytest.mark.parametrize(("days", "told"), [(0, True), (90, True), (91, False)])
def test_association_status_that_ends_is_told_90_days_before(planned: Any, days: int, told: bool) -> None:
    found = findings(clap(action_types=planned, structures=(association(ends_on=in_days(days)),)))
    assert [(f.code, f.level, f.gate) for f in found] == (
        [("STRUCTURE_ENDS", Level.WARNING, Gate.WATCH)] if told else []
    )
    assert all(f"{in_days(days):%d/%m/%Y}" in f.sentence for f in found)


@PRIMARY_CARE
@pytest.mark.parametrize(("days", "told"), [(-1, True), (-90, True), (-91, False)])
def test_association_status_that_ended_lately_and_is_not_needed_is_told_once(team: Any, days: int, told: bool) -> None:
    facts = team(structures=(association(ends_on=in_days(days)),))
    assert codes(facts) == (["STRUCTURE_ENDS"] if told else [])


def test_association_status_ended_of_an_esp_that_plans_prevention_is_told() -> None:
    facts = esp(action_types=("PREVENTION",), structures=(association(ends_on=in_days(-1)),))
    assert codes(facts) == ["STRUCTURE_ENDS"]


@pytest.mark.parametrize(
    ("follower", "told"),
    [
        (association(starts_on=in_days(31)), False),
        (association(starts_on=in_days(10)), False),
        (association(starts_on=in_days(32)), True),
        (association(starts_on=in_days(31), ends_on=in_days(90)), True),
        (association(starts_on=in_days(31), rna=""), True),
        (StructureFacts(form="sisa"), True),
    ],
)
def test_association_status_followed_without_a_hole_by_its_like_does_not_end(follower: Any, told: bool) -> None:
    facts = clap(action_types=("PREVENTION",), structures=(association(ends_on=in_days(30)), follower))
    assert codes(facts) == (["STRUCTURE_ENDS"] if told else [])


@pytest.mark.parametrize(
    ("structures", "expected"),
    [
        ((), ["NO_STRUCTURE"]),
        ((StructureFacts(form="aucune"),), ["NO_STRUCTURE"]),
        ((StructureFacts(form="association"),), []),
        ((StructureFacts(form="sisa", ends_on=in_days(-1)),), ["NO_STRUCTURE"]),
        ((StructureFacts(form="sisa", starts_on=in_days(1)),), ["NO_STRUCTURE"]),
        ((StructureFacts(form="sisa", ends_on=in_days(90)),), ["STRUCTURE_ENDS"]),
        ((StructureFacts(form="sisa", ends_on=in_days(91)),), []),
        ((StructureFacts(form="sisa", ends_on=in_days(5)), association(starts_on=in_days(6))), []),
    ],
)
def test_ess_is_carried_by_a_structure_of_any_form(structures: Any, expected: list[str]) -> None:
    assert codes(ess(structures=structures)) == expected


def test_ess_structure_ended_sentence_says_when() -> None:
    facts = ess(structures=(StructureFacts(form="sisa", ends_on=in_days(-1)),))
    assert "n’a plus de structure porteuse depuis le 14/06/2026" in only(facts).sentence


def test_ess_without_prices_of_its_own_is_warned_that_nothing_is_paid() -> None:
    finding = only(ess(own_price_list=False, state="under_convention"))
    assert (finding.code, finding.level, finding.gate) == ("NO_PRICE_LIST", Level.WARNING, Gate.PAYMENT)
    assert finding.blocks_from is None


# --- an informal team -------------------------------------------------------------------------------------------


def test_informal_team_that_lacks_everything_is_blocked_by_nothing() -> None:
    found = findings(informal(members=(), sections=(), structures=()))
    assert found == ()
    alone = informal(members=(member(mssante="", status="pressenti", joined_on=in_days(-400)),))
    assert {f.level for f in findings(alone)} == {Level.WARNING}
