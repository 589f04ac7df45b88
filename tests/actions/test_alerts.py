"""What is worth a second look: the pure rules, then the facts behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from actions.alerts import ActionFacts, Agreed, AlertCode, Other, alerts
from actions.models import ActionSettings, Participation
from actions.selectors.alerts import alerts_of, alerts_while_typing
from actions.services.evidence import add_evidence
from association.models import Membership
from association.uploads import CheckedUpload
from tests.factories import ActionFactory, ParticipationFactory, ProfessionalFactory, UserFactory
from tests.payments.office import Office

DAY = date(2026, 7, 6)
AGREED = Agreed("C-1", date(2026, 1, 1), date(2026, 12, 31))
NOTHING = ActionFacts(type="RCP", held_on=DAY, declared_on=DAY, late_months=3, conventions=(AGREED,))


def codes(**changes: Any) -> list[str]:
    return [one.code for one in alerts(replace(NOTHING, **changes))]


# --- the rules ---------------------------------------------------------------------------------------------


def test_ordinary_action_is_worth_no_second_look() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("held_on", "said"),
    [
        (date(2026, 12, 31), ""),
        (date(2027, 1, 1), "après la fin de la convention C-1, le 31/12/2026"),
        (date(2025, 12, 31), "ne prend effet que le 01/01/2026"),
    ],
)
def test_day_outside_the_convention_is_told_with_its_bounds(held_on: date, said: str) -> None:
    found = alerts(replace(NOTHING, held_on=held_on, declared_on=held_on))
    assert [one.code for one in found] == ([AlertCode.CONVENTION] if said else [])
    assert all(said in one.sentence for one in found)


def test_suspended_convention_is_told_until_the_day_on_which_it_is_lifted() -> None:
    paused = replace(AGREED, suspensions=((DAY, DAY + timedelta(days=10)),))
    assert "était suspendue" in alerts(replace(NOTHING, conventions=(paused,)))[0].sentence
    assert codes(conventions=(paused,), held_on=DAY + timedelta(days=10), declared_on=DAY + timedelta(days=10)) == []


def test_project_is_written_before_its_convention_and_not_without_one() -> None:
    early = {"type": "PROJET", "held_on": date(2025, 11, 20), "declared_on": date(2025, 12, 1)}
    assert codes(**early) == []
    assert codes(**early, conventions=()) == [AlertCode.CONVENTION]


@pytest.mark.parametrize(("declared_on", "is_late"), [(date(2026, 10, 6), False), (date(2026, 10, 7), True)])
def test_late_declaration_is_told_from_the_day_after_the_months_of_the_setting(
    declared_on: date, is_late: bool
) -> None:
    assert codes(declared_on=declared_on) == ([AlertCode.LATE] if is_late else [])


def test_same_action_comes_before_the_rest() -> None:
    other = Other("A26-00001", "/actions/1/")
    found = codes(
        same=(other,),
        elsewhere=(("Zoé", NOTHING.held_on, other),),
        same_files=(("Feuille de présence", other),),
        missing=("x",),
    )
    assert found == [AlertCode.SAME_ACTION, AlertCode.SAME_FILE, AlertCode.ELSEWHERE, AlertCode.MISSING_EVIDENCE]


# --- the facts ---------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> Office:
    ActionSettings.objects.create(pk=1, late_months=60)
    return Office()


def typed(office: Office, *, people: int = 3, user: Any = None, **more: Any) -> list[str]:
    keys = [one.pk for one in office.people[:people]]
    found = alerts_while_typing(
        team=office.team, action_type="RCP", held_on=DAY, people=keys, user=user or office.staff, **more
    )
    return [f"{one.code} {one.sentence} {one.url}" for one in found]


def test_same_people_on_the_same_day_are_told_and_others_are_not(office: Office) -> None:
    twin = office.rcp(DAY, reference="A-TWIN")
    assert "A-TWIN" in typed(office)[0]
    assert f"/actions/{twin.pk}/" in typed(office)[0]
    assert typed(office, people=2) == []
    assert typed(office, action=twin) == []
    twin.participations.filter(professional=office.people[2]).update(
        refused_at="2026-07-07T12:00Z", refused_by=office.staff, refused_reason="Absente."
    )
    assert typed(office) == []
    assert len(typed(office, people=2)) == 1


@pytest.mark.parametrize("state", ["withdrawn", "not_retained", "cancelled"])
def test_action_that_came_to_nothing_is_no_double(office: Office, state: str) -> None:
    office.rcp(DAY, state=state)
    assert typed(office) == []


def test_person_in_another_team_on_the_same_day_is_told_under_whichever_number(office: Office) -> None:
    twin = ProfessionalFactory(merged_into=office.people[0])
    other = ActionFactory(declared=True, held_on=DAY, reference="A-ELSEWHERE")
    ParticipationFactory(action=other, professional=twin)
    (said,) = typed(office)
    assert "Évrard Loïc" in said
    assert "A-ELSEWHERE" in said
    assert other.team.name in said
    Participation.objects.filter(professional=twin).update(
        refused_at="2026-07-07T12:00Z", refused_by=office.staff, refused_reason="Absent."
    )
    assert typed(office) == []


def test_referent_is_told_of_another_team_without_its_name(office: Office) -> None:
    Membership.objects.filter(professional=office.people[0]).update(is_referent=True)
    referent = UserFactory(role="referent", professional=office.people[0])
    other = ActionFactory(declared=True, held_on=DAY, reference="A-ELSEWHERE")
    ParticipationFactory(action=other, professional=office.people[1])
    (said,) = typed(office, user=referent)
    assert "d'une autre équipe" in said
    assert "A-ELSEWHERE" not in said
    assert other.team.name not in said
    assert "/actions/" not in said


def test_same_file_is_told_across_teams(office: Office) -> None:
    upload = CheckedUpload("emargement.pdf", "application/pdf", b"%PDF-1.4 emargement")
    first = ActionFactory(declared=True, reference="A-FIRST")
    second = office.rcp(DAY, state="declared")
    assert alerts_of(second, user=office.staff) == []
    for one in (first, second):
        add_evidence(action=one, kind="presence", upload=upload, actor=office.staff)
    (found,) = alerts_of(second, user=office.staff)
    assert (found.code, found.url) == (AlertCode.SAME_FILE, f"/actions/{first.pk}/")
    assert "A-FIRST" in found.sentence


def test_piece_that_is_asked_for_and_missing_is_told(office: Office) -> None:
    ActionSettings.objects.update(required_evidence={"RCP": ["presence"]})
    (found,) = alerts_of(office.rcp(DAY, state="draft"), user=office.staff)
    assert "feuille de présence" in found.sentence
