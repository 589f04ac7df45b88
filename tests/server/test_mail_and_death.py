"""A process that dies between the answer of the server for e-mail and the commit: nobody sends the message again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from association import jobs
from association.mails import UNCERTAIN, queue_mail, send_again
from association.models import Job, OutgoingMail, User
from association.selectors.exchanges import uncertain_mails
from tests.factories import UserFactory
from tests.server.kinds.apps import PAUSE_AT, PAUSED
from tests.server.processes import ROOT, Process, until
from tests.server.smtp import Mailbox
from tests.server.test_embedded_site import Site, up

ANSWERED = "association.mails._note_sent"  # the server has taken the message, and the row does not say so yet


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        yield server
        server.shutdown()


def test_site_killed_after_the_server_took_a_message_leaves_it_uncertain(
    tmp_path: Path, mailbox: Mailbox, started: Callable[[Process], Process]
) -> None:
    site, flag = Site(tmp_path), tmp_path / "paused"
    site.environment |= {"EMAIL_URL": mailbox.url, PAUSE_AT: ANSWERED, PAUSED: str(flag)}
    first = up(site, started)
    subprocess.run([sys.executable, "manage.py", "write_mail"], cwd=ROOT, env=site.environment, check=True)
    until(flag.exists, said=first.output)
    first.signal(signal.SIGKILL)

    second = up(site, started)
    until(lambda: site.job(1)[0] == "failed", said=second.output)
    assert len(mailbox.taken) == 1
    with sqlite3.connect(site.data / "esp-clap.sqlite3", timeout=20) as database:
        [(sending_at, sent_at)] = database.execute("SELECT sending_at, sent_at FROM association_outgoingmail")
        [(error,)] = database.execute("SELECT error FROM association_job")
    assert sending_at
    assert sent_at is None
    assert error == UNCERTAIN


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_worker_killed_after_the_server_took_a_message_leaves_it_to_a_person(
    tmp_path: Path, mailbox: Mailbox, start_worker: Any, settings: Any
) -> None:
    flag, staff = tmp_path / "paused", UserFactory(staff=True)
    settings.MAIL_IS_SENT = True
    first = start_worker(**{PAUSE_AT: ANSWERED, PAUSED: str(flag), "EMAIL_URL": mailbox.url})
    mail = queue_mail(to="r@cabinet.example", subject="Essai", body="Bonjour.", team=None, actor=User.objects.system())
    until(flag.exists, said=first.output)
    first.signal(signal.SIGKILL)
    assert list(uncertain_mails(staff)) == [], "the job may still be alive"

    second = start_worker(EMAIL_URL=mailbox.url)

    def swept() -> bool:
        jobs.sweep()
        return bool(Job.objects.get().state == Job.State.FAILED)

    until(swept, said=second.output)
    assert len(mailbox.taken) == 1
    assert list(uncertain_mails(staff)) == [mail]

    send_again(mail=mail, actor=staff)
    until(lambda: OutgoingMail.objects.get().sent_at, said=second.output)
    assert len(mailbox.taken) == 2
