"""Jobs: the row is the truth, the broker only carries its number.

A job may be delivered twice, late or never, and its process may die at any line: whoever is given the number claims
the row first, and a sweep picks up what nobody works on. The functions behind the kinds are written to be run again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from association.machine import TransitionRefused
from association.models.jobs import Job, lease_has_run_out
from association.models.users import User
from association.registries import Progress, job_kinds
from association.workflow import enter_at, fire, lock

logger = logging.getLogger(__name__)

PROGRESS_EVERY_SECONDS = 0.5
SWEEP_AFTER_SECONDS = 5
LOOK_EVERY_SECONDS = 0.5
LIVE = (Job.State.WAITING, Job.State.RUNNING)

_running_here: dict[int, Job] = {}
# In the embedded mode the queue is in the memory of the one process that has the workers (config.embedded_jobs).
_embedded_workers_here = False


class JobFailed(Exception):
    """A job cannot be done, and trying again would not help; the French sentence is shown."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class JobStopped(Exception):
    """The job was cancelled, or another worker has taken it over: this one lets go."""


# --- asking for a job ----------------------------------------------------------------------------------------


def request_job(*, kind: str, title: str, key: str, params: dict[str, Any], actor: User) -> Job:
    """Return the live job of this work, made and sent to the workers if there is none.

    Args:
        key: names the work; two requests with the same key while one is waiting or running get the same job.
        params: JSON values for the function of ``kind``.

    If the broker is down the row waits, and the sweep sends it later: nothing is lost.
    """
    job, is_new = _find_or_make(kind=kind, title=title, key=key, params=params, actor=actor)
    if is_new:
        send(job)
    return job


def run_here(job: Job) -> Job:
    """Do a job in this process (a command) and return it as it ended: done, failed or cancelled.

    If another process already works on it, wait for its end, or go on with it when that process dies.
    """
    while job.state in LIVE:
        claimed = run_job(job.pk)
        job = Job.objects.get(pk=job.pk)
        if claimed is None and job.state in LIVE:
            time.sleep(LOOK_EVERY_SECONDS)
    return job


def retry_job(*, job: Job, actor: User) -> Job:
    """Start a failed job anew, with all its attempts.

    Raises:
        TransitionRefused: when it has not failed, or when the same work was asked for again meanwhile.
    """
    try:
        with transaction.atomic():
            job = fire(job, "retry", actor=actor)
    except IntegrityError:
        raise TransitionRefused("Ce travail a déjà été demandé de nouveau : suivez la nouvelle tâche.") from None
    send(job)
    return job


def send(job: Job) -> None:
    """Give the job's number to the workers once the transaction is committed."""
    transaction.on_commit(lambda: _publish(job.pk), robust=True)


def embedded_workers_are_here(here: bool = True) -> None:
    """Say that this process has the workers of the embedded mode: what any other process sends would go nowhere."""
    global _embedded_workers_here
    _embedded_workers_here = here


def broker_answers() -> bool:
    """Whether a job sent now would reach a queue (a page says so beside a waiting job)."""
    if settings.EMBEDDED_JOBS:
        return True
    from celery import current_app

    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    except Exception:  # whatever the broker's client raises, the answer is no
        return False
    return True


def _find_or_make(*, kind: str, title: str, key: str, params: dict[str, Any], actor: User) -> tuple[Job, bool]:
    live = Job.objects.filter(key=key, state__in=LIVE)
    for is_last_try in (False, True):
        if found := live.first():
            return found, False
        draft = Job(kind=kind, title=title[:200], key=key, params=params, created_by=actor)
        try:
            return enter_at([(draft, Job.State.WAITING)], actor=actor, origin="")[0], True
        except IntegrityError:  # somebody asked for the same work between the two lines
            if is_last_try:
                raise
    raise AssertionError("unreachable")


def _publish(job_id: int) -> bool:
    """Give the number to the broker; the row keeps when that last succeeded."""
    from association.tasks import run_job

    if settings.EMBEDDED_JOBS and not _embedded_workers_here:
        return False  # a command: the sweep of the site finds the row
    try:
        run_job.apply_async((job_id,), retry=False)
    except Exception as error:  # the broker's client raises many kinds; the row waits for the sweep in any case
        logger.warning("job %s waits: the broker does not answer (%s)", job_id, error)
        return False
    Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(seen_at=timezone.now())
    return True


# --- doing it ------------------------------------------------------------------------------------------------


def run_job(job_id: int) -> Job | None:
    """Claim the job and do it in this process.

    Returns the job as this attempt left it, or None when there was nothing to claim (done, cancelled, or somebody
    else's) or when it was taken away meanwhile.
    """
    job = _claim(job_id)
    if job is None:
        return None
    _running_here[job.pk] = job
    try:
        with _signs_of_life(job):
            summary = dict(job_kinds[job.kind](job, _RowProgress(job)) or {})
    except JobStopped:
        logger.info("job %s stopped: cancelled or taken over", job.pk)
        return None
    except (JobFailed, TransitionRefused, PermissionDenied) as refusal:
        return _leave(job, "fail", error=_sentence(refusal))
    except Exception:
        logger.exception("job %s (%s) broke off", job.pk, job.kind)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # a lost database connection may be what broke the job off
        return _after_a_crash(job)
    except BaseException:  # the process is told to stop: another one takes the job without waiting for the lease
        _leave(job, "put_back", interrupted=True)
        raise
    finally:
        _running_here.pop(job.pk, None)
    return _leave(job, "finish", result=summary.pop("document", None), summary=summary)


def put_back_running() -> None:
    """Put back what this process is working on: it is about to stop, and the attempt does not count."""
    for job in list(_running_here.values()):
        _leave(job, "put_back", interrupted=True)


def _claim(job_id: int) -> Job | None:
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return None
    name = "start" if job.state == Job.State.WAITING else "take_over"
    try:
        return fire(job, name, actor=User.objects.system())
    except TransitionRefused as refused:
        logger.info("job %s not claimed: %s", job_id, refused.reason)
        return None


def _leave(job: Job, name: str, **arguments: Any) -> Job | None:
    """Fire the end of this attempt; None when the job was cancelled or taken over meanwhile."""
    try:
        return fire(job, name, actor=User.objects.system(), attempt=job.attempts, **arguments)
    except TransitionRefused as refused:
        logger.info("job %s: %s", job.pk, refused.reason)
        return None


def _after_a_crash(job: Job) -> Job | None:
    """Put the job back for another attempt (the sweep sends it: a pause of seconds), or give it up after the last."""
    if job.attempts < settings.JOB_MAX_ATTEMPTS:
        return _leave(job, "put_back")
    return _leave(job, "fail", error=_gave_up(job))


def _gave_up(job: Job) -> str:
    return (
        f"Arrêt après {job.attempts} tentatives. Rien n'a été perdu : le détail est dans le journal du serveur ; "
        "relancez la tâche une fois la cause levée."
    )


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, JobFailed):
        return refusal.sentence
    return refusal.reason if isinstance(refusal, TransitionRefused) else str(refusal)


# --- picking up what nobody works on -------------------------------------------------------------------------


def sweep(*, at_start: bool = False) -> int:
    """Send again what waits without a worker, and what a dead worker left running; return how many were sent.

    Args:
        at_start: send everything that waits (the embedded broker forgets its queue when the process ends).
    """
    now = timezone.now()
    stale = now - timedelta(seconds=settings.JOB_LEASE_SECONDS)
    waiting = Job.objects.filter(state=Job.State.WAITING)
    if not at_start:
        never_sent = Q(seen_at__isnull=True, created_at__lt=now - timedelta(seconds=SWEEP_AFTER_SECONDS))
        waiting = waiting.filter(never_sent | Q(seen_at__lt=stale))
    abandoned = Job.objects.filter(state=Job.State.RUNNING, seen_at__lt=stale)
    for job in abandoned.filter(attempts__gte=settings.JOB_MAX_ATTEMPTS):
        _give_up(job)
    count = 0
    for job in [*waiting.order_by("pk"), *abandoned.filter(attempts__lt=settings.JOB_MAX_ATTEMPTS)]:
        if not _publish(job.pk):
            break  # the broker is down: the next sweep finds them all again
        count += 1
    return count


def _give_up(job: Job) -> None:
    """Fail a job whose last worker died, unless it has just given a sign of life."""
    with transaction.atomic():
        fresh = lock(job)
        if fresh.state == Job.State.RUNNING and not lease_has_run_out(fresh, None, {}):
            _leave(fresh, "fail", error=_gave_up(fresh))


class _RowProgress(Progress):
    """Writes done and total into the row, at most twice a second."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._done = self._total = 0
        self._written_at = 0.0

    def total(self, count: int) -> None:
        self._total = count
        self._write()

    def advance(self, count: int = 1) -> None:
        self._done += count
        if time.monotonic() - self._written_at > PROGRESS_EVERY_SECONDS or self._done == self._total:
            self._write()

    def _write(self) -> None:
        if not _mine(self._job).update(done_count=self._done, total_count=self._total, seen_at=timezone.now()):
            raise JobStopped
        self._written_at = time.monotonic()


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


@contextmanager
def _signs_of_life(job: Job) -> Iterator[None]:
    """Renew the lease while one long step reports no progress."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(settings.JOB_LEASE_SECONDS / 4):
            try:
                _mine(job).update(seen_at=timezone.now())
            except Exception as error:  # a lost connection must not end the thread: the next turn tries again
                logger.warning("job %s: no sign of life written (%s)", job.pk, error)
            finally:
                connection.close()

    thread = threading.Thread(target=renew, name=f"job-{job.pk}-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
