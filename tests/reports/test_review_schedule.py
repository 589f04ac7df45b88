"""The yearly reviews run without a hand: the schedule's own task, day after day, on a machine that sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from association.models import Membership, OutgoingMail
from reports.models import TeamReview
from reports.tasks import ask_for_reviews
from tests.payments.office import Office

DAYS = [date(2027, 1, 1) + timedelta(days=number) for number in range(150)]


@pytest.fixture
def office(db: None) -> Office:
    office = Office()
    person = office.people[0]
    person.email = "loic@soins.example"
    person.save()
    Membership.objects.filter(professional=person).update(is_referent=True)
    return office


def lived_through(awake: Iterator[date] | list[date], monkeypatch: pytest.MonkeyPatch) -> list[tuple[date, str]]:
    """Run the daily task on these days; return on which day each message was written."""
    found: list[tuple[date, str]] = []
    for day in awake:
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "localdate", lambda *args, day=day: day)
            known = OutgoingMail.objects.count()
            ask_for_reviews()
            new = OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)[known:]
            found += [(day, subject.rpartition(", ")[2]) for subject in new]
    return found


def entry() -> dict[str, Any]:
    (found,) = [one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == ask_for_reviews.name]
    return found


def test_schedule_asks_and_reminds_all_year_without_a_hand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lived_through(DAYS, monkeypatch) == [
        (date(2027, 1, 1), "à remplir"),
        (date(2027, 3, 16), "bientôt attendu"),
        (date(2027, 4, 15), "en retard"),
        (date(2027, 4, 30), "en retard"),
        (date(2027, 5, 15), "en retard"),
    ]
    review = TeamReview.objects.get()
    assert (review.year, review.due_on, review.state) == (2026, date(2027, 3, 31), "to_fill")


def test_machine_that_sleeps_sends_late_and_moves_no_later_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = {date(2027, 1, 1), date(2027, 1, 2), *(date(2027, 3, number) for number in range(10, 25)),
              *(date(2027, 4, number) for number in range(12, 20))}  # fmt: skip
    assert lived_through([day for day in DAYS if day not in asleep], monkeypatch) == [
        (date(2027, 1, 3), "à remplir"),
        (date(2027, 3, 25), "bientôt attendu"),
        (date(2027, 4, 20), "en retard"),
        (date(2027, 4, 30), "en retard"),
        (date(2027, 5, 15), "en retard"),
    ]
    assert TeamReview.objects.get().due_on == date(2027, 3, 31)


def test_next_year_is_due_on_its_own_day_however_late_the_one_before_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_through([date(2027, 5, 20), date(2028, 1, 4)], monkeypatch)
    assert list(TeamReview.objects.order_by("year").values_list("year", "due_on")) == [
        (2026, date(2027, 6, 10)),  # three weeks after it was asked for
        (2027, date(2028, 3, 31)),
    ]


@pytest.mark.parametrize(
    ("last_run", "now", "due"),
    [
        (datetime(2027, 1, 1, 4, 15, tzinfo=UTC), datetime(2027, 1, 4, 7, tzinfo=UTC), True),
        (datetime(2027, 1, 4, 4, 15, tzinfo=UTC), datetime(2027, 1, 4, 7, tzinfo=UTC), False),
    ],
)
def test_clock_that_was_stopped_at_its_hour_does_it_at_its_next_start(
    last_run: datetime, now: datetime, due: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock keeps when it last did what (its schedule file): 5.15 h in Paris is 4.15 h UTC in January."""
    schedule = entry()["schedule"]
    monkeypatch.setattr(schedule, "nowfun", lambda: now)
    assert schedule.is_due(last_run).is_due is due
