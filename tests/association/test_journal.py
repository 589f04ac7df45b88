"""The journal of a dossier: every change of state and of a field, merged by time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association.journal import StaleEdit, save_changes
from association.models import FieldChange, HealthProject, Team, User
from association.project_sections import SECTIONS
from association.selectors.journal import PAUSE, PER_PAGE, folded, journal_of
from association.services.members import add_member
from association.services.projects import section_version, write_section
from association.services.teams import change_team
from association.workflow import fire
from tests.factories import (
    AdhesionFactory,
    CommuneFactory,
    ConventionFactory,
    HealthProjectFactory,
    MembershipFactory,
    ProfessionalFactory,
    TeamFactory,
    UserFactory,
)


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


def test_change_of_a_field_says_who_before_and_after(staff: User) -> None:
    team = TeamFactory(registered=True, contact_phone="02 40 00 00 00")
    change_team(team=team, values={"contact_phone": "02 40 11 11 11"}, version=0, actor=staff)
    newest = journal_of(team).entries[0]
    assert (newest.actor, newest.what) == ("Camille Gestion", "Téléphone du contact")
    assert (newest.before, newest.after) == ("02 40 00 00 00", "02 40 11 11 11")


def test_change_of_communes_is_told_by_name(staff: User) -> None:
    team = TeamFactory(registered=True)
    first, second = CommuneFactory(name="Ancenis"), CommuneFactory(name="Varades")
    team.communes.add(first)
    change_team(team=team, values={"communes": [first, second]}, version=0, actor=staff)
    assert journal_of(team).entries[0].after == f"{first}, {second}"


def test_states_of_team_and_conventions_are_merged_by_time(staff: User) -> None:
    team = TeamFactory(registered=True)
    fire(team, "accompany", actor=staff, comment="Premier rendez-vous")
    convention = ConventionFactory(draft=True, team=team)
    fire(convention, "abandon", actor=staff, comment="Erreur")
    told = [(entry.subject, entry.what, entry.after) for entry in journal_of(team).entries]
    assert told[0] == (f"Convention {convention.number}", "Abandonner", "Abandonnée")
    assert ("Équipe", "Accompagner", "Accompagnée") in told
    assert journal_of(team).entries[0].at >= journal_of(team).entries[-1].at


def test_another_team_s_history_is_not_in_it(staff: User) -> None:
    team, other = TeamFactory(registered=True), TeamFactory(registered=True)
    fire(other, "accompany", actor=staff)
    change_team(team=other, values={"contact_name": "Ailleurs"}, version=0, actor=staff)
    assert len(journal_of(team).entries) == 1


def test_member_who_joins_is_in_the_journal(staff: User) -> None:
    team = TeamFactory(accompanied=True)
    person = ProfessionalFactory(last_name="Évrard")
    add_member(
        team=team,
        professional=person,
        joined_on=date(2026, 3, 1),
        status="pressenti",
        mode="liberal",
        actor=staff,
    )
    newest = journal_of(team).entries[0]
    assert newest.subject == str(person)
    assert newest.after == "le 01/03/2026, pressenti, libéral"


def choose(project: HealthProject, actor: User, *types: str) -> HealthProject:
    """Save a choice of planned action types, as one click in the list does."""
    code = next(one.code for one in SECTIONS if "action_types" in one.names)
    return write_section(
        project=project,
        code=code,
        values={"action_types": list(types)},
        version=section_version(project, code),
        actor=actor,
    )


def test_clicks_on_the_way_to_a_choice_are_one_line(staff: User) -> None:
    project = HealthProjectFactory(action_types=[])
    choose(choose(project, staff, "RCP"), staff, "RCP", "PPS")
    told = [entry for entry in journal_of(project.team).entries if entry.answer]
    lines_of = list(FieldChange.objects.filter(field="action_types").order_by("-at", "-pk"))
    assert len(told) == 1
    assert (told[0].before, told[0].after) == ("", lines_of[0].after)
    assert len(lines_of) == 2


def test_choices_of_two_people_or_with_a_pause_between_them_are_two_lines(staff: User) -> None:
    project = choose(HealthProjectFactory(action_types=[]), staff, "RCP")
    choose(project, UserFactory(staff=True), "RCP", "PPS")
    lines = list(journal_of(project.team).entries)
    assert len([entry for entry in lines if entry.answer]) == 2
    at = lines[0].at
    alone = [replace(lines[0], actor="A"), replace(lines[0], actor="A", before="", after="x")]
    assert len(folded([alone[0], replace(alone[1], at=at - PAUSE)])) == 1
    assert len(folded([alone[0], replace(alone[1], at=at - PAUSE - timedelta(seconds=1))])) == 2


def test_choice_that_was_taken_back_stays_told(staff: User) -> None:
    project = choose(HealthProjectFactory(action_types=["PPS"]), staff, "RCP")
    choose(project, staff, "PPS")
    assert len([entry for entry in journal_of(project.team).entries if entry.answer]) == 2


def test_pages_follow_one_another_without_repeating(staff: User) -> None:
    team = TeamFactory(registered=True)
    for number in range(PER_PAGE + 5):
        change_team(team=team, values={"contact_name": f"Contact {number}"}, version=None, actor=staff)
    first, second = journal_of(team), journal_of(team, page=2)
    assert (len(first.entries), first.older, first.newer) == (PER_PAGE, 2, None)
    assert (len(second.entries), second.older, second.newer) == (6, None, 1)
    assert first.entries[-1].after == "Contact 5"
    assert second.entries[0].after == "Contact 4"


def test_journal_asks_as_much_for_a_large_dossier_as_for_a_small_one(staff: User) -> None:
    def asked(members: int) -> int:
        team = TeamFactory(under_convention=True)
        convention = ConventionFactory(signed=True, team=team)
        for _ in range(members):
            AdhesionFactory(signed=True, convention=convention, membership=MembershipFactory(team=team))
        for number in range(members):
            change_team(team=team, values={"contact_name": f"Contact {number}"}, version=None, actor=staff)
        with CaptureQueriesContext(connection) as captured:
            assert journal_of(team).entries
        return len(captured)

    asked(1)  # content types are known from here on
    assert asked(3) == asked(20)


def test_second_to_save_is_told_and_nothing_is_written(staff: User) -> None:
    team = TeamFactory(registered=True, name="Avant")
    save_changes(team, values={"name": "Le premier"}, version=0, actor=staff)
    with pytest.raises(StaleEdit, match="Camille Gestion a modifié"):
        change_team(team=team, values={"name": "Le second"}, version=0, actor=staff)
    assert Team.objects.get(pk=team.pk).name == "Le premier"
