"""Suspensions: from a day, until another, with their effect on what is paid."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from association.machine import TransitionRefused
from association.models import FieldChange, Team, User
from conventions.models import Convention, Suspension
from conventions.services.ending import end_conventions, stop_with_recognition, terminate_convention
from conventions.services.suspending import resume_convention, suspend_convention
from tests import factories
from tests.conventions.making import signed
from tests.conventions.months import meeting, settled, travel

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    """In force since 10 September 2026."""
    return signed(team, staff)


def suspended(convention: Convention, staff: User, on: date = date(2026, 10, 5)) -> Convention:
    return suspend_convention(convention=convention, starts_on=on, reason="Départ du médecin", actor=staff)


def test_suspended_days_are_not_paid_and_the_others_are(convention: Convention, staff: User) -> None:
    days = {date(2026, 10, 4): 50_00, date(2026, 10, 5): "CONVENTION", date(2026, 10, 19): "CONVENTION"}
    days |= {date(2026, 10, 20): 50_00}
    held = resume_convention(convention=suspended(convention, staff), resumed_on=date(2026, 10, 20), actor=staff)
    assert held.state == "signed"
    for day in days:
        meeting(convention.team, day)
    found = settled(date(2026, 10, 1), staff)
    assert {day: found[day, "Évrard"] for day in days} == days


def test_open_suspension_pays_nothing_from_its_first_day_on(convention: Convention, staff: User) -> None:
    assert suspended(convention, staff).state == "suspended"
    meeting(convention.team, date(2026, 10, 30))
    assert settled(date(2026, 10, 1), staff)[date(2026, 10, 30), "Évrard"] == "CONVENTION"


def test_suspension_keeps_its_reason(convention: Convention, staff: User) -> None:
    suspended(convention, staff)
    row = Suspension.objects.get()
    assert (row.starts_on, row.ends_on, row.reason) == (date(2026, 10, 5), None, "Départ du médecin")


@pytest.mark.parametrize("day", [date(2026, 9, 9), date(2026, 11, 21)])
def test_suspension_before_the_effect_or_in_the_future_is_refused(
    day: date, convention: Convention, staff: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        suspended(convention, staff, on=day)
    assert refused.value.message_dict == {"starts_on": ["La suspension commence entre le 10/09/2026 et le 20/11/2026."]}
    assert Convention.objects.get().state == "signed"


def test_suspension_within_one_that_was_lifted_is_refused(convention: Convention, staff: User) -> None:
    held = resume_convention(convention=suspended(convention, staff), resumed_on=date(2026, 10, 20), actor=staff)
    with pytest.raises(ValidationError, match="entre le 20/10/2026 et le 20/11/2026"):
        suspended(held, staff, on=date(2026, 10, 19))
    assert suspended(held, staff, on=date(2026, 10, 20)).state == "suspended"


def test_suspension_of_a_convention_that_has_not_begun_is_refused(
    team: Team, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    convention = signed(team, staff, starts_on=date(2026, 12, 1))
    with pytest.raises(ValidationError, match="prend effet le 01/12/2026"):
        suspended(convention, staff, on=date(2026, 12, 2))


def test_suspension_without_a_reason_is_refused(convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="motif"):
        suspend_convention(convention=convention, starts_on=TODAY, reason=" ", actor=staff)


def test_suspension_with_an_endless_reason_is_refused_beside_the_field(convention: Convention, staff: User) -> None:
    with pytest.raises(ValidationError) as refused:
        suspend_convention(convention=convention, starts_on=TODAY, reason="a" * 201, actor=staff)
    assert list(refused.value.message_dict) == ["reason"]


def test_suspension_lifted_on_its_first_day_is_refused(convention: Convention, staff: User) -> None:
    held = suspended(convention, staff, on=TODAY)
    with pytest.raises(ValidationError, match="à partir du lendemain"):
        resume_convention(convention=held, resumed_on=TODAY, actor=staff)


def test_suspension_lifted_in_the_future_is_refused(convention: Convention, staff: User) -> None:
    with pytest.raises(ValidationError, match="à venir"):
        resume_convention(convention=suspended(convention, staff), resumed_on=date(2026, 12, 1), actor=staff)


@pytest.mark.parametrize("day", [date(2026, 10, 6), date(2026, 11, 15), date(2026, 12, 31)])
def test_termination_ends_the_suspension_that_runs(convention: Convention, staff: User, day: date) -> None:
    held = suspended(convention, staff)
    terminate_convention(convention=held, terminated_on=day, reason="Départs", actor=staff)
    assert Suspension.objects.get().ends_on == day


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 10, 5)])
def test_termination_before_the_suspension_is_refused_and_changes_nothing(
    convention: Convention, staff: User, day: date
) -> None:
    held = suspended(convention, staff)
    with pytest.raises(ValidationError) as refused:
        terminate_convention(convention=held, terminated_on=day, reason="Départs", actor=staff)
    assert "suspendue depuis le 05/10/2026" in refused.value.message_dict["terminated_on"][0]
    assert Convention.objects.get().state == "suspended"
    assert Suspension.objects.get().ends_on is None


def test_term_of_a_suspended_convention_ends_the_suspension(convention: Convention, staff: User) -> None:
    held = suspended(convention, staff)
    assert end_conventions(on=held.ends_on + timedelta(days=3)) == 1
    assert Suspension.objects.get().ends_on == held.ends_on + timedelta(days=1)


def test_recognition_withdrawn_before_a_suspension_leaves_none_behind(convention: Convention, staff: User) -> None:
    held = suspended(convention, staff)
    stop_with_recognition(team=held.team, withdrawn_on=date(2026, 10, 1), reason="Retrait", actor=staff)
    assert Convention.objects.get().terminated_on == date(2026, 10, 1)
    assert not Suspension.objects.exists()
    told = FieldChange.objects.get(field="suspensions")
    assert (told.before, told.after) == (
        "à partir du 05/10/2026",
        "sans effet : la convention n’est plus en vigueur à partir du 01/10/2026",
    )


def test_convention_taken_over_as_suspended_can_be_taken_up_again(staff: User) -> None:
    convention = factories.ConventionFactory(suspended=True)
    assert resume_convention(convention=convention, resumed_on=TODAY, actor=staff).state == "signed"


@pytest.mark.parametrize("state", ["draft", "issued", "signing", "suspended", "ended", "terminated", "abandoned"])
def test_suspension_is_refused_from_every_other_state(state: str, staff: User) -> None:
    convention = factories.ConventionFactory(**{state: True})
    with pytest.raises(TransitionRefused):
        suspended(convention, staff)
    assert not Suspension.objects.exists()
