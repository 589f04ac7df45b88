"""A person known under two records that were joined is one member of a team, under whichever record the stays are."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q
from django.utils import timezone

from association.eligibility.finding import Code
from association.findings import findings_of
from association.models import FieldChange, Membership, Professional, Role, Team, User
from association.nomenclature import TeamKind
from association.selectors.attestations import attestations_of, years_to_attest
from association.selectors.exchanges import addresses_of
from association.selectors.members import members_of, professions_of
from association.selectors.people import stays_of
from association.selectors.projects import persons_of
from association.selectors.structures import members_to_link
from association.selectors.teams import team_list
from association.services.attestations import issue_attestation
from association.services.members import leave_team, name_referent
from association.services.people import join_professionals, separate_professionals
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory

KEPT, OTHER = "10000000017", "10000000018"


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def team(db: None) -> Team:
    team: Team = TeamFactory(recognised=True, kind=TeamKind.ESP_CLAP, recognised_on=date(2020, 1, 1))
    return team


@pytest.fixture
def stays(team: Team, staff: User) -> tuple[Membership, Membership]:
    """The nurse Le Goff, a member since 2021 under the other record and since 2023 under the one that stays."""
    kept = ProfessionalFactory(nurse=True, rpps=KEPT, last_name="Le Goff", first_name="Anaïs", email="a@legoff.example")
    other = ProfessionalFactory(nurse=True, rpps=OTHER, last_name="Legoff", first_name="Anais")
    older = MembershipFactory(team=team, professional=other, joined_on=date(2021, 1, 1), is_referent=True)
    newer = MembershipFactory(team=team, professional=kept, joined_on=date(2023, 1, 1))
    join_professionals(kept=kept, other=other, actor=staff, comment="Même personne.")
    return Membership.objects.get(pk=newer.pk), Membership.objects.get(pk=older.pk)


def referent(person: Professional) -> User:
    user: User = UserFactory(role=Role.REFERENT, professional=person)
    return user


def test_members_of_a_team_show_a_joined_person_once_with_both_stays(
    team: Team, stays: tuple[Membership, Membership]
) -> None:
    (member,) = members_of(team)
    assert (member.person.rpps, member.membership, member.doubles) == (KEPT, stays[0], (stays[1],))
    assert member.is_referent, "named under the other record"
    assert [(person.name) for person in persons_of(team)] == ["Le Goff Anaïs"]
    assert professions_of(team) == [("Infirmier", 1)]
    assert list(members_to_link(team)) == [stays[0]]


def test_list_of_teams_counts_a_joined_person_once(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    assert team_list(staff).get(pk=team.pk).members_count == 1


def test_separated_again_they_are_two_members(team: Team, stays: tuple[Membership, Membership], staff: User) -> None:
    separate_professionals(other=stays[1].professional, actor=staff, comment="Deux personnes.")
    assert len(members_of(team)) == 2
    assert team_list(staff).get(pk=team.pk).members_count == 2


def test_two_stays_one_after_the_other_remain_two_lines(team: Team, stays: tuple[Membership, Membership]) -> None:
    Membership.objects.filter(pk=stays[1].pk).update(left_on=date(2022, 6, 30))
    assert [(member.membership, member.is_past) for member in members_of(team)] == [
        (stays[0], False),
        (stays[1], True),
    ]


def test_composition_lacks_a_second_professional_when_both_records_are_one(
    team: Team, stays: tuple[Membership, Membership]
) -> None:
    said = [finding.sentence for finding in findings_of(team) if finding.code == Code.TOO_FEW_MEMBERS]
    assert len(said) == 1
    assert "qu’un membre confirmé (Anaïs Le Goff)" in said[0]


@pytest.mark.parametrize("linked_to", [KEPT, OTHER])
@pytest.mark.parametrize("referent_under", [KEPT, OTHER])
def test_referent_sees_the_team_under_whichever_record(
    linked_to: str, referent_under: str, team: Team, stays: tuple[Membership, Membership]
) -> None:
    Membership.objects.filter(team=team).update(is_referent=False)
    Membership.objects.filter(team=team, professional__rpps=referent_under).update(is_referent=True)
    user = referent(Professional.objects.get(rpps=linked_to))
    assert list(Team.objects.visible_to(user)) == [team]
    assert set(Professional.objects.visible_to(user).values_list("rpps", flat=True)) == {KEPT, OTHER}


def test_referent_of_another_person_or_of_nobody_sees_nothing_of_the_team(
    team: Team, stays: tuple[Membership, Membership]
) -> None:
    assert not Team.objects.visible_to(referent(ProfessionalFactory())).exists()
    assert not Team.objects.visible_to(UserFactory(role=Role.REFERENT, professional=None)).exists()


def test_referent_is_written_to_once_and_at_the_address_of_the_record_that_stays(
    team: Team, stays: tuple[Membership, Membership]
) -> None:
    Membership.objects.filter(team=team).update(is_referent=True)
    Professional.objects.filter(rpps=OTHER).update(email="old@legoff.example")
    assert [(one.email, one.name) for one in addresses_of(team)] == [("a@legoff.example", "Le Goff Anaïs")]


def test_referent_without_an_address_is_reached_at_the_account_of_the_other_record(
    team: Team, stays: tuple[Membership, Membership]
) -> None:
    Professional.objects.update(email="")
    user = referent(Professional.objects.get(rpps=OTHER))
    assert [one.email for one in addresses_of(team)] == [user.email]


def test_referent_no_longer_is_one_under_any_record(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    name_referent(membership=stays[0], is_referent=False, version=None, actor=staff)
    assert not Membership.objects.filter(is_referent=True).exists()


def test_leaving_ends_both_stays_and_says_so_in_the_journal(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    leave_team(membership=stays[0], left_on=date(2026, 6, 30), actor=staff)
    assert set(Membership.objects.values_list("left_on", flat=True)) == {date(2026, 6, 30)}
    assert FieldChange.objects.filter(Q(label="Sortie"), team=team).count() == 2


def test_attestation_is_one_paper_over_both_stays_in_the_name_of_the_record_that_stays(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    assert years_to_attest(stays[0], on=date(2024, 5, 1))[-1] == 2021, "the older stay began then"
    first = issue_attestation(membership=stays[1], year=2023, actor=staff)
    again = issue_attestation(membership=stays[0], year=2023, actor=staff)
    assert (again.starts_on, again.ends_on) == (date(2023, 1, 1), date(2023, 12, 31))
    assert again.content["rpps"] == KEPT
    standings = attestations_of(stays[1], staff)
    assert [(one.attestation, one.verdict.code) for one in standings] == [(again, "valid"), (first, "replaced")]


def test_attestation_is_not_ended_by_the_end_of_one_of_two_stays(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    issued = issue_attestation(membership=stays[1], year=2023, actor=staff)
    Membership.objects.filter(pk=stays[1].pk).update(left_on=date(2023, 3, 31))
    (standing,) = attestations_of(Membership.objects.get(pk=stays[0].pk), staff)
    assert (standing.attestation, standing.verdict.code) == (issued, "valid")


def test_page_of_a_person_asks_for_one_attestation(
    team: Team, stays: tuple[Membership, Membership], staff: User
) -> None:
    person = stays[0].professional
    assert sorted(stay.may_be_attested for stay in stays_of(person, user=staff)) == [False, True]
    year = timezone.localdate().year
    issue_attestation(membership=stays[1], year=year, actor=staff)
    assert not any(stay.may_be_attested for stay in stays_of(person, user=staff))
