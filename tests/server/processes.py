"""Real processes for the tests: a worker, a site, a broker; each one killed at the end whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)


class Process:
    """A child process in a group of its own, with its output in a file."""

    def __init__(self, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.arguments, self.environment = arguments, dict(environment or os.environ)
        self.log = folder / f"{Path(arguments[0]).name}-{len(list(folder.iterdir()))}.log"
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                self.arguments,
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        """Send a signal to the whole group: a worker's children die with it, as with its machine."""
        assert self.popen is not None
        try:
            os.killpg(self.popen.pid, number)
        except ProcessLookupError:
            return
        if number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            self.popen.wait(20)

    def kill(self) -> None:
        if self.popen is not None:
            self.signal(signal.SIGKILL)

    def says(self, words: str) -> bool:
        return words in self.output()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def until(condition: Callable[[], Any], *, seconds: float = 120, said: Callable[[], str] = str) -> Any:
    """Return the first true answer of ``condition``; fail with what the process said when it takes too long."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s\n{said()}")
        time.sleep(0.1)
    return answer


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def database_url() -> str:
    """Return the URL of the database of this very test."""
    given = connection.settings_dict
    secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return f"postgres://{given['USER']}{secret}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


def worker_environment(**more: str) -> dict[str, str]:
    """Return the environment of a worker on this test's database, broker and queue."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.server.worker_settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "JOB_LEASE_SECONDS": "2",
        **more,
    }


def environment_of_this_database(**more: str) -> dict[str, str]:
    """Return the environment of a process without broker on this test's database, whichever it is."""
    sqlite = f"sqlite:///{connection.settings_dict['NAME']}"
    url = sqlite if connection.vendor == "sqlite" else database_url()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.server.worker_settings",
        "DATABASE_URL": url,
        "JOB_LEASE_SECONDS": "2",
        **more,
    }


def worker(folder: Path, environment: Mapping[str, str]) -> Process:
    return Process(
        *(sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO", "--concurrency", "1"),
        *("--without-gossip", "--without-mingle", "--hostname", f"{folder.name}@%h"),
        folder=folder,
        environment=environment,
    )
