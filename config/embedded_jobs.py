"""Jobs without a broker: a Celery worker and its clock as threads of the web process.

The queue lives in memory and dies with the process; the job rows do not (association.jobs): what waits is sent again
at the start, and the sweep of the schedule picks up the rest.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from celery.beat import EmbeddedService
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connection

from association import jobs, leftovers
from config.celery import app

logger = logging.getLogger(__name__)

THREADS = 2
STOP_SECONDS = 1.0


class EmbeddedJobs:
    """The worker and the clock of one process; one per process."""

    def start(self) -> None:
        """Start both threads and send what was left waiting."""
        app.set_current()
        self._worker = WorkController(
            app=app,
            pool="threads",
            concurrency=THREADS,
            hostname="embedded@localhost",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="jobs", daemon=True)
        self._thread.start()
        # The time of the last turn is kept: a machine that was off at the hour of the schedule catches up.
        self._clock = EmbeddedService(app, thread=True, schedule_filename=str(schedule_file()))
        self._clock.start()
        jobs.embedded_workers_are_here()
        jobs.sweep(at_start=True)
        leftovers.remove_leftovers()

    def stop(self) -> None:
        """Stop within about two seconds; a job in progress goes back to the queue for the next start."""
        worker_state.should_stop = 0
        self._clock.service.stop(wait=False)
        _within(STOP_SECONDS, _put_back)
        self._thread.join(0.2)


def schedule_file() -> Path:
    """Where the clock keeps when it last did what."""
    return Path(settings.DATA_DIR) / "celerybeat-schedule"


def _put_back() -> None:
    try:
        jobs.put_back_running()
    except Exception as error:  # the lease runs out by itself: the next start takes the job over
        logger.warning("a job in progress was not put back (%s)", error)
    finally:
        connection.close()


def _within(seconds: float, work: Callable[[], None]) -> None:
    """Do ``work`` in a thread and leave it after ``seconds``: a long write of the job may hold the database."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
