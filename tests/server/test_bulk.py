"""An operation on 1,000 rows whose process is killed half-way, and gone on with: each row is done exactly once.

The kill right between the step and its outcome runs twice: as it is, and with the transaction of each row taken away,
where one row must be done twice; else it would prove nothing.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from association.jobs import sweep
from association.models import BulkOperation, Exchange, Job
from tests.association import bulk_making
from tests.association.bulk_making import many_teams, started
from tests.factories import TeamFactory, UserFactory
from tests.server.kinds.apps import LOOSE_ROWS, PAUSE_AFTER, PAUSE_AT, PAUSED
from tests.server.processes import Process, environment_of_this_database, until

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 1_000
NOTE = "association.services.bulk._note"
# A command does its job in its own process; it waits until the dead one's lease has run out, and goes on.
PROGRAM = """
import sys
import django
django.setup()
from association.jobs import run_here
from association.models import Job
job = run_here(Job.objects.get(pk=int(sys.argv[1])))
print(job.state, job.error)
"""


@pytest.fixture
def operation(request: pytest.FixtureRequest, db: None) -> BulkOperation:
    """An operation that was asked for; on ``ROWS`` teams unless the test says how many."""
    bulk_making.register()
    staff = UserFactory(staff=True)
    many_teams(getattr(request, "param", ROWS) - 1, like=TeamFactory(registered=True), actor=staff)
    return started(staff)


def child(operation: BulkOperation, folder: Path, **more: str) -> Process:
    return Process(
        *(sys.executable, "-c", PROGRAM, str(operation.job_id)),
        folder=folder,
        environment=environment_of_this_database(**more),
    )


def rows_done(operation: BulkOperation) -> int:
    return operation.items.filter(outcome="done").count()


def times_done() -> Counter[int]:
    """Return how many times teams were done: of 1 and of 2 times, how many teams."""
    return Counter(Counter(Exchange.objects.values_list("team", flat=True)).values())


def assert_each_once(operation: BulkOperation) -> None:
    rows = operation.items.count()
    assert times_done() == {1: rows}
    assert rows_done(operation) == rows
    job = Job.objects.get(pk=operation.job_id)
    assert (job.state, job.done_count, job.summary) == ("done", rows, {"done": rows})


def test_process_killed_half_way_then_resumed_does_each_row_once(
    operation: BulkOperation, started: Callable[[Process], Process], tmp_path: Path
) -> None:
    first = started(child(operation, tmp_path))
    until(lambda: rows_done(operation) > ROWS // 3, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert 0 < rows_done(operation) < ROWS
    second = started(child(operation, tmp_path))
    until(lambda: second.says("done"), seconds=180, said=second.output)
    assert_each_once(operation)


@pytest.mark.parametrize("operation", [100], indirect=True)
@pytest.mark.parametrize("with_transaction", [True, False])
def test_process_killed_between_a_step_and_its_outcome(
    operation: BulkOperation, started: Callable[[Process], Process], tmp_path: Path, with_transaction: bool
) -> None:
    flag = tmp_path / "paused"
    loose = {} if with_transaction else {LOOSE_ROWS: "1"}
    pause = {PAUSE_AT: NOTE, PAUSED: str(flag), PAUSE_AFTER: "50"}
    first = started(child(operation, tmp_path, **pause, **loose))
    until(flag.exists, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert rows_done(operation) == 50
    second = started(child(operation, tmp_path, **loose))
    until(lambda: second.says("done"), seconds=180, said=second.output)
    if with_transaction:
        assert_each_once(operation)
    else:
        assert times_done() == {1: 99, 2: 1}


@pytest.mark.server
def test_worker_killed_between_a_step_and_its_outcome_then_restarted_does_each_row_once(
    operation: BulkOperation, start_worker: Callable[..., Process], tmp_path: Path
) -> None:
    flag = tmp_path / "paused"
    first = start_worker(**{PAUSE_AT: NOTE, PAUSED: str(flag), PAUSE_AFTER: str(ROWS // 2)})
    until(flag.exists, seconds=120, said=first.output)
    first.signal(signal.SIGKILL)
    assert rows_done(operation) == ROWS // 2
    second = start_worker()

    def ended() -> bool:
        sweep()
        return Job.objects.get(pk=operation.job_id).state == "done"

    until(ended, seconds=180, said=second.output)
    assert_each_once(operation)
