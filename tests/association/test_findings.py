"""Facts of eligibility read from the database, findings kept for lists, gates of the ARS and of a convention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.eligibility import Level
from association.findings import facts_by_team, findings_by_team, findings_of, refresh_findings
from association.models import EligibilityLevel, Team, TeamFinding
from association.nomenclature import TeamKind
from association.readiness import missing_for_convention, missing_for_submission
from association.registries import finding_sources
from association.tasks import watch_teams
from tests.factories import (
    CommuneFactory,
    ComplementPointFactory,
    ConventionFactory,
    EtpProgrammeFactory,
    HealthProjectFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    PriceFactory,
    ProfessionalFactory,
    RecognitionRequestFactory,
    TeamFactory,
    TeamStructureFactory,
    UserFactory,
)

TODAY = date(2026, 9, 15)
pytestmark = pytest.mark.django_db


def codes(team: Team, on: date = TODAY) -> set[str]:
    return {finding.code for finding in findings_of(team, on=on)}


def complete(*, planned: tuple[str, ...] = ("RCP", "PPS"), **state: Any) -> Team:
    """A team of a GP and a nurse with secure addresses, and a project that answers every question."""
    team = TeamFactory(**(state or {"drafting": True}))
    MembershipFactory(
        team=team, professional=ProfessionalFactory(general_practitioner=True, mssante="gp@mssante.test.example")
    )
    MembershipFactory(team=team, professional=ProfessionalFactory(mssante="ide@mssante.test.example"))
    stage = "accepted" if team.recognised_on else "draft"
    project = HealthProjectFactory(
        team=team, complete=True, communes=[CommuneFactory()], action_types=list(planned), **{stage: True}
    )
    project.themes.create(name=f"Diabète {team.code}")
    return team


@contextmanager
def queries() -> Iterator[list[int]]:
    count: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        yield count
    count.append(len(captured))


# --- facts -------------------------------------------------------------------------------------------------------


def test_complete_team_lacks_nothing() -> None:
    assert codes(complete()) == set()


def test_member_on_the_last_day_still_counts_and_not_on_the_next() -> None:
    team = complete()
    gp = team.memberships.get(professional__is_general_practitioner=True)
    gp.left_on = TODAY
    gp.save()
    assert "NO_GP" not in codes(team)
    assert "NO_GP" in codes(team, TODAY + timedelta(1))


def test_status_of_the_day_decides_who_counts() -> None:
    team = TeamFactory()
    stay = MembershipFactory(team=team, period=None)
    MembershipPeriodFactory(membership=stay, expected=True, ends_on=date(2026, 6, 30))
    MembershipPeriodFactory(membership=stay, starts_on=date(2026, 7, 1))
    before, after = (facts_by_team([team], on=day)[team.pk] for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert (len(before.confirmed), len(after.confirmed)) == (0, 1)


def test_two_numbers_of_one_person_are_one_member_with_the_record_that_stays() -> None:
    team = TeamFactory()
    kept = ProfessionalFactory(mssante="elle@mssante.test.example")
    MembershipFactory(team=team, professional=kept)
    MembershipFactory(team=team, professional=ProfessionalFactory(merged_into=kept, mssante=""))
    facts = facts_by_team([team], on=TODAY)[team.pk]
    assert [member.mssante for member in facts.confirmed] == ["elle@mssante.test.example"]


def test_draft_counts_until_the_recognition_and_the_accepted_version_afterwards() -> None:
    team = TeamFactory(recognised=True)
    HealthProjectFactory(team=team, number=1, complete=True, accepted=True, shared_patients=80)
    HealthProjectFactory(team=team, number=2, shared_patients=None)
    assert facts_by_team([team], on=TODAY)[team.pk].shared_patients == 80
    drafting = TeamFactory(to_complete=True)
    HealthProjectFactory(team=drafting, number=1, complete=True, returned=True, shared_patients=80)
    HealthProjectFactory(team=drafting, number=2, shared_patients=30)
    assert facts_by_team([drafting], on=TODAY)[drafting.pk].shared_patients == 30


def test_team_without_project_is_judged_by_its_own_record() -> None:
    team = TeamFactory(shared_patients=45)
    team.communes.add(CommuneFactory(), CommuneFactory())
    facts = facts_by_team([team], on=TODAY)[team.pk]
    assert (facts.shared_patients, facts.communes_count, facts.sections) == (45, 2, ())


def test_project_answers_for_the_team_once_there_is_one() -> None:
    team = TeamFactory(drafting=True, shared_patients=45)
    HealthProjectFactory(team=team, shared_patients=None)
    assert "NO_SHARED_PATIENTS" in codes(team)


def test_programme_that_runs_on_the_day_lifts_the_finding() -> None:
    team = complete(planned=("RCP", "ETP"))
    assert "ETP_PROGRAMME" in codes(team)
    EtpProgrammeFactory(team=team, starts_on=TODAY)
    assert "ETP_PROGRAMME" not in codes(team)
    assert "ETP_PROGRAMME" in codes(team, TODAY - timedelta(1))


def test_convention_within_ninety_days_of_its_end_is_found() -> None:
    team = complete(under_convention=True)
    ConventionFactory(team=team, signed=True, ends_on=TODAY + timedelta(90))
    assert "CONVENTION_ENDS" in codes(team)
    assert "CONVENTION_ENDS" not in codes(team, TODAY - timedelta(1))


def test_ess_is_told_that_it_has_no_prices_until_one_is_published() -> None:
    team = TeamFactory(kind=TeamKind.ESS)
    assert "NO_PRICE_LIST" in codes(team)
    PriceFactory(kind=TeamKind.ESP_CLAP)
    assert "NO_PRICE_LIST" in codes(team)
    PriceFactory(kind=TeamKind.ESS)
    assert "NO_PRICE_LIST" not in codes(team)


def test_setting_of_the_association_replaces_the_default_level() -> None:
    team = TeamFactory(kind=TeamKind.ESP)
    assert "PARAMEDICAL" not in codes(team)
    EligibilityLevel.objects.create(
        kind=TeamKind.ESP, rule="PARAMEDICAL", level="blocking", changed_by=UserFactory(admin=True)
    )
    found = {finding.code: finding.level for finding in findings_of(team, on=TODAY)}
    assert found["PARAMEDICAL"] is Level.BLOCKING


def test_what_blocks_stands_first_whoever_found_it() -> None:
    team = complete(under_convention=True)
    team.memberships.filter(professional__is_general_practitioner=True).delete()
    TeamStructureFactory(team=team, ends_on=TODAY + timedelta(10))
    levels = [finding.level for finding in findings_of(team, on=TODAY)]
    assert levels == sorted(levels, key=lambda level: level is not Level.BLOCKING)
    assert set(levels) == {Level.BLOCKING, Level.WARNING}


# --- what lists read -------------------------------------------------------------------------------------------------


def stored(team: Team) -> dict[str, TeamFinding]:
    return {row.code: row for row in TeamFinding.objects.filter(team=team)}


def test_refresh_keeps_since_when_a_finding_holds_and_drops_what_is_mended() -> None:
    team = TeamFactory(drafting=True)
    refresh_findings(teams=[team])
    TeamFinding.objects.filter(team=team).update(since=date(2026, 1, 2))
    MembershipFactory(team=team, professional=ProfessionalFactory(general_practitioner=True, mssante=""))
    refresh_findings(teams=[team])
    found = stored(team)
    assert "NO_GP" not in found
    assert found["TOO_FEW_MEMBERS"].since == date(2026, 1, 2)
    assert "qu’un membre confirmé" in found["TOO_FEW_MEMBERS"].sentence
    assert found["MSSANTE"].since == timezone.localdate()


def test_refresh_again_writes_nothing() -> None:
    team = TeamFactory(drafting=True)
    refresh_findings(teams=[team])
    before = list(TeamFinding.objects.order_by("pk").values())
    refresh_findings(teams=[team])
    assert list(TeamFinding.objects.order_by("pk").values()) == before


def test_refresh_reads_the_team_again_whatever_it_was_given() -> None:
    team = TeamFactory(drafting=True)
    stale = Team.objects.get(pk=team.pk)
    Team.objects.filter(pk=team.pk).update(kind=TeamKind.INFORMAL)
    refresh_findings(teams=[stale])
    assert set(stored(team)) == set()


def test_closed_team_keeps_no_finding() -> None:
    team = TeamFactory(closed=True)
    TeamFinding.objects.create(team=team, code="NO_GP", level="blocking", sentence="…")
    refresh_findings()
    assert stored(team) == {}


def test_two_members_of_one_name_are_one_row_and_break_nothing() -> None:
    team = complete()
    for _ in range(2):
        person = ProfessionalFactory(last_name="Martin", first_name="Léa", mssante="")
        MembershipFactory(team=team, professional=person)
    refresh_findings(teams=[team])
    assert TeamFinding.objects.filter(team=team, code="MSSANTE").count() == 1


def test_longest_names_fit_in_a_row() -> None:
    team = complete()
    person = ProfessionalFactory(last_name="M" * 100, first_name="L" * 100, mssante="")
    MembershipFactory(team=team, professional=person)
    refresh_findings(teams=[team])
    assert len(stored(team)["MSSANTE"].subject) == 200


def test_daily_round_covers_every_team_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("association.findings.CHUNK", 2)
    teams = TeamFactory.create_batch(5, drafting=True)
    watch_teams()
    assert set(TeamFinding.objects.values_list("team", flat=True)) == {team.pk for team in teams}


def test_sources_of_other_floors_are_not_asked_about_closed_teams() -> None:
    asked: list[Team] = []

    def source(teams: list[Team], on: date) -> dict[int, list[Any]]:
        asked.extend(teams)
        return {}

    finding_sources.add("test.asked", source)
    try:
        live = TeamFactory(drafting=True)
        findings_by_team([live, TeamFactory(closed=True)], on=TODAY)
    finally:
        del finding_sources._entries["test.asked"]
    assert asked == [live]


# --- gates -----------------------------------------------------------------------------------------------------------


def test_complete_draft_may_be_submitted() -> None:
    assert missing_for_submission(complete()) is None


def test_submission_needs_a_version_in_writing() -> None:
    team = TeamFactory(drafting=True)
    assert "commencez une version" in str(missing_for_submission(team))


@pytest.mark.parametrize(("mend", "said"), [(False, "répondez à chaque point"), (True, None)])
def test_submission_waits_for_the_answer_to_every_complement(mend: bool, said: str | None) -> None:
    team = complete(to_complete=True)
    request = RecognitionRequestFactory(team=team, of_paper=True, closed_at=timezone.now())
    point = ComplementPointFactory(request=request)
    if mend:
        point.answer, point.answered_at = "Voici la pièce.", timezone.now()
        point.save()
    reason = missing_for_submission(team)
    assert (said in str(reason)) if said else reason is None


def test_points_of_a_request_that_was_refused_no_longer_hold_the_next_one() -> None:
    team = complete()
    refused = {"decision": "refusee", "decided_on": TODAY, "letter_reference": "ARS-1", "reason": "Incomplet."}
    ComplementPointFactory(request=RecognitionRequestFactory(team=team, of_paper=True, **refused))
    assert missing_for_submission(team) is None


def test_gate_names_the_first_finding_and_counts_the_others() -> None:
    team = complete()
    team.memberships.all().delete()
    reason = str(missing_for_submission(team))
    assert "aucun membre confirmé" in reason
    assert "Et un autre constat bloque cette étape" in reason


def test_convention_asks_for_a_recognised_team() -> None:
    assert "suppose que l'équipe soit enregistrée" in str(missing_for_convention(complete()))
    assert missing_for_convention(complete(recognised=True)) is None


def test_convention_is_held_by_what_warns_before_it() -> None:
    team = complete(planned=("RCP", "PREVENTION"), recognised=True)
    assert "association loi 1901" in str(missing_for_convention(team))
    TeamStructureFactory(team=team, rna="W442001234", siret="12345678200010")
    assert missing_for_convention(team) is None


# --- how much is asked of the database -------------------------------------------------------------------------------


def large(make: Callable[[], Team], count: int) -> list[Team]:
    teams = [make() for _ in range(count)]
    for team in teams:
        ConventionFactory(team=team, signed=True)
        TeamStructureFactory(team=team)
        EtpProgrammeFactory(team=team)
    return teams


def test_findings_of_150_teams_ask_as_much_as_those_of_two() -> None:
    few = large(lambda: complete(under_convention=True), 2)
    with queries() as of_few:
        findings_by_team(few, on=TODAY)
    many = few + large(lambda: complete(under_convention=True), 148)
    with queries() as of_many:
        found = findings_by_team(many, on=TODAY)
    assert of_many == of_few
    assert of_many[0] <= 22
    assert len(found) == 150
