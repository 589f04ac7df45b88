"""The end of a convention: by a decision, past or to come, by its date, and with a recognition."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import FieldChange, Team, TransitionLog, User
from association.workflow import fire
from conventions.models import Amendment, Convention
from conventions.services import ending
from conventions.services.amendment_drafting import propose_terms
from conventions.services.ending import end_conventions, stop_with_recognition, terminate_convention
from conventions.services.renewing import renew_convention
from conventions.tasks import end_conventions as daily
from tests import factories
from tests.conventions.making import signed
from tests.conventions.months import meeting, settled, travel

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    """In force from 10 September 2026 to 31 August 2028."""
    return signed(team, staff)


def terminated(convention: Convention, staff: User, on: date) -> Convention:
    return terminate_convention(convention=convention, terminated_on=on, reason="Le médecin part", actor=staff)


def state_of_team() -> str:
    return str(Team.objects.get().state)


# --- by a decision -----------------------------------------------------------------------------------------------


def test_termination_in_the_past_pays_the_days_before_it_and_not_that_day(convention: Convention, staff: User) -> None:
    assert terminated(convention, staff, date(2026, 10, 15)).state == "terminated"
    assert state_of_team() == "recognised"
    for day in (14, 15):
        meeting(convention.team, date(2026, 10, day))
    found = settled(date(2026, 10, 1), staff)
    assert (found[date(2026, 10, 14), "Évrard"], found[date(2026, 10, 15), "Évrard"]) == (50_00, "CONVENTION")


def test_termination_to_come_leaves_the_convention_in_force_until_that_day(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminated(convention, staff, date(2026, 12, 15))
    assert state_of_team() == "under_convention"
    travel(monkeypatch, date(2026, 12, 14))
    end_conventions()
    assert state_of_team() == "under_convention"
    travel(monkeypatch, date(2026, 12, 15))
    end_conventions()
    assert state_of_team() == "recognised"
    for day in (14, 15):
        meeting(convention.team, date(2026, 12, day))
    travel(monkeypatch, date(2027, 1, 4))
    found = settled(date(2026, 12, 1), staff)
    assert (found[date(2026, 12, 14), "Évrard"], found[date(2026, 12, 15), "Évrard"]) == (50_00, "CONVENTION")


@pytest.mark.parametrize("day", [date(2026, 9, 9), date(2028, 9, 1)])
def test_termination_outside_the_convention_is_refused(day: date, convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="entre la prise d'effet"):
        terminated(convention, staff, day)
    assert state_of_team() == "under_convention"


def test_termination_without_a_reason_is_refused(convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="motif"):
        terminate_convention(convention=convention, terminated_on=TODAY, reason="", actor=staff)


def test_termination_abandons_the_amendments_that_are_open(convention: Convention, staff: User) -> None:
    propose_terms(convention=convention, effective_on=TODAY, action_types=["RCP"], ceiling_cents=10_000_00, actor=staff)
    terminated(convention, staff, TODAY)
    assert Amendment.objects.get().state == "abandoned"


def test_termination_of_one_of_two_conventions_leaves_the_team_under_convention(
    convention: Convention, staff: User
) -> None:
    factories.ConventionFactory(signed=True, team=convention.team)
    terminated(convention, staff, TODAY)
    assert state_of_team() == "under_convention"


@pytest.mark.parametrize("state", ["draft", "issued", "signing", "ended", "terminated", "abandoned"])
def test_termination_is_refused_from_every_other_state(state: str, staff: User) -> None:
    with pytest.raises(TransitionRefused):
        terminated(factories.ConventionFactory(**{state: True}), staff, date(2026, 5, 1))


# --- by its date -------------------------------------------------------------------------------------------------


def test_end_by_date_is_stated_once_however_often_it_is_asked(convention: Convention) -> None:
    assert end_conventions(on=date(2028, 8, 31)) == 0
    assert end_conventions(on=date(2028, 9, 1)) == 1
    assert end_conventions(on=date(2028, 9, 1)) == 0
    assert Convention.objects.get().state == "ended"
    assert state_of_team() == "recognised"
    assert TransitionLog.objects.filter(transition="end").count() == 1
    assert TransitionLog.objects.filter(transition="leave_convention").count() == 1


def test_daily_task_states_the_ends(convention: Convention, monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, date(2028, 9, 1))
    daily()
    assert Convention.objects.get().state == "ended"


def test_schedule_names_the_daily_task(settings) -> None:  # type: ignore[no-untyped-def]
    assert daily.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_suspended_convention_ends_by_its_date_too(staff: User) -> None:
    convention = factories.ConventionFactory(suspended=True, ends_on=date(2026, 6, 30))
    assert end_conventions() == 1
    convention.refresh_from_db()
    assert convention.state == "ended"


def test_suspended_team_whose_convention_ended_comes_back_as_recognised(convention: Convention, staff: User) -> None:
    fire(convention.team, "suspend", actor=staff, comment="Composition à revoir")
    end_conventions(on=date(2028, 9, 1))
    team = Team.objects.get()
    assert (team.state, team.suspended_from) == ("suspended", "recognised")
    assert FieldChange.objects.get(field="suspended_from").after == "Enregistrée"
    assert fire(team, "resume", actor=staff).state == "recognised"


def test_team_with_a_signed_renewal_stays_under_convention(convention: Convention, staff: User) -> None:
    factories.ConventionFactory(
        team=convention.team,
        state="signed",
        renews=convention,
        starts_on=date(2028, 9, 1),
        ends_on=date(2030, 8, 31),
        signed_on=date(2028, 8, 1),
        effective_on=date(2028, 9, 1),
    )
    assert end_conventions(on=date(2028, 9, 1)) == 1
    assert state_of_team() == "under_convention"


def test_convention_terminated_meanwhile_does_not_keep_the_others_from_ending(
    staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (factories.ConventionFactory(signed=True, ends_on=date(2026, 6, 30)) for _ in range(2))
    real = ending.lock

    def somebody_was_faster(obj):  # type: ignore[no-untyped-def]
        if obj == one.team and Convention.objects.get(pk=one.pk).state == "signed":
            fire(one, "terminate", actor=staff, comment="Entre-temps", terminated_on=date(2026, 6, 1))
        return real(obj)

    monkeypatch.setattr(ending, "lock", somebody_was_faster)
    assert end_conventions() == 1
    assert list(Convention.objects.order_by("pk").values_list("state", flat=True)) == ["terminated", "ended"]
    assert other.pk > one.pk


def test_end_is_the_systems_to_state(convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="rôle"):
        fire(convention, "end", actor=staff)


# --- with the recognition ----------------------------------------------------------------------------------------


def withdrawn(team: Team, on: date, staff: User) -> None:
    stop_with_recognition(team=team, withdrawn_on=on, reason="Plus de médecin généraliste", actor=staff)


def test_withdrawal_of_recognition_stops_what_pays_from_that_day(convention: Convention, staff: User) -> None:
    withdrawn(convention.team, date(2026, 10, 15), staff)
    for day in (14, 15):
        meeting(convention.team, date(2026, 10, day))
    found = settled(date(2026, 10, 1), staff)
    assert (found[date(2026, 10, 14), "Évrard"], found[date(2026, 10, 15), "Évrard"]) == (50_00, "CONVENTION")
    row = TransitionLog.objects.get(transition="terminate")
    assert "Plus de médecin généraliste" in row.comment
    assert row.actor.role == "system"


def test_withdrawal_before_the_effect_leaves_no_paid_day(convention: Convention, staff: User) -> None:
    withdrawn(convention.team, date(2026, 8, 1), staff)
    assert Convention.objects.get().terminated_on == date(2026, 9, 10)
    meeting(convention.team, date(2026, 9, 10))
    assert settled(date(2026, 9, 1), staff)[date(2026, 9, 10), "Évrard"] == "CONVENTION"


def test_withdrawal_brings_a_later_termination_forward(convention: Convention, staff: User) -> None:
    terminated(convention, staff, date(2026, 12, 31))
    withdrawn(convention.team, date(2026, 10, 15), staff)
    assert Convention.objects.get().terminated_on == date(2026, 10, 15)


def test_withdrawal_after_a_termination_does_not_put_it_off(convention: Convention, staff: User) -> None:
    terminated(convention, staff, date(2026, 10, 1))
    withdrawn(convention.team, date(2026, 10, 15), staff)
    assert Convention.objects.get().terminated_on == date(2026, 10, 1)


def test_withdrawal_dated_before_an_end_that_was_stated_cuts_it(convention: Convention, staff: User) -> None:
    end_conventions(on=date(2028, 9, 1))
    withdrawn(convention.team, date(2028, 6, 1), staff)
    cut = Convention.objects.get()
    assert (cut.state, cut.terminated_on) == ("terminated", date(2028, 6, 1))


def test_withdrawal_leaves_a_convention_that_ended_before_it(staff: User) -> None:
    convention = factories.ConventionFactory(ended=True)
    withdrawn(convention.team, date(2026, 10, 15), staff)
    assert Convention.objects.get().state == "ended"


@pytest.mark.parametrize("state", ["draft", "issued", "signing"])
def test_withdrawal_abandons_what_is_being_prepared(state: str, staff: User) -> None:
    convention = factories.ConventionFactory(**{state: True})
    withdrawn(convention.team, TODAY, staff)
    assert Convention.objects.get().state == "abandoned"


def test_withdrawal_abandons_a_renewal_and_the_open_amendments(convention: Convention, staff: User) -> None:
    propose_terms(convention=convention, effective_on=TODAY, action_types=["RCP"], ceiling_cents=10_000_00, actor=staff)
    renewal = renew_convention(convention=convention, actor=staff)
    withdrawn(convention.team, timezone.localdate(), staff)
    renewal.refresh_from_db()
    assert (renewal.state, Amendment.objects.get().state) == ("abandoned", "abandoned")
