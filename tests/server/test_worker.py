"""A real worker process on a real broker and PostgreSQL: killed, given a job twice, left without its broker."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from association import jobs
from association.models import Document, Job, User
from association.tasks import run_job as run_job_task
from config.celery import app
from payments.models import DueLine, Payment, RunExport
from payments.services.exporting import request_export
from tests.payments.office import JULY, Office
from tests.server.kinds.apps import COUNT, KILL, PAUSE_AT, PAUSED
from tests.server.processes import ROOT, Process, free_port, until, worker_environment

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def ask(kind: str, notes: Path, **params: Any) -> Job:
    actor = User.objects.system()
    return jobs.request_job(kind=kind, title="Essai", key=kind, params={"notes": str(notes), **params}, actor=actor)


def state(job: Job) -> str:
    return str(Job.objects.get(pk=job.pk).state)


def sweep_until(job: Job, wanted: str, process: Process | None = None, seconds: float = 60) -> None:
    """Sweep as the schedule does, until the job is at a state."""

    def there() -> bool:
        jobs.sweep()
        return state(job) == wanted

    until(there, seconds=seconds, said=process.output if process else str)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def test_job_asked_for_is_done_by_the_worker(start_worker: Callable[..., Process], notes: Path) -> None:
    process = start_worker()
    job = ask(COUNT, notes, steps=3)
    until(lambda: state(job) == "done", said=process.output)
    assert notes.read_text().split("\n")[:-1] == ["begun 1", "ended 1"]
    assert Job.objects.get(pk=job.pk).done_count == 3


def test_worker_killed_in_the_middle_then_restarted_ends_the_job_once(
    start_worker: Callable[..., Process], notes: Path
) -> None:
    first = start_worker()
    job = ask(COUNT, notes, steps=20)
    until(lambda: Job.objects.get(pk=job.pk).done_count > 2, said=first.output)
    first.signal(signal.SIGKILL)
    assert state(job) == "running"
    second = start_worker()
    sweep_until(job, "done", second)
    assert notes.read_text().split("\n")[:-1] == ["begun 1", "begun 2", "ended 2"]


def test_job_delivered_twice_is_done_once(start_worker: Callable[..., Process], notes: Path) -> None:
    process = start_worker()
    job = ask(COUNT, notes, steps=3)
    for _ in range(3):
        run_job_task.apply_async((job.pk,))
    after = ask(KILL.replace("kill", "count"), notes, steps=1)
    until(lambda: state(job) == "done" and state(after) == "done", said=process.output)
    assert notes.read_text().count("begun") == Job.objects.count()


def test_job_that_always_kills_its_worker_stops_after_its_attempts(
    start_worker: Callable[..., Process], notes: Path, settings: Any
) -> None:
    process = start_worker()
    job = ask(KILL, notes)
    sweep_until(job, "failed", process)
    assert notes.read_text().count("begun") == settings.JOB_MAX_ATTEMPTS
    assert "tentatives" in Job.objects.get(pk=job.pk).error


@pytest.mark.parametrize(
    "line",
    [
        "payments.services.exporting.write_payment_workbook",
        "payments.services.exporting.store_file",
        "payments.services.exporting.fire_all",
        "association.jobs._leave",
    ],
)
def test_worker_killed_in_the_middle_of_an_export_then_restarted_gives_one_file(
    start_worker: Callable[..., Process], tmp_path: Path, line: str
) -> None:
    """Killed before the workbook, before it is stored, after it is stored, and between the export and the job's end."""
    office = Office()
    office.rcp(JULY)
    run = office.approved()
    flag = tmp_path / "paused"
    first = start_worker(**{PAUSE_AT: line, PAUSED: str(flag)})
    job = request_export(run=run, actor=office.treasurer)
    until(flag.exists, said=first.output)
    first.signal(signal.SIGKILL)
    assert state(job) == "running"
    lines = list(DueLine.objects.values())

    second = start_worker()
    sweep_until(job, "done", second)
    export = RunExport.objects.get()
    assert Document.objects.get() == export.document
    assert Job.objects.get(pk=job.pk).result == export.document
    assert [path.name for path in export.document.path.parent.iterdir()] == [export.document.path.name]
    assert list(DueLine.objects.values()) == lines
    assert set(Payment.objects.values_list("state", flat=True)) == {"sent"}
    run.refresh_from_db()
    assert run.state == "exported"


# --- a broker of one's own, that comes and goes --------------------------------------------------------------


@pytest.fixture
def broker(started: Callable[[Process], Process], tmp_path: Path) -> Process:
    """A Redis of this test alone, not started yet."""
    redis = shutil.which("redis-server")
    assert redis, "redis-server n'est pas installé (apt install redis-server)"
    port = str(free_port())
    process = Process(redis, "--port", port, "--save", "", "--dir", str(tmp_path), folder=tmp_path)
    process.url = f"redis://127.0.0.1:{port}/0"  # type: ignore[attr-defined]
    return process


def ask_elsewhere(environment: dict[str, str], notes: Path) -> dict[str, Any]:
    """Ask for a job in another process (a page's), and return what it says."""
    params = json.dumps({"notes": str(notes), "steps": 1})
    command = [sys.executable, "manage.py", "ask", COUNT, params]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(said.stdout))


@pytest.mark.parametrize("way", ["stopped", "silent"])
def test_request_without_broker_waits_and_runs_when_it_is_back(
    broker: Any, started: Any, start_worker: Callable[..., Process], notes: Path, way: str
) -> None:
    environment = worker_environment(REDIS_URL=broker.url, JOB_SWEEP_SECONDS="1")
    if way == "silent":
        started(broker)
        until(lambda: broker.says("Ready to accept connections"), said=broker.output)
        broker.signal(signal.SIGSTOP)
    answer = ask_elsewhere(environment, notes)
    assert answer["seconds"] < 5
    assert answer["broker"] is False
    job = Job.objects.get(pk=answer["job"])
    assert (job.state, job.seen_at) == ("waiting", None)

    if way == "silent":
        broker.signal(signal.SIGCONT)
    else:
        started(broker)
    process = start_worker(environment)
    beat = Process(
        *(sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(notes.parent / "schedule")),
        folder=notes.parent,
        environment=environment,
    )
    started(beat)
    until(lambda: state(job) == "done", said=lambda: process.output() + beat.output())


def test_worker_outlives_its_broker(
    broker: Any, started: Any, start_worker: Callable[..., Process], notes: Path
) -> None:
    environment = worker_environment(REDIS_URL=broker.url, JOB_SWEEP_SECONDS="1")
    started(broker)
    until(lambda: broker.says("Ready to accept connections"), said=broker.output)
    process = start_worker(environment)
    beat = started(
        Process(
            *(sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(notes.parent / "schedule")),
            folder=notes.parent,
            environment=environment,
        )
    )
    broker.kill()
    answer = ask_elsewhere(environment, notes)
    broker.start()
    job = Job.objects.get(pk=answer["job"])
    until(lambda: state(job) == "done", seconds=60, said=lambda: process.output() + beat.output())
    assert notes.read_text().split("\n")[:-1] == ["begun 1", "ended 1"]


def test_schedule_prepares_last_month_every_day_at_six_in_paris() -> None:
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["prepare-last-month"]
    assert entry["task"] in app.tasks
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({6}, {0})
    assert str(app.timezone) == "Europe/Paris"
