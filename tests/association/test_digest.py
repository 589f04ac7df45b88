"""The digest: who gets it and when, once a day, and how it is stopped."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from association.digest import send_digests, subscribers, token_of, write_digest
from association.jobs import run_job
from association.models import Digest, DigestDay, Job, OutgoingMail, Role, User
from association.services.preferences import stop_digest
from association.workflow import fire
from tests.factories import TeamFactory, UserFactory
from tests.factories.correspondence import ExchangeFactory
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 28)


@pytest.fixture
def officer() -> User:
    return UserFactory(staff=True, digest=Digest.DAILY, full_name="Claire Martin")


@pytest.fixture
def waiting_team(officer: User) -> Any:
    return TeamFactory(to_complete=True, officer=officer, name="Équipe du Lac")


@pytest.mark.parametrize(
    ("digest", "days"),
    [(Digest.NEVER, []), (Digest.DAILY, [MONDAY, TUESDAY]), (Digest.WEEKLY, [MONDAY])],
)
def test_days_of_a_rhythm(digest: str, days: list[date]) -> None:
    user = UserFactory(digest=digest)
    assert [day for day in (MONDAY, TUESDAY, SATURDAY) if user in subscribers(day)] == days


def test_nobody_is_subscribed_who_did_not_ask() -> None:
    assert UserFactory().digest == Digest.NEVER


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"role": Role.SYSTEM},
        {"role": Role.AUDITOR, "access_until": MONDAY - timedelta(days=1)},
    ],
)
def test_account_that_has_ended_is_sent_nothing(changes: dict[str, Any]) -> None:
    UserFactory(**{"digest": Digest.DAILY, **changes})
    assert list(subscribers(MONDAY)) == []


def test_beat_delivered_twice_sends_once(officer: User, waiting_team: Any, mailoutbox: list[Any]) -> None:
    assert (send_digests(day=MONDAY), send_digests(day=MONDAY)) == (1, 0)
    for job in Job.objects.all():
        run_job(job.pk)
    assert [mail.to for mail in mailoutbox] == [[officer.email]]
    assert send_digests(day=TUESDAY) == 1


def test_digest_is_read_by_nobody_else_in_the_outbox(officer: User, waiting_team: Any) -> None:
    mail = write_digest(user=officer, day=MONDAY)
    assert mail
    client = Client()
    client.force_login(UserFactory(staff=True))
    page = client.get(reverse("association:outbox"))
    assert "0 message" in plain(page)
    assert mail.subject not in page.content.decode()
    assert client.get(reverse("association:outbox_mail", args=[mail.pk])).status_code == 404


def test_second_worker_that_has_the_same_list_writes_nothing(officer: User, waiting_team: Any) -> None:
    assert write_digest(user=officer, day=MONDAY)
    assert write_digest(user=officer, day=MONDAY) is None
    assert OutgoingMail.objects.count() == DigestDay.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_write_one_message(officer: User, waiting_team: Any) -> None:
    together, made = threading.Barrier(2), []

    def work() -> None:
        try:
            user = User.objects.get(pk=officer.pk)
            together.wait(10)
            made.append(write_digest(user=user, day=MONDAY))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(mail is not None for mail in made) == [False, True]
    assert OutgoingMail.objects.count() == 1
    connection.close()


def test_nothing_waits_and_nothing_changed_sends_nothing_and_the_day_is_done(officer: User) -> None:
    assert send_digests(day=MONDAY) == 0
    assert DigestDay.objects.get().mail is None
    TeamFactory(to_complete=True, officer=officer)
    assert send_digests(day=MONDAY) == 0, "the beat of the next hour finds the day done"


def test_message_tells_what_waits_and_what_changed_with_links_and_names_nobody(
    officer: User, waiting_team: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://esp.example/"
    other = UserFactory(staff=True, full_name="Zoé Personne")
    changed = TeamFactory(registered=True, officer=officer, name="Équipe du Pont")
    fire(changed, "accompany", actor=other)
    exchange = ExchangeFactory(team=waiting_team, author=officer, follow_up_on=timezone.localdate())
    type(exchange).objects.filter(pk=exchange.pk).update(subject="Appel du docteur Secret")
    mail = write_digest(user=officer, day=MONDAY)
    assert mail
    assert f"https://esp.example/reconnaissances/?waiting=completer&officer={officer.pk}" in mail.body
    assert f"Équipe du Pont\u00a0: Équipe (accompagnée)\n  https://esp.example/equipes/{changed.pk}/" in mail.body
    assert "Zoé Personne" not in mail.body
    assert "Secret" not in mail.body
    assert "« " not in mail.subject
    assert mail.created_by.role == Role.SYSTEM


def test_what_an_earlier_digest_told_is_not_told_again(officer: User) -> None:
    team = TeamFactory(registered=True, officer=officer)
    fire(team, "accompany", actor=UserFactory(staff=True))
    assert write_digest(user=officer, day=MONDAY)
    assert write_digest(user=officer, day=TUESDAY) is None


# --- stopping ------------------------------------------------------------------------------------------------


def test_mail_program_can_stop_it_in_one_press(officer: User, waiting_team: Any, mailoutbox: list[Any]) -> None:
    send_digests(day=MONDAY)
    run_job(Job.objects.get().pk)
    [sent] = mailoutbox
    url = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in sent.body
    path = "/" + url.split("/", 3)[3]
    pressed = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert pressed.status_code == 200
    officer.refresh_from_db()
    assert officer.digest == Digest.NEVER


def test_link_asks_first_and_stops_on_a_press(officer: User) -> None:
    path = reverse("association:digest_stop", args=[token_of(officer)])
    asked = Client().get(path)
    assert "Arrêter le résumé par courriel" in asked.content.decode()
    officer.refresh_from_db()
    assert officer.digest == Digest.DAILY
    assert "Le résumé est arrêté" in Client().post(path).content.decode()
    assert "Le résumé est arrêté" in Client().get(path).content.decode()


def test_token_of_somebody_s_own_making_opens_nothing(officer: User) -> None:
    for token in (str(officer.pk), token_of(officer)[:-1], f"{officer.pk}:x:y"):
        assert Client().post(reverse("association:digest_stop", args=[token])).status_code == 404
    officer.refresh_from_db()
    assert officer.digest == Digest.DAILY


def test_other_messages_carry_no_such_header(officer: User, mailoutbox: list[Any]) -> None:
    from association.mails import queue_mail

    queue_mail(to="a@b.example", subject="Bonjour", body="Bonjour", team=None, actor=officer)
    run_job(Job.objects.get().pk)
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers


# --- preferences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["staff", "treasurer", "ars", "auditor", "referent", "admin"])
def test_each_role_chooses_its_rhythm(role: str) -> None:
    user = UserFactory(**{role: True})
    client = Client()
    client.force_login(user)
    page = reverse("association:preferences")
    assert page in client.get("/accueil/changements/").content.decode()
    assert client.post(page, {"digest": "weekly"}).status_code == 302
    user.refresh_from_db()
    assert user.digest == Digest.WEEKLY
    assert "chaque lundi" in client.get("/accueil/changements/").content.decode()


def test_rhythm_that_does_not_exist_is_refused_on_the_page(officer: User) -> None:
    client = Client()
    client.force_login(officer)
    assert client.post(reverse("association:preferences"), {"digest": "hourly"}).status_code == 200
    officer.refresh_from_db()
    assert officer.digest == Digest.DAILY


def test_stopping_twice_stays_stopped(officer: User) -> None:
    assert [stop_digest(user=officer).digest for _ in range(2)] == [Digest.NEVER] * 2
