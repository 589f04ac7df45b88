"""Periods of the calendar: read, named, and compared with the year before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.periods import Period, Rhythm, parse

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31), "octobre 2026"),
        ("2026-T1", date(2026, 1, 1), date(2026, 3, 31), "1er trimestre 2026"),
        ("2026-t4", date(2026, 10, 1), date(2026, 12, 31), "4e trimestre 2026"),
        ("2026-S2", date(2026, 7, 1), date(2026, 12, 31), "2e semestre 2026"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "année 2026"),
        ("2026-01-15..2026-03-31", date(2026, 1, 15), date(2026, 3, 31), "du 15/01/2026 au 31/03/2026"),
    ],
)
def test_period_is_read_and_named(text: str, first: date, last: date, words: str) -> None:
    found = parse(text)
    assert (found.first, found.last, found.in_words) == (first, last, words)
    assert parse(found.code) == found


@pytest.mark.parametrize(
    "text", ["", "2026-00", "2026-T5", "2026-S3", "26", "2026-02-30..2026-03-01", "T3-2026", "202"]
)
def test_what_is_no_period_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas une période"):
        parse(text)


@pytest.mark.parametrize("text", ["0001", "9999", "1999-T4", "2026-01-01..2101-01-01"])
def test_a_year_that_no_report_can_have_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="entre 2000 et 2100"):
        parse(text)


def test_end_before_the_beginning_is_said() -> None:
    with pytest.raises(ValueError, match="précède"):
        parse("2026-03-01..2026-02-01")


@given(DAYS, st.sampled_from(list(Rhythm)))
def test_periods_of_a_rhythm_follow_each_other_without_a_gap(day: date, rhythm: Rhythm) -> None:
    period = rhythm.period_of(day)
    assert day in period
    assert period.rhythm == rhythm
    assert rhythm.after(period).first == period.last + timedelta(days=1)
    assert rhythm.after(rhythm.before(period)) == period
    assert len(period.months) == rhythm


@given(DAYS, st.sampled_from(list(Rhythm)))
def test_year_before_is_the_same_period_of_the_calendar(day: date, rhythm: Rhythm) -> None:
    period = rhythm.period_of(day)
    before = period.year_before
    assert before == rhythm.period_of(before.first)
    assert (before.first.year, before.first.month) == (period.first.year - 1, period.first.month)


def test_year_before_a_leap_day_is_the_28th() -> None:
    assert Period(date(2024, 2, 29), date(2024, 2, 29)).year_before == Period(date(2023, 2, 28), date(2023, 2, 28))
