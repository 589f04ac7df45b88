"""When a review is due and when its team is reminded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.review_calendar import Plan, due_date, reminder_days, reminder_due, year_to_review

PLAN = Plan(due_month=3, due_day=31, remind_before_days=15, remind_every_days=15, remind_times=3)
DUE, ASKED = date(2026, 3, 31), date(2026, 1, 2)


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 1, 1), 2025), (date(2026, 6, 30), 2025), (date(2026, 7, 1), None), (date(2026, 12, 31), None)],
)
def test_forms_go_out_by_themselves_from_january_to_june(today: date, year: int | None) -> None:
    assert year_to_review(today) == year


@pytest.mark.parametrize(
    ("month", "day", "asked_on", "due"),
    [
        (3, 31, date(2026, 1, 2), date(2026, 3, 31)),
        (2, 31, date(2026, 1, 2), date(2026, 2, 28)),  # the month has no such day
        (3, 31, date(2026, 3, 20), date(2026, 4, 10)),  # three weeks at least
        (3, 31, date(2026, 11, 30), date(2026, 12, 21)),
    ],
)
def test_due_date_is_that_of_the_settings_or_three_weeks_away(month: int, day: int, asked_on: date, due: date) -> None:
    assert due_date(2025, Plan(month, day, 15, 15, 3), asked_on=asked_on) == due


def test_reminders_hang_on_the_due_date() -> None:
    assert list(reminder_days(DUE, PLAN)) == [
        date(2026, 3, 16),
        date(2026, 4, 15),
        date(2026, 4, 30),
        date(2026, 5, 15),
    ]


def test_day_before_a_reminder_has_none() -> None:
    assert reminder_due(DUE, PLAN, asked_on=ASKED, done_for=None, today=date(2026, 3, 15)) is None


def test_reminder_that_was_slept_through_is_sent_once_for_its_own_day() -> None:
    late = date(2026, 5, 2)  # after three of them
    planned = reminder_due(DUE, PLAN, asked_on=ASKED, done_for=None, today=late)
    assert planned == date(2026, 4, 30)
    assert reminder_due(DUE, PLAN, asked_on=ASKED, done_for=planned, today=late) is None


def test_reminder_planned_before_the_request_is_left_out() -> None:
    assert reminder_due(DUE, PLAN, asked_on=date(2026, 3, 16), done_for=None, today=date(2026, 3, 20)) is None


@given(awake=st.sets(st.integers(0, 200)))
def test_machine_that_sleeps_moves_no_reminder(awake: set[int]) -> None:
    """Whatever the days on which it is awake, each reminder is for a planned day, and none is sent twice."""
    done: list[date] = []
    for number in sorted(awake):
        day = ASKED + timedelta(days=number)
        planned = reminder_due(DUE, PLAN, asked_on=ASKED, done_for=done[-1] if done else None, today=day)
        if planned is not None:
            assert planned <= day
            done.append(planned)
    assert done == sorted(set(done))
    assert set(done) <= set(reminder_days(DUE, PLAN))
