"""Jobs for the tests with real processes: registered in the worker by its settings, never in the project."""

from __future__ import annotations

import os
import signal
import time
from contextlib import nullcontext
from importlib import import_module
from itertools import count as count_from
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.apps import AppConfig

COUNT, KILL = "tests.count", "tests.kill"
PAUSE_AT, PAUSED, PAUSE_AFTER = "TESTS_PAUSE_AT", "TESTS_PAUSED", "TESTS_PAUSE_AFTER"
LOOSE_ROWS = "TESTS_LOOSE_ROWS"


def count(job: Any, progress: Any) -> dict[str, Any]:
    """Take ``steps`` steps of a tenth of a second, noting in a file that it began and that it ended."""
    note(job, f"begun {job.attempts}")
    progress.total(job.params["steps"])
    for _ in range(job.params["steps"]):
        time.sleep(0.1)
        progress.advance()
    note(job, f"ended {job.attempts}")
    return {"steps": job.params["steps"]}


def kill(job: Any, progress: Any) -> dict[str, Any]:
    """Die, as a worker dies that runs out of memory."""
    note(job, f"begun {job.attempts}")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def note(job: Any, line: str) -> None:
    with Path(job.params["notes"]).open("a", encoding="utf-8") as notes:
        notes.write(f"{line}\n")


def pause_once(where: str, flag: Path, after: int = 0) -> None:
    """Make a function of the project wait, once, after some calls: that is where the test kills the process."""
    module_name, _, name = where.rpartition(".")
    module = import_module(module_name)
    function = getattr(module, name)
    calls = count_from(1)

    def waits(*args: Any, **options: Any) -> Any:
        if next(calls) > after and not flag.exists():
            flag.touch()
            time.sleep(600)
        return function(*args, **options)

    setattr(module, name, waits)


def without_transactions() -> None:
    """Take the transaction of each row away from operations on many rows: a test shows what it is there for."""
    from association.models import BulkItem
    from association.services import bulk

    bulk.transaction = SimpleNamespace(atomic=nullcontext)  # type: ignore[assignment]
    BulkItem.objects.select_for_update = BulkItem.objects.all  # type: ignore[method-assign]


class KindsConfig(AppConfig):
    name = "tests.server.kinds"
    label = "kinds"

    def ready(self) -> None:
        from association.registries import job_kinds
        from tests.association import bulk_making

        job_kinds.add(COUNT, count)
        job_kinds.add(KILL, kill)
        bulk_making.register()
        if where := os.environ.get(PAUSE_AT):
            pause_once(where, Path(os.environ[PAUSED]), int(os.environ.get(PAUSE_AFTER, "0")))
        if os.environ.get(LOOSE_ROWS):
            without_transactions()
