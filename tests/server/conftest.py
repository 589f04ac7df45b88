"""Processes of the tests with real servers, stopped at the end of each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.server.processes import Process, until, worker, worker_environment


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[Process], Process]]:
    """Start a process; it is killed at the end of the test."""
    running: list[Process] = []

    def start(process: Process) -> Process:
        running.append(process)
        process.start()
        return process

    yield start
    for process in running:
        process.kill()


@pytest.fixture
def start_worker(started: Any, tmp_path: Path, settings: Any) -> Callable[..., Process]:
    """Start a Celery worker on the test's database and wait until it is ready."""
    settings.JOB_LEASE_SECONDS = 2

    def start(environment: Mapping[str, str] | None = None, **more: str) -> Process:
        process = started(worker(tmp_path, environment or worker_environment(**more)))
        until(lambda: process.says(" ready."), said=process.output)
        return process

    return start


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave nothing of a test in the broker."""
    yield
    if request.node.get_closest_marker("server") is not None:
        from config.celery import app

        with app.connection_for_write() as broker:
            broker.default_channel.queue_delete(app.conf.task_default_queue)
