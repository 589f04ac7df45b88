"""What time changes, the gates, and what a finding says of itself."""

from __future__ import annotations

import ast
import datetime as dt
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from association.eligibility import (
    CONFIGURABLE_RULES,
    DEFAULT_LEVELS,
    LEVEL_LABELS,
    Code,
    Finding,
    Gate,
    Level,
    blocking,
    blocking_for,
    findings,
    typeset,
)
from association.eligibility.finding import REACHED
from association.models import EligibilityLevel, Team, TeamFinding
from association.nomenclature import ActionType, LegalForm, MemberStatus, PracticeMode, Profession, TeamKind
from tests.association.eligibility_builders import (
    NBSP,
    TODAY,
    WHOLE,
    association,
    clap,
    codes,
    convention,
    esp,
    ess,
    gp,
    in_days,
    member,
    only,
    specialist,
)

RECOGNISED = {"state": "under_convention", "recognised_on": in_days(-400)}


# --- conventions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "told"), [(-1, False), (0, True), (90, True), (91, False)])
def test_convention_in_force_that_ends_is_told_90_days_before(days: int, told: bool) -> None:
    found = findings(clap(**RECOGNISED, conventions=(convention(ends_on=in_days(days)),)))
    assert [(f.code, f.level, f.gate, f.subject) for f in found] == (
        [("CONVENTION_ENDS", Level.WARNING, Gate.WATCH, "CLAP-2026-044-0001")] if told else []
    )


def test_convention_that_ends_sentence_gives_the_end_and_the_day_of_the_renewal() -> None:
    facts = clap(**RECOGNISED, conventions=(convention(ends_on=dt.date(2026, 8, 31)),))
    assert only(facts).sentence == (
        "La convention CLAP-2026-044-0001 prend fin le 31/08/2026, et aucune convention signée ne la suit. "
        "Préparez le renouvellement, pour qu’il prenne effet le 01/09/2026 au plus tard."
    )


def test_convention_whose_renewal_waits_for_signatures_sentence_names_it() -> None:
    renewal = convention("CLAP-2026-044-0009", state="signing", starts_on=in_days(31), ends_on=in_days(700))
    facts = clap(**RECOGNISED, conventions=(convention(ends_on=in_days(30)), renewal))
    assert "Faites signer CLAP-2026-044-0009, pour qu’elle prenne effet le 16/07/2026" in only(facts).sentence


@pytest.mark.parametrize("state", ["draft", "issued", "signing", "ended", "terminated", "abandoned"])
def test_convention_that_is_not_live_is_not_watched(state: str) -> None:
    assert codes(clap(**RECOGNISED, conventions=(convention(state=state, ends_on=in_days(30)),))) == []


@pytest.mark.parametrize(("starts", "told"), [(10, False), (31, False), (32, True)])
def test_convention_followed_by_a_signed_one_without_a_hole_does_not_end(starts: int, told: bool) -> None:
    following = convention("CLAP-2026-044-0009", starts_on=in_days(starts), ends_on=in_days(700))
    facts = clap(**RECOGNISED, conventions=(following, convention(ends_on=in_days(30))))
    assert codes(facts) == (["CONVENTION_ENDS"] if told else [])


def test_convention_within_a_longer_one_hides_nothing_of_it() -> None:
    within = convention("CLAP-2026-044-0009", starts_on=in_days(10), ends_on=in_days(30))
    assert codes(clap(**RECOGNISED, conventions=(convention(), within))) == []


def test_convention_suspended_that_ends_is_told() -> None:
    assert codes(clap(**RECOGNISED, conventions=(convention(state="suspended", ends_on=in_days(30)),))) == [
        "CONVENTION_ENDS"
    ]


@pytest.mark.parametrize(
    ("recognised", "withdrawn", "told"),
    [
        (in_days(0), None, False),
        (in_days(1), None, True),
        (None, None, True),
        (in_days(-400), in_days(0), True),
        (in_days(-400), in_days(1), False),
    ],
)
def test_convention_in_force_without_recognition_is_told(recognised: Any, withdrawn: Any, told: bool) -> None:
    facts = clap(
        state="under_convention",
        recognised_on=recognised,
        recognition_withdrawn_on=withdrawn,
        conventions=(convention(),),
    )
    assert codes(facts) == (["RECOGNITION"] if told else [])


def test_recognition_missing_without_convention_is_not_told() -> None:
    assert codes(clap(recognised_on=None)) == []


# --- people who are expected --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined", "told"),
    [
        (dt.date(2025, 12, 15), True),
        (dt.date(2025, 12, 16), False),
        (dt.date(2024, 1, 1), True),
    ],
)
@pytest.mark.parametrize("kind", list(WHOLE))
def test_member_expected_for_six_months_is_told(kind: str, joined: dt.date, told: bool) -> None:
    whole = WHOLE[kind]()
    waiting = member("Luc Noir", status="pressenti", joined_on=joined)
    found = findings(WHOLE[kind](members=(*whole.members, waiting)))
    assert [(f.code, f.level, f.subject) for f in found] == (
        [("EXPECTED_TOO_LONG", Level.WARNING, "Luc Noir")] if told else []
    )


@pytest.mark.parametrize(("on", "told"), [(dt.date(2026, 2, 27), False), (dt.date(2026, 2, 28), True)])
def test_member_expected_since_a_31st_counts_months_to_the_last_day(on: dt.date, told: bool) -> None:
    waiting = member("Luc Noir", status="pressenti", joined_on=dt.date(2025, 8, 31))
    assert codes(esp(on=on, members=(gp(), member(), waiting))) == (["EXPECTED_TOO_LONG"] if told else [])


def test_member_expected_who_left_is_not_told() -> None:
    gone = member("Luc Noir", status="pressenti", joined_on=in_days(-400), left_on=in_days(-1))
    assert codes(esp(members=(gp(), member(), gone))) == []


# --- gates and levels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("drafting", Level.WARNING),
        ("submitted", Level.WARNING),
        ("to_complete", Level.WARNING),
        ("recognised", Level.BLOCKING),
        ("under_convention", Level.BLOCKING),
        ("suspended", Level.BLOCKING),
    ],
)
def test_what_blocks_the_convention_only_warns_before_the_recognition(state: str, level: Level) -> None:
    finding = only(clap(state=state, action_types=("PREVENTION",)))
    assert (finding.level, finding.severity) == (level, Level.BLOCKING)


@pytest.mark.parametrize("state", sorted(set(Team.State.values) - {"closed"}))
def test_what_blocks_the_submission_blocks_in_every_state(state: str) -> None:
    found = findings(clap(state=state, members=(gp(),)), {("esp_clap", "PARAMEDICAL"): Level.OFF})
    assert blocking(found) == found
    for gate in (Gate.SUBMISSION, Gate.CONVENTION, Gate.PAYMENT):
        assert blocking_for(found, gate) == found
    assert blocking_for(found, Gate.WATCH) == ()


def test_closed_team_lacks_nothing() -> None:
    assert findings(clap(state="closed", members=(), sections=())) == ()


def test_findings_list_what_blocks_first() -> None:
    facts = clap(
        members=(gp("Zoé", mssante=""), gp("anne", mssante=""), gp("Éva", status="pressenti", joined_on=in_days(-400))),
        action_types=("PREVENTION",),
        themes_count=0,
    )
    found = findings(facts)
    assert [(f.code, f.subject) for f in found] == [
        ("MSSANTE", "anne"),
        ("MSSANTE", "Zoé"),
        ("NO_THEME", ""),
        ("PARAMEDICAL", ""),
        ("ASSOCIATION_NEEDED", ""),
        ("EXPECTED_TOO_LONG", "Éva"),
    ]


def test_finding_of_another_floor_joins_the_list_and_watches() -> None:
    other = Finding(code="DOUBLE_FUNDING", level=Level.WARNING, sentence="…", source="…")
    ours = findings(esp(members=(gp(),)))
    assert sorted([other, *ours], key=lambda finding: finding.rank)[-1] is other
    assert other.blocks_from is None


@pytest.mark.parametrize("broken", [{"kind": "msp"}, {"state": "lost"}])
def test_unknown_kind_or_state_raises(broken: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        findings(clap(**broken))


# --- what a finding says of itself -----------------------------------------------------------------------------------


def every_finding() -> list[Finding]:
    """At least one finding of each code."""
    teams = [
        clap(
            members=(
                specialist("Luc Noir", mssante="", mode="salarie"),
                member("Zoé Roy", "21", status="pressenti", joined_on=in_days(-400)),
            ),
            shared_patients=None,
            themes_count=0,
            action_types=(),
            sections=(),
        ),
        clap(action_types=("PREVENTION", "ETP"), conventions=(convention(ends_on=in_days(10)),)),
        clap(structures=(association(ends_on=in_days(10)),)),
        ess(members=(gp(),), sections=(), structures=(), communes_count=0, own_price_list=False),
    ]
    return [finding for facts in teams for finding in findings(facts)]


def test_every_code_can_be_found() -> None:
    assert {finding.code for finding in every_finding()} == set(Code)


@pytest.mark.parametrize("finding", every_finding(), ids=lambda finding: finding.code)
def test_every_sentence_is_well_formed_french(finding: Finding) -> None:
    assert finding.sentence.endswith(".")
    assert finding.sentence[0].isupper()
    assert not re.search(r"(?<!\u00a0)[:;?!»]|« |'|  ", finding.sentence)
    assert finding.source
    assert len(finding.source) <= 200
    assert len(finding.code) <= 40


def test_typeset_name_with_markup_is_left_as_it_is() -> None:
    assert typeset("<b>Luc</b> : « a » ; b ?") == f"<b>Luc</b>{NBSP}: «{NBSP}a{NBSP}»{NBSP}; b{NBSP}?"


def test_settings_offer_exactly_the_rules_that_have_a_default() -> None:
    offered = {(kind, rule.code) for rule in CONFIGURABLE_RULES for kind in rule.kinds}
    assert offered == set(DEFAULT_LEVELS)
    assert set(LEVEL_LABELS) == set(Level)
    assert all(rule.label and rule.explanation.endswith(".") for rule in CONFIGURABLE_RULES)


def test_rows_hold_every_code_and_level() -> None:
    lengths = {
        (model, name): model._meta.get_field(name).max_length
        for model, name in [(TeamFinding, "code"), (TeamFinding, "level"), (EligibilityLevel, "rule")]
    }
    assert max(map(len, Code)) <= lengths[TeamFinding, "code"]
    assert max(map(len, Code)) <= lengths[EligibilityLevel, "rule"]
    assert max(map(len, Level)) <= lengths[TeamFinding, "level"]


# --- the words of the rest of the house -------------------------------------------------------------------------------


def test_codes_are_those_of_the_nomenclature_and_of_the_machines() -> None:
    from association.eligibility import facts as known
    from association.eligibility.composition import FIRST_RECOURSE, PARAMEDICALS
    from association.eligibility.watch import IN_PREPARATION
    from conventions.models import Convention

    assert set(known.KINDS) == set(TeamKind.values)
    assert set(REACHED) == set(Team.State.values)
    assert {known.CONFIRMED, known.EXPECTED} == set(MemberStatus.values)
    assert known.SALARIED == PracticeMode.SALARIED
    assert {known.ASSOCIATION, known.NO_STRUCTURE} < set(LegalForm.values)
    assert {known.DOCTOR} | FIRST_RECOURSE == set(Profession.values)
    assert PARAMEDICALS < FIRST_RECOURSE
    assert {"PROJET", "ETP", "PREVENTION"} < set(ActionType.values)
    assert known.LIVE | set(IN_PREPARATION) < set(Convention.State.values)


def test_rules_are_pure() -> None:
    for path in (Path(settings.BASE_DIR) / "association" / "eligibility").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                ours = name.startswith("association.eligibility")
                assert ours or name.split(".")[0] in sys.stdlib_module_names, (path.name, name)


def test_documentation_names_every_code_in_its_table() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "eligibility.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == set(Code)


def test_today_is_given_never_read() -> None:
    assert codes(clap(on=TODAY + dt.timedelta(20_000))) == []
