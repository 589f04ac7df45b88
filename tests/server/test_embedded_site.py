"""The site in one process, with nothing installed: its jobs run, wait, and survive its death."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.kinds.apps import COUNT
from tests.server.processes import ROOT, Process, free_port, until


class Site:
    """One installation: a data folder and a port, started and stopped as often as one likes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.data = folder / "données"
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self.environment = {
            **kept,
            "DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "tests.server.embedded_settings",
            "JOB_LEASE_SECONDS": "2",
            "JOB_SWEEP_SECONDS": "1",
        }

    def process(self) -> Process:
        command = (sys.executable, "manage.py", "serve", "--port", str(self.port))
        return Process(*command, folder=self.folder, environment=self.environment)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sante/", timeout=30) as page:
                return bool(page.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def ask(self, steps: int) -> int:
        """Ask for a job in another process, as a command does."""
        params = json.dumps({"notes": str(self.notes), "steps": steps})
        command = [sys.executable, "manage.py", "ask", COUNT, params]
        said = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return int(json.loads(said.stdout)["job"])

    def job(self, number: int) -> tuple[str, int]:
        """Return state and steps done of a job."""
        with sqlite3.connect(self.data / "esp-clap.sqlite3", timeout=20) as database:
            query = "SELECT state, done_count FROM association_job WHERE id = ?"
            return tuple(database.execute(query, [number]).fetchone())  # type: ignore[return-value]

    @property
    def notes(self) -> Path:
        return self.folder / "notes"


@pytest.fixture
def site(tmp_path: Path, started: Callable[[Process], Process]) -> Site:
    return Site(tmp_path)


def up(site: Site, started: Callable[[Process], Process]) -> Process:
    process = started(site.process())
    until(site.answers, seconds=300, said=process.output)
    return process


def test_job_is_done_and_survives_the_death_of_the_site(site: Site, started: Callable[[Process], Process]) -> None:
    first = up(site, started)
    job = site.ask(steps=40)
    until(lambda: site.job(job)[1] > 0, said=first.output)
    first.signal(signal.SIGKILL)
    assert site.job(job)[0] == "running"

    second = up(site, started)
    until(lambda: site.job(job)[0] == "done", said=second.output)
    assert site.notes.read_text().split("\n")[:-1] == ["begun 1", "begun 2", "ended 2"]


def test_stop_is_quick_and_gives_the_job_back(site: Site, started: Callable[[Process], Process]) -> None:
    first = up(site, started)
    job = site.ask(steps=50)
    until(lambda: site.job(job)[1] > 0, said=first.output)
    start = time.monotonic()
    first.signal(signal.SIGINT)
    assert time.monotonic() - start < 2
    assert first.popen is not None
    assert first.popen.returncode == 0
    assert site.job(job)[0] == "waiting"
    assert "Site arrêté" in first.output()


def test_port_that_is_taken_is_one_clear_line(site: Site, started: Callable[[Process], Process]) -> None:
    up(site, started)
    command = [sys.executable, "manage.py", "serve", "--port", str(site.port)]
    second = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.startswith(f"CommandError: Le port {site.port} est déjà pris")
    assert second.stderr.count("\n") == 1
