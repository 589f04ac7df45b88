"""Who has to be in a team of each kind, and the settings, on both sides of each limit (docs/eligibility.md)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from association.eligibility import (
    EtpProgrammeFacts,
    Gate,
    Level,
    blocking_for,
    findings,
)
from tests.association.eligibility_builders import (
    NBSP,
    TODAY,
    WHOLE,
    association,
    clap,
    codes,
    esp,
    ess,
    gp,
    in_days,
    informal,
    member,
    only,
    specialist,
)

PRIMARY_CARE = pytest.mark.parametrize("team", [esp, clap])
DOCTORS_OF_AN_ESS = (specialist(), specialist("Zoé Roy"))


@pytest.mark.parametrize("kind", list(WHOLE))
def test_team_that_has_everything_lacks_nothing(kind: str) -> None:
    assert findings(WHOLE[kind]()) == ()


# --- people -------------------------------------------------------------------------------------------------


@PRIMARY_CARE
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), ["TOO_FEW_MEMBERS", "NO_GP"]),
        ((gp(),), ["TOO_FEW_MEMBERS"]),
        ((gp(), gp("Luc Noir")), []),
        ((member(), member("Luc Noir", "70")), ["NO_GP"]),
        ((gp(), member(status="pressenti")), ["TOO_FEW_MEMBERS"]),
        ((gp(status="pressenti"), member(), member("Luc Noir", "70")), ["NO_GP"]),
        ((gp(), member(joined_on=TODAY)), []),
        ((gp(), member(joined_on=in_days(1))), ["TOO_FEW_MEMBERS"]),
        ((gp(), member(left_on=TODAY)), []),
        ((gp(), member(left_on=in_days(-1))), ["TOO_FEW_MEMBERS"]),
        ((gp(left_on=TODAY), member()), []),
    ],
)
def test_composition_two_members_with_a_gp_are_needed(team: Any, members: tuple[Any, ...], expected: list[str]) -> None:
    facts = team(members=members)
    assert [code for code in codes(facts) if code != "PARAMEDICAL"] == expected
    assert all(found.level is Level.BLOCKING for found in findings(facts) if found.code in expected)


def test_composition_one_member_sentence_names_who_is_there_and_says_what_to_do() -> None:
    assert only(esp(members=(gp(),))).sentence == (
        f"L’équipe n’a qu’un membre confirmé (Anne Petit){NBSP}: il en faut au moins deux, dont un médecin "
        "généraliste. Ajoutez un professionnel, ou confirmez un membre pressenti."
    )


def test_composition_fell_below_two_sentence_names_who_left_and_when() -> None:
    facts = esp(members=(gp(), member("Luc Noir", left_on=dt.date(2026, 5, 31))))
    assert "n’a plus qu’un membre confirmé (Anne Petit) depuis un départ (Luc Noir, dernier jour le 31/05/2026)" in (
        only(facts).sentence
    )


def test_composition_everybody_left_together_sentence_names_them() -> None:
    last = in_days(-3)
    facts = esp(members=(gp(left_on=last), member("Luc Noir", left_on=last)))
    assert "n’a plus aucun membre confirmé depuis des départs (Anne Petit et Luc Noir, dernier jour le 12/06/2026)" in (
        findings(facts)[0].sentence
    )


def test_composition_team_that_never_was_two_sentence_blames_no_departure() -> None:
    facts = esp(members=(gp(joined_on=in_days(-10)), member("Luc Noir", left_on=in_days(-40))))
    assert "n’a qu’un membre confirmé (Anne Petit)" in only(facts).sentence


def test_gp_left_sentence_names_the_last_one_and_the_day() -> None:
    members = (
        gp("Éva Lenoir", left_on=dt.date(2026, 2, 1)),
        gp("Anne Petit", left_on=dt.date(2026, 5, 31)),
        member(),
        member("Luc Noir", "70"),
    )
    assert only(esp(members=members, state="recognised")).sentence == (
        "L’équipe n’a plus de médecin généraliste depuis un départ (Anne Petit, dernier jour le 31/05/2026)"
        f"{NBSP}: il en faut au moins un. Ajoutez un médecin généraliste."
    )


def test_gp_expected_sentence_proposes_to_confirm() -> None:
    facts = esp(members=(gp("Éva Lenoir", status="pressenti"), member(), member("Luc Noir", "70")))
    assert "ou confirmez un membre pressenti (Éva Lenoir)" in only(facts).sentence


def test_gp_who_left_and_came_back_counts() -> None:
    stays = (gp(left_on=in_days(-40), person=7), gp(joined_on=in_days(-10), person=7))
    assert codes(esp(members=(*stays, member()))) == []


def test_person_with_two_stays_on_one_day_counts_once() -> None:
    stays = (gp(left_on=TODAY, person=7), gp(joined_on=TODAY, person=7))
    assert codes(esp(members=stays)) == ["TOO_FEW_MEMBERS"]


def test_person_expected_in_one_stay_and_confirmed_in_another_counts_as_confirmed() -> None:
    stays = (gp(person=7), gp(status="pressenti", joined_on=in_days(-1), person=7))
    assert codes(esp(members=(*stays, member()))) == []


def test_gp_expected_who_left_is_no_departure() -> None:
    gone = gp("Éva Lenoir", status="pressenti", left_on=in_days(-5))
    facts = esp(members=(gone, member(), member("Luc Noir", "70")))
    assert only(facts).sentence.startswith("L’équipe n’a pas de médecin généraliste confirmé")


def test_two_people_of_one_name_count_as_two() -> None:
    assert codes(esp(members=(gp("Anne Petit"), gp("Anne Petit")))) == []
    assert codes(esp(members=(gp("Anne Petit", person=1), gp("Anne Petit", person=2)))) == []


@pytest.mark.parametrize("profession", ["21", "40", "50", "60", "70", "80", "91", "92", "94", "95", "96"])
def test_esp_clap_profession_of_the_list_is_welcome(profession: str) -> None:
    assert "PROFESSION_NOT_LISTED" not in codes(clap(members=(gp(), member("Luc Noir", profession))))


@pytest.mark.parametrize(
    ("other", "welcome"),
    [
        (member("Luc Noir", "10", is_biologist=True), True),
        (specialist("Luc Noir"), False),
        (member("Luc Noir", "26"), False),
        (member("Luc Noir", ""), False),
        (specialist("Luc Noir", status="pressenti"), True),
    ],
)
def test_esp_clap_doctor_neither_gp_nor_biologist_or_unlisted_profession_blocks(other: Any, welcome: bool) -> None:
    found = findings(clap(members=(gp(), member(), other)))
    assert [(f.code, f.level, f.subject) for f in found] == (
        [] if welcome else [("PROFESSION_NOT_LISTED", Level.BLOCKING, "Luc Noir")]
    )


def test_esp_may_have_any_profession() -> None:
    assert codes(esp(members=(gp(), specialist()))) == []


@pytest.mark.parametrize("address", ["", "  "])
def test_esp_clap_confirmed_member_without_secure_address_blocks_by_name(address: str) -> None:
    finding = only(clap(members=(gp(), member("Luc Noir", mssante=address))))
    assert (finding.code, finding.level, finding.subject) == ("MSSANTE", Level.BLOCKING, "Luc Noir")
    assert finding.sentence.startswith("Luc Noir n’a pas d’adresse")


def test_esp_clap_expected_or_past_member_without_secure_address_is_not_asked_for_it() -> None:
    others = (member("A", mssante="", status="pressenti"), member("B", mssante="", left_on=in_days(-1)))
    assert codes(clap(members=(gp(), member(), *others))) == []


def test_informal_team_without_secure_address_is_advised_in_one_line() -> None:
    finding = only(informal(members=(gp(mssante=""), member(mssante=""))))
    assert (finding.code, finding.level, finding.blocks_from) == ("MSSANTE", Level.WARNING, None)
    assert finding.sentence.endswith(f"Sans adresse{NBSP}: Anne Petit et Claire Moreau.")


@pytest.mark.parametrize("team", [esp, ess])
def test_esp_and_ess_without_secure_address_follow_the_setting(team: Any) -> None:
    whole = team()
    without = replace(whole, members=tuple(replace(one, mssante="") for one in whole.members))
    assert codes(without) == []
    found = findings(without, {(whole.kind, "MSSANTE"): Level.BLOCKING})
    assert [(f.code, f.level) for f in found] == [("MSSANTE", Level.BLOCKING)] * 2


@pytest.mark.parametrize(
    ("mode", "has_company", "warned"),
    [
        ("salarie", False, True),
        ("salarie", True, False),
        ("mixte", False, False),
        ("liberal", False, False),
    ],
)
def test_esp_clap_salaried_member_without_employer_is_told_not_to_be_paid(
    mode: str, has_company: bool, warned: bool
) -> None:
    facts = clap(members=(gp(), member("Luc Noir", mode=mode, has_company=has_company)), state="under_convention")
    found = [(f.code, f.level, f.gate, f.subject) for f in findings(facts)]
    assert found == ([("SALARIED_WITHOUT_COMPANY", Level.WARNING, Gate.PAYMENT, "Luc Noir")] if warned else [])


@pytest.mark.parametrize("team", [esp, ess, informal])
def test_other_kinds_may_practise_in_any_mode(team: Any) -> None:
    members = DOCTORS_OF_AN_ESS if team is ess else (gp(), member())
    assert codes(team(members=tuple(replace(one, mode="salarie") for one in members))) == []


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), ["TOO_FEW_SPECIALISTS", "NO_SPECIALTY"]),
        ((specialist(),), ["TOO_FEW_SPECIALISTS"]),
        ((specialist(), specialist("Zoé Roy", status="pressenti")), ["TOO_FEW_SPECIALISTS"]),
        ((specialist(), member("Zoé Roy", "92")), ["TOO_FEW_SPECIALISTS"]),
        ((specialist(), specialist("Zoé Roy", left_on=TODAY)), []),
        ((specialist(specialty=""), specialist("Zoé Roy", specialty=" ")), ["NO_SPECIALTY"]),
        ((*DOCTORS_OF_AN_ESS, gp()), ["GP_IN_ESS"]),
        ((specialist(), gp()), ["TOO_FEW_SPECIALISTS", "GP_IN_ESS"]),
        ((*DOCTORS_OF_AN_ESS, gp(left_on=in_days(-1))), []),
        ((*DOCTORS_OF_AN_ESS, member("Luc Noir", "92")), []),
    ],
)
def test_ess_is_made_of_two_specialists_outside_general_practice(members: tuple[Any, ...], expected: list[str]) -> None:
    found = findings(ess(members=members))
    assert [(f.code, f.level) for f in found] == [(code, Level.BLOCKING) for code in expected]


def test_ess_specialist_left_sentence_names_who_and_when() -> None:
    facts = ess(members=(specialist(), specialist("Zoé Roy", left_on=dt.date(2026, 5, 31))))
    assert "n’a plus qu’un médecin spécialiste confirmé (Paul Girard) depuis un départ (Zoé Roy, dernier jour le" in (
        only(facts).sentence
    )


# --- the second professional, and other settings --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "level"), [("informelle", None), ("esp", None), ("esp_clap", Level.WARNING), ("ess", None)]
)
def test_paramedical_by_default_is_asked_of_an_esp_clap_only_and_warns(kind: str, level: Level | None) -> None:
    members = DOCTORS_OF_AN_ESS if kind == "ess" else (gp(), member("Luc Noir", "21"))
    found = findings(WHOLE[kind](members=members))
    assert [(f.code, f.level) for f in found] == ([("PARAMEDICAL", level)] if level else [])


@pytest.mark.parametrize("kind", ["esp", "esp_clap", "ess"])
@pytest.mark.parametrize("level", list(Level))
def test_paramedical_follows_the_setting_of_its_kind(kind: str, level: Level) -> None:
    members = DOCTORS_OF_AN_ESS if kind == "ess" else (gp(), member("Luc Noir", "21"))
    found = findings(WHOLE[kind](members=members), {(kind, "PARAMEDICAL"): level})
    assert [(f.code, f.level) for f in found] == ([] if level is Level.OFF else [("PARAMEDICAL", level)])
    assert len(blocking_for(found, Gate.SUBMISSION)) == (level is Level.BLOCKING)


@pytest.mark.parametrize("profession", ["60", "70", "80", "91", "92", "94", "95", "96"])
def test_paramedical_confirmed_member_of_any_such_profession_is_enough(profession: str) -> None:
    assert codes(clap(members=(gp(), member("Luc Noir", profession)))) == []


@pytest.mark.parametrize("other", [member("Luc Noir", "50"), member("Luc Noir", "60", status="pressenti")])
def test_paramedical_midwife_or_expected_nurse_is_not_one(other: Any) -> None:
    assert "PARAMEDICAL" in codes(clap(members=(gp(), gp("B"), other)))


@pytest.mark.parametrize("team", [clap, ess])
@pytest.mark.parametrize(
    ("programmes", "found"),
    [
        ((), True),
        ((EtpProgrammeFacts("ETP-1", in_days(-10)),), False),
        ((EtpProgrammeFacts("ETP-1", in_days(-10), TODAY),), False),
        ((EtpProgrammeFacts("ETP-1", in_days(-10), in_days(-1)),), True),
        ((EtpProgrammeFacts("ETP-1", in_days(1)),), True),
        ((EtpProgrammeFacts("ETP-1", TODAY),), False),
    ],
)
def test_etp_planned_asks_for_a_programme_that_runs_today(team: Any, programmes: Any, found: bool) -> None:
    facts = team(action_types=("RCP", "ETP"), structures=(association(),), programmes=programmes)
    assert codes(facts) == (["ETP_PROGRAMME"] if found else [])


def test_etp_programme_set_to_block_closes_the_convention_not_the_submission() -> None:
    facts = clap(action_types=("ETP",), structures=(association(),))
    found = findings(facts, {("esp_clap", "ETP_PROGRAMME"): Level.BLOCKING})
    assert [f.level for f in found] == [Level.WARNING]
    assert blocking_for(found, Gate.SUBMISSION) == ()
    assert len(blocking_for(found, Gate.CONVENTION)) == 1


def test_setting_that_is_not_offered_cannot_weaken_a_rule() -> None:
    facts = clap(members=(gp(mssante=""), member()))
    levels = {("esp_clap", "MSSANTE"): Level.OFF, ("esp_clap", "NO_GP"): Level.OFF}
    assert only(facts, levels).level is Level.BLOCKING


def test_setting_cannot_make_anything_block_an_informal_team() -> None:
    levels = {("informelle", code): Level.BLOCKING for code in ("MSSANTE", "PARAMEDICAL", "TOO_FEW_MEMBERS")}
    found = findings(informal(members=(member(mssante=""),)), levels)
    assert [f.level for f in found] == [Level.WARNING]
