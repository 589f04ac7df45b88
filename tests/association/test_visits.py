"""Visits: when one begins, and when the one before ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.models import User
from association.visits import NOTED_EVERY, PAUSE, note_page
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def last_seen(ago: timedelta) -> User:
    return UserFactory(seen_at=timezone.now() - ago)


def test_page_after_a_pause_begins_a_visit_and_keeps_the_end_of_the_one_before() -> None:
    user = last_seen(PAUSE + MINUTE)
    end = user.seen_at
    note_page(user=user)
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.last_visit_at, user.last_visit_at) == (end, end)
    assert timezone.now() - fresh.seen_at < MINUTE


def test_page_within_a_visit_moves_no_mark() -> None:
    user = last_seen(PAUSE - MINUTE)
    note_page(user=user)
    assert User.objects.get(pk=user.pk).last_visit_at is None
    assert timezone.now() - User.objects.get(pk=user.pk).seen_at < MINUTE


def test_pages_within_a_few_minutes_write_nothing() -> None:
    user = last_seen(NOTED_EVERY - MINUTE)
    with CaptureQueriesContext(connection) as captured:
        note_page(user=user)
    assert len(captured) == 0


def test_two_pages_at_once_begin_one_visit() -> None:
    first = last_seen(PAUSE + MINUTE)
    second = User.objects.get(pk=first.pk)
    end = first.seen_at
    note_page(user=first)
    note_page(user=second)
    fresh = User.objects.get(pk=first.pk)
    assert (fresh.last_visit_at, fresh.seen_at) == (end, first.seen_at)


def test_any_page_counts_and_one_for_anybody_does_not() -> None:
    user = UserFactory(seen_at=None)
    client = Client()
    client.force_login(user)
    client.get("/sante/")
    assert User.objects.get(pk=user.pk).seen_at is None
    client.get("/compte/preferences/")
    assert User.objects.get(pk=user.pk).seen_at is not None


def test_reload_after_a_pause_shows_the_same_changes() -> None:
    user = last_seen(PAUSE + MINUTE)
    client = Client()
    client.force_login(user)
    assert [client.get("/accueil/changements/").context["since"] for _ in range(2)] == [user.seen_at] * 2
