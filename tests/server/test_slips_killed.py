"""The slips of a run, made by a process that is really killed and gone on with by another: each beneficiary has one.

The process dies by SIGKILL while it works, wherever it is, or between the paper that lies in its place and the row that
says so. The same for handing them to the outbox.
"""

from __future__ import annotations

import signal
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from association.documents import sha256_of
from association.jobs import sweep
from association.models import Job, OutgoingMail, Professional, User
from payments.models import Run, Slip, SlipMail
from payments.services.exporting import export_run
from payments.services.runs import approve_run, prepare_run, submit_run
from payments.services.slips import make_slips, request_sending, request_slips
from tests.bench import database
from tests.factories import UserFactory
from tests.server.kinds.apps import PAUSE_AFTER, PAUSE_AT, PAUSED
from tests.server.processes import Process, environment_of_this_database, until
from tests.server.test_bulk import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)

TEAMS = 10
SLIPS = TEAMS * database.MEMBERS
AFTER = SLIPS // 2
KEPT = "payments.services.slips._keep"
IN_ITS_PLACE = "association.documents.sha256_of"  # asked for when the paper lies there, before its row
HANDED_OVER = "payments.services.slips.queue_mail"


@pytest.fixture
def treasurer(db: None) -> User:
    return UserFactory(treasurer=True)  # type: ignore[no-any-return]


@pytest.fixture
def run(treasurer: User, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An exported run of ``SLIPS`` beneficiaries with an address."""
    monkeypatch.setattr(database, "PER_TEAM", 2 * database.MEMBERS)
    database.write_region(SLIPS * 2)
    Professional.objects.update(email="membre@cabinet.example")
    staff = UserFactory(staff=True)
    found = submit_run(run=prepare_run(month=database.LAST_MONTH, actor=staff), actor=staff)
    return export_run(run=approve_run(run=found, actor=treasurer), actor=treasurer).export.run


def child(job: Job, folder: Path, **more: str) -> Process:
    return Process(
        *(sys.executable, "-c", PROGRAM, str(job.pk)), folder=folder, environment=environment_of_this_database(**more)
    )


def assert_each_once(run: Run, job: Job) -> None:
    """One slip of each beneficiary, its paper whole and in its place; no other file beside them but the one of all."""
    job.refresh_from_db()
    assert (job.state, job.done_count, job.total_count) == ("done", SLIPS, SLIPS)
    slips = list(Slip.objects.filter(run=run).select_related("document"))
    assert len(slips) == len({slip.beneficiary_id for slip in slips}) == SLIPS
    assert {slip.version for slip in slips} == {1}
    assert all(sha256_of(slip.document.path) == slip.document.sha256 for slip in slips)
    assert job.result is not None
    folder = Path(settings.DOCUMENTS_DIR) / "paiements" / str(run.pk) / "releves"
    known = {slip.document.path for slip in slips} | {job.result.path}
    assert {path for path in folder.iterdir() if path.suffix != ".part"} == known
    with zipfile.ZipFile(job.result.path) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist()) == SLIPS


def test_process_killed_while_it_makes_slips_then_resumed_makes_each_once(
    run: Run, treasurer: User, started: Callable[[Process], Process], tmp_path: Path
) -> None:
    job = request_slips(run=run, actor=treasurer)
    first = started(child(job, tmp_path))
    until(lambda: Slip.objects.count() > SLIPS // 3, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert SLIPS // 3 < Slip.objects.count() < SLIPS
    second = started(child(job, tmp_path))
    until(lambda: second.says("done"), seconds=180, said=second.output)
    assert_each_once(run, job)


def test_process_killed_between_a_paper_and_its_row_then_resumed_makes_each_once(
    run: Run, treasurer: User, started: Callable[[Process], Process], tmp_path: Path
) -> None:
    job, flag = request_slips(run=run, actor=treasurer), tmp_path / "paused"
    first = started(child(job, tmp_path, **{PAUSE_AT: IN_ITS_PLACE, PAUSED: str(flag), PAUSE_AFTER: str(AFTER)}))
    until(flag.exists, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert Slip.objects.count() == AFTER
    second = started(child(job, tmp_path))
    until(lambda: second.says("done"), seconds=180, said=second.output)
    assert_each_once(run, job)


def test_process_killed_while_it_hands_slips_over_then_resumed_hands_each_over_once(
    run: Run, treasurer: User, started: Callable[[Process], Process], tmp_path: Path
) -> None:
    make_slips(run=run, actor=treasurer)
    job, flag = request_sending(run=run, actor=treasurer), tmp_path / "paused"
    first = started(child(job, tmp_path, **{PAUSE_AT: HANDED_OVER, PAUSED: str(flag), PAUSE_AFTER: str(AFTER)}))
    until(flag.exists, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert SlipMail.objects.count() == AFTER
    second = started(child(job, tmp_path))
    until(lambda: second.says("done"), seconds=180, said=second.output)
    assert OutgoingMail.objects.count() == SlipMail.objects.count() == SLIPS
    assert SlipMail.objects.values("slip").distinct().count() == SLIPS


@pytest.mark.server
def test_worker_killed_while_it_makes_slips_then_restarted_makes_each_once(
    run: Run, treasurer: User, start_worker: Callable[..., Process], tmp_path: Path
) -> None:
    flag = tmp_path / "paused"
    first = start_worker(**{PAUSE_AT: KEPT, PAUSED: str(flag), PAUSE_AFTER: str(AFTER)})
    job = request_slips(run=run, actor=treasurer)
    until(flag.exists, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert Slip.objects.count() == AFTER
    second = start_worker()

    def ended() -> bool:
        sweep()
        return bool(Job.objects.get(pk=job.pk).state == "done")

    until(ended, seconds=180, said=second.output)
    assert_each_once(run, job)
