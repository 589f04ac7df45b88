"""What declared actions say on a dossier: work that may be paid twice, education without a programme."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.findings import DOUBLE_FUNDING, ETP_ACTIONS, education_without_programme, funded_twice
from association.eligibility import Finding, Level
from association.findings import findings_of
from association.models import EligibilityLevel, EtpProgramme, ExternalStructure, Membership, StructureLink, Team
from association.nomenclature import ActionType
from tests.factories import (
    ActionFactory,
    MembershipFactory,
    ParticipationFactory,
    ProfessionalFactory,
    TeamFactory,
    UserFactory,
)

TODAY = date(2026, 9, 15)
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 30)


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory(under_convention=True)


def funded(team: Team, member: Membership | None = None, **dates: date | None) -> StructureLink:
    structure, _ = ExternalStructure.objects.get_or_create(kind="msp", name="des Sources")
    return StructureLink.objects.create(
        team=team,
        membership=member,
        structure=structure,
        relation=StructureLink.Relation.FUNDED_ACI,
        **{"starts_on": MARCH, "ends_on": JUNE, **dates},
    )


def twice(team: Team, on: date = TODAY) -> list[Finding]:
    return funded_twice([team], on).get(team.pk, [])


def etp(team: Team, on: date = TODAY) -> list[Finding]:
    return education_without_programme([team], on).get(team.pk, [])


# --- double funding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held_on", "counts"),
    [(date(2026, 2, 28), False), (MARCH, True), (JUNE, True), (date(2026, 7, 1), False)],
)
def test_action_at_the_limits_of_a_funded_link_counts_on_its_days(team: Team, held_on: date, counts: bool) -> None:
    funded(team)
    ActionFactory(validated=True, team=team, held_on=held_on)
    assert bool(twice(team)) is counts


@pytest.mark.parametrize(("starts_on", "ends_on"), [(None, None), (None, JUNE), (MARCH, None)])
def test_funded_link_without_a_limit_takes_every_action_on_that_side(
    team: Team, starts_on: date | None, ends_on: date | None
) -> None:
    funded(team, starts_on=starts_on, ends_on=ends_on)
    ActionFactory(declared=True, team=team, held_on=date(2026, 4, 1))
    assert len(twice(team)) == 1


@pytest.mark.parametrize("state", ["draft", "to_complete", "not_retained", "withdrawn", "cancelled"])
def test_action_that_is_not_paid_is_not_funded_twice(team: Team, state: str) -> None:
    funded(team)
    ActionFactory(**{state: True}, team=team, held_on=date(2026, 4, 1))
    assert twice(team) == []


def test_link_that_brings_no_money_is_no_double_funding(team: Team) -> None:
    StructureLink.objects.filter(pk=funded(team).pk).update(relation=StructureLink.Relation.BELONGS)
    ActionFactory(validated=True, team=team, held_on=date(2026, 4, 1))
    assert twice(team) == []


def test_double_funding_says_how_many_where_and_when(team: Team) -> None:
    funded(team)
    for held_on in (date(2026, 3, 9), date(2026, 4, 2), date(2026, 5, 4)):
        ActionFactory(validated=True, team=team, held_on=held_on)
    (finding,) = twice(team)
    said = finding.sentence.replace("\u00a0", " ")
    assert said.startswith(
        "3 actions ont eu lieu du 09/03/2026 au 04/05/2026 pendant un autre financement : Financement ACI (MSP, CDS), "
        "MSP des Sources, du 01/03/2026 au 30/06/2026."
    )
    assert (finding.code, finding.level, finding.blocks_from) == (DOUBLE_FUNDING, Level.WARNING, None)


def test_member_s_funding_counts_the_actions_with_that_member_only(team: Team) -> None:
    member = MembershipFactory(team=team, professional=ProfessionalFactory(first_name="Zoé", last_name="Ruel"))
    other = MembershipFactory(team=team)
    funded(team, member)
    with_both = ActionFactory(validated=True, team=team, held_on=date(2026, 4, 1))
    ParticipationFactory(action=with_both, professional=member.professional)
    ParticipationFactory(action=with_both, professional=other.professional)
    without = ActionFactory(validated=True, team=team, held_on=date(2026, 4, 2))
    ParticipationFactory(action=without, professional=other.professional)
    refused = ActionFactory(validated=True, team=team, held_on=date(2026, 4, 3))
    ParticipationFactory(action=refused, professional=member.professional, refused=True)
    (finding,) = twice(team)
    assert "Une action à laquelle Zoé Ruel a pris part a eu lieu le 01/04/2026" in finding.sentence
    assert "Zoé" in finding.subject


@pytest.mark.parametrize("joined", ["member", "participant"])
def test_joined_numbers_of_a_member_count_as_one_person(team: Team, joined: str) -> None:
    kept = ProfessionalFactory()
    other = ProfessionalFactory(merged_into=kept)
    member = MembershipFactory(team=team, professional=other if joined == "member" else kept)
    funded(team, member)
    action = ActionFactory(validated=True, team=team, held_on=date(2026, 4, 1))
    ParticipationFactory(action=action, professional=kept if joined == "member" else other)
    assert len(twice(team)) == 1


def test_two_periods_of_one_funding_are_two_findings_that_can_both_be_kept(team: Team) -> None:
    funded(team, ends_on=date(2026, 3, 31))
    funded(team, starts_on=date(2026, 5, 1))
    ActionFactory(validated=True, team=team, held_on=date(2026, 3, 9))
    ActionFactory(validated=True, team=team, held_on=date(2026, 5, 9))
    assert len({finding.subject for finding in twice(team)}) == 2


def test_double_funding_is_on_the_dossier_unless_the_team_is_closed(team: Team) -> None:
    funded(team)
    ActionFactory(validated=True, team=team, held_on=date(2026, 4, 1))
    closed = TeamFactory(closed=True)
    funded(closed)
    ActionFactory(validated=True, team=closed, held_on=date(2026, 4, 1))
    assert DOUBLE_FUNDING in {finding.code for finding in findings_of(team, on=TODAY)}
    assert findings_of(closed, on=TODAY) == ()


# --- patient education -------------------------------------------------------------------------------------------


def session(team: Team, held_on: date, **how: bool) -> None:
    ActionFactory(team=team, type=ActionType.ETP, held_on=held_on, **(how or {"validated": True}))


@pytest.mark.parametrize(
    ("held_on", "covered"),
    [(date(2026, 2, 28), False), (MARCH, True), (JUNE, True), (date(2026, 7, 1), False)],
)
def test_education_is_covered_on_the_days_of_a_programme(team: Team, held_on: date, covered: bool) -> None:
    EtpProgramme.objects.create(team=team, title="Diabète", reference="ETP-1", starts_on=MARCH, ends_on=JUNE)
    session(team, held_on)
    assert (etp(team) == []) is covered


def test_education_of_another_team_s_programme_is_not_covered(team: Team) -> None:
    EtpProgramme.objects.create(team=TeamFactory(), title="Diabète", reference="ETP-1", starts_on=MARCH)
    session(team, date(2026, 4, 1))
    assert len(etp(team)) == 1


def test_education_without_programme_names_the_number_and_the_days(team: Team) -> None:
    session(team, date(2026, 4, 1))
    session(team, date(2026, 5, 1), declared=True)
    session(team, date(2026, 5, 2), withdrawn=True)
    (finding,) = etp(team)
    assert "2 actions d’éducation thérapeutique ont eu lieu du 01/04/2026 au 01/05/2026" in finding.sentence


@pytest.mark.parametrize(
    ("level", "found"), [("off", []), ("warning", [Level.WARNING]), ("blocking", [Level.BLOCKING])]
)
def test_education_without_programme_weighs_what_the_setting_says(team: Team, level: str, found: list[Level]) -> None:
    EligibilityLevel.objects.create(
        kind=team.kind, rule="ETP_PROGRAMME", level=level, changed_by=UserFactory(admin=True)
    )
    session(team, date(2026, 4, 1))
    assert [finding.level for finding in etp(team)] == found


def test_education_of_a_team_that_is_not_paid_yet_warns_until_it_is(db: None) -> None:
    team = TeamFactory(recognised=True)
    EligibilityLevel.objects.create(
        kind=team.kind, rule="ETP_PROGRAMME", level="blocking", changed_by=UserFactory(admin=True)
    )
    session(team, date(2026, 4, 1))
    (finding,) = etp(team)
    assert (finding.level, finding.severity, finding.code) == (Level.WARNING, Level.BLOCKING, ETP_ACTIONS)


# --- how much is asked of the database -----------------------------------------------------------------------------


def test_findings_of_actions_ask_as_much_for_many_teams_as_for_one(db: None) -> None:
    def queries(count: int) -> int:
        teams = TeamFactory.create_batch(count, under_convention=True)
        for team in teams:
            funded(team)
            member = MembershipFactory(team=team)
            funded(team, member)
            for day in (1, 2, 3):
                action = ActionFactory(validated=True, team=team, held_on=date(2026, 4, day))
                ParticipationFactory(action=action, professional=member.professional)
            session(team, date(2026, 4, 4))
        with CaptureQueriesContext(connection) as captured:
            assert sum(map(len, funded_twice(teams, TODAY).values())) == 2 * count
            assert len(education_without_programme(teams, TODAY)) == count
        return len(captured)

    assert queries(1) == queries(6) == 5
