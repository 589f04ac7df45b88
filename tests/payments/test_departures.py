"""A departure recorded by mistake is corrected as long as no frozen run has judged actions by it."""

from __future__ import annotations

from datetime import date

import pytest

from association.machine import TransitionRefused
from association.models import Membership
from association.services.members import correct_departure, leave_team
from conventions.models import Adhesion
from tests.payments.office import Office

pytestmark = pytest.mark.usefixtures("owed_as_proved")
MEETING = date(2026, 7, 6)


def left(office: Office, day: date) -> Membership:
    stay = Membership.objects.get(team=office.team, professional=office.people[1])
    return leave_team(membership=stay, left_on=day, actor=office.staff)


def test_departure_is_taken_back_while_its_month_is_not_frozen_and_is_paid(office: Office) -> None:
    office.rcp(MEETING)
    stay = left(office, date(2026, 7, 1))
    correct_departure(membership=stay, left_on=None, actor=office.staff)
    run = office.approved()
    assert office.people[1].pk in {line.professional_id for line in run.lines.all()}
    assert Adhesion.objects.get(membership=stay).state == "signed"


def test_departure_by_which_a_frozen_run_paid_nothing_stays(office: Office) -> None:
    office.rcp(MEETING)
    stay = left(office, date(2026, 7, 1))
    run = office.approved()
    with pytest.raises(TransitionRefused, match=f"{run.name} a été figé avec ce départ"):
        correct_departure(membership=stay, left_on=None, actor=office.staff)
    assert Membership.objects.get(pk=stay.pk).left_on == date(2026, 7, 1)
    # Of these days nothing was judged.
    corrected = correct_departure(membership=stay, left_on=date(2026, 7, 5), actor=office.staff)
    assert corrected.left_on == date(2026, 7, 5)


def test_departure_is_not_moved_before_an_action_that_was_paid(office: Office) -> None:
    office.rcp(MEETING)
    run = office.approved()
    stay = left(office, date(2026, 7, 31))
    with pytest.raises(TransitionRefused, match=f"{run.name} a payé des actions"):
        correct_departure(membership=stay, left_on=date(2026, 7, 1), actor=office.staff)
    assert correct_departure(membership=stay, left_on=date(2026, 7, 10), actor=office.staff).left_on
    assert correct_departure(membership=stay, left_on=None, actor=office.staff).left_on is None
