"""Jobs: the row decides, whatever is delivered, lost, or dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from association import jobs, registries
from association.jobs import JobFailed, request_job, run_here, run_job, sweep
from association.machine import TransitionRefused
from association.models import Job, Role, TransitionLog, User
from association.tasks import run_job as run_job_task
from association.tasks import sweep_jobs
from association.workflow import fire

pytestmark = pytest.mark.django_db

KIND = "tests.work"


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("mission@esp.example", None, full_name="Mission", role=Role.STAFF)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Put a function behind the kind of these tests."""
    return lambda function: monkeypatch.setitem(registries.job_kinds._entries, KIND, function)


@pytest.fixture(autouse=True)
def _a_site_with_workers() -> Iterator[None]:
    jobs.embedded_workers_are_here()
    yield
    jobs.embedded_workers_are_here(False)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers given to the broker."""
    numbers: list[int] = []
    monkeypatch.setattr(run_job_task, "apply_async", lambda arguments, **options: numbers.append(arguments[0]))
    return numbers


def asked(actor: User, key: str = "travail", **params: Any) -> Job:
    return request_job(kind=KIND, title="Un travail", key=key, params=params, actor=actor)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def silent_for(job: Job, seconds: float) -> None:
    Job.objects.filter(pk=job.pk).update(seen_at=timezone.now() - timedelta(seconds=seconds))


# --- asking --------------------------------------------------------------------------------------------------


def test_request_twice_gives_the_live_job(staff: User) -> None:
    assert asked(staff).pk == asked(staff).pk
    assert Job.objects.count() == 1


def test_request_after_the_end_makes_a_new_job(staff: User, work: Any) -> None:
    work(lambda job, progress: {})
    first = asked(staff)
    run_job(first.pk)
    assert asked(staff).pk != first.pk


def test_request_writes_who_asked_in_the_history(staff: User) -> None:
    job = asked(staff)
    entry = TransitionLog.objects.get(object_id=job.pk, transition="enter_at")
    assert (entry.actor, entry.to_state) == (staff, "waiting")


def test_request_meets_another_request_of_the_same_work(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one commits between the look and the write: the constraint says so, and its job is the answer."""
    other: list[Job] = []
    enter_at = jobs.enter_at

    def overtaken(rows: Any, **options: Any) -> Any:
        monkeypatch.setattr(jobs, "enter_at", enter_at)
        other.append(asked(staff))
        return enter_at(rows, **options)

    monkeypatch.setattr(jobs, "enter_at", overtaken)
    assert asked(staff).pk == other[0].pk


def test_request_is_sent_after_the_commit(
    staff: User, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = asked(staff)
        assert sent == []
    assert sent == [job.pk]
    assert fresh(job).seen_at is not None


def test_request_with_a_dead_broker_waits(
    staff: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refused(*args: Any, **options: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(run_job_task, "apply_async", refused)
    with django_capture_on_commit_callbacks(execute=True):
        job = asked(staff)
    assert fresh(job).state == "waiting"
    assert fresh(job).seen_at is None


def test_request_of_an_embedded_command_waits_for_the_site(
    staff: User, sent: list[int], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMBEDDED_JOBS = True
    jobs.embedded_workers_are_here(False)
    with django_capture_on_commit_callbacks(execute=True):
        job = asked(staff)
    assert (sent, fresh(job).seen_at) == ([], None)


# --- doing ---------------------------------------------------------------------------------------------------


def test_run_finishes_with_summary_and_progress(staff: User, work: Any) -> None:
    def count(job: Job, progress: registries.Progress) -> dict[str, Any]:
        progress.total(3)
        for _ in range(3):
            progress.advance()
        return {"counted": job.params["upto"]}

    work(count)
    job = asked(staff, upto=3)
    run_job_task(job.pk)
    done = fresh(job)
    assert (done.state, done.done_count, done.total_count, done.attempts) == ("done", 3, 3, 1)
    assert done.summary == {"counted": 3}
    assert done.ended_at is not None


def test_second_delivery_does_nothing(staff: User, work: Any) -> None:
    times: list[int] = []
    work(lambda job, progress: times.append(job.pk) or {})
    job = asked(staff)
    assert run_job(job.pk) is not None
    assert run_job(job.pk) is None
    assert times == [job.pk]


def test_delivery_while_another_worker_has_it_does_nothing(staff: User, work: Any) -> None:
    work(lambda job, progress: pytest.fail("claimed twice"))
    job = fire(asked(staff), "start", actor=User.objects.system())
    assert run_job(job.pk) is None
    assert fresh(job).attempts == 1


def test_delivery_of_a_number_without_row_does_nothing() -> None:
    assert run_job(987_654) is None


def test_dead_worker_is_taken_over_once_its_lease_has_run_out(staff: User, work: Any, settings: Any) -> None:
    work(lambda job, progress: {})
    job = fire(asked(staff), "start", actor=User.objects.system())
    silent_for(job, settings.JOB_LEASE_SECONDS + 1)
    taken = run_job(job.pk)
    assert taken is not None
    assert (taken.state, taken.attempts) == ("done", 2)


def test_cancelled_job_stops_at_its_next_progress(staff: User, work: Any) -> None:
    steps: list[str] = []

    def cancelled_meanwhile(job: Job, progress: registries.Progress) -> dict[str, Any]:
        fire(job, "cancel", actor=staff)
        progress.total(2)
        steps.append("went on")
        return {}

    work(cancelled_meanwhile)
    job = asked(staff)
    assert run_job(job.pk) is None
    assert fresh(job).state == "cancelled"
    assert steps == []


def test_cancelled_job_that_reports_no_progress_stays_cancelled(staff: User, work: Any) -> None:
    work(lambda job, progress: fire(job, "cancel", actor=staff) and {})
    job = asked(staff)
    assert run_job(job.pk) is None
    assert fresh(job).state == "cancelled"


@pytest.mark.parametrize("end", ["returns", "crashes", "refuses"])
def test_worker_that_was_taken_over_ends_nothing(staff: User, work: Any, settings: Any, end: str) -> None:
    def slow(job: Job, progress: registries.Progress) -> dict[str, Any]:
        silent_for(job, settings.JOB_LEASE_SECONDS + 1)
        fire(job, "take_over", actor=User.objects.system())
        if end == "crashes":
            raise ZeroDivisionError
        if end == "refuses":
            raise JobFailed("Non.")
        return {"by": "the slow one"}

    work(slow)
    job = asked(staff)
    assert run_job(job.pk) is None
    left = fresh(job)
    assert (left.state, left.attempts, left.summary, left.error) == ("running", 2, {}, "")


def test_crash_puts_the_job_back_until_the_last_attempt(staff: User, work: Any, settings: Any) -> None:
    work(lambda job, progress: 1 / 0)
    job = asked(staff)
    states = [run_job(job.pk).state for _ in range(settings.JOB_MAX_ATTEMPTS)]  # type: ignore[union-attr]
    assert states == ["waiting"] * (settings.JOB_MAX_ATTEMPTS - 1) + ["failed"]
    assert f"{settings.JOB_MAX_ATTEMPTS} tentatives" in fresh(job).error
    assert run_job(job.pk) is None


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (JobFailed("Aucun tarif."), "Aucun tarif."),
        (TransitionRefused("Déjà exporté."), "Déjà exporté."),
        (PermissionDenied("Votre rôle ne permet pas cette opération."), "Votre rôle ne permet pas cette opération."),
    ],
)
def test_refusal_fails_at_once_with_its_sentence(staff: User, work: Any, refusal: Exception, sentence: str) -> None:
    def refuse(job: Job, progress: registries.Progress) -> dict[str, Any]:
        raise refusal

    work(refuse)
    job = asked(staff)
    run_job(job.pk)
    assert (fresh(job).state, fresh(job).error, fresh(job).attempts) == ("failed", sentence, 1)


def test_unknown_kind_fails_after_its_attempts(staff: User) -> None:
    job = request_job(kind="tests.nobody", title="Rien", key="rien", params={}, actor=staff)
    assert run_here(job).state == "failed"


def test_interrupted_process_puts_its_job_back_without_counting(staff: User, work: Any) -> None:
    def interrupted(job: Job, progress: registries.Progress) -> dict[str, Any]:
        raise KeyboardInterrupt

    work(interrupted)
    job = asked(staff)
    with pytest.raises(KeyboardInterrupt):
        run_job(job.pk)
    assert (fresh(job).state, fresh(job).attempts, fresh(job).seen_at) == ("waiting", 0, None)


def test_stop_of_the_site_puts_its_jobs_back(staff: User, work: Any) -> None:
    def stopped(job: Job, progress: registries.Progress) -> dict[str, Any]:
        jobs.put_back_running()
        progress.advance()
        return {}

    work(stopped)
    job = asked(staff)
    assert run_job(job.pk) is None
    assert (fresh(job).state, fresh(job).attempts) == ("waiting", 0)


def test_command_does_its_job_to_the_end_through_a_crash(staff: User, work: Any) -> None:
    def second_time(job: Job, progress: registries.Progress) -> dict[str, Any]:
        if job.attempts == 1:
            raise OSError("disk")
        return {"attempt": job.attempts}

    work(second_time)
    assert run_here(asked(staff)).summary == {"attempt": 2}


def test_command_waits_for_the_worker_that_has_its_job(staff: User, work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    work(lambda job, progress: pytest.fail("claimed twice"))
    job = fire(asked(staff), "start", actor=User.objects.system())

    def worker_ends(seconds: float) -> None:
        fire(job, "finish", actor=User.objects.system(), attempt=1, summary={"by": "the worker"})

    monkeypatch.setattr(jobs.time, "sleep", worker_ends)
    assert run_here(job).summary == {"by": "the worker"}


def test_retry_of_a_failed_job_gives_all_attempts_again(staff: User, work: Any, settings: Any) -> None:
    work(lambda job, progress: 1 / 0)
    job = run_here(asked(staff))
    again = jobs.retry_job(job=job, actor=staff)
    assert (again.state, again.attempts, again.error) == ("waiting", 0, "")


def test_retry_is_refused_when_the_work_was_asked_for_again(staff: User, work: Any) -> None:
    work(lambda job, progress: 1 / 0)
    job = run_here(asked(staff))
    asked(staff)
    with pytest.raises(TransitionRefused, match="demandé de nouveau"):
        jobs.retry_job(job=job, actor=staff)


# --- sweep ---------------------------------------------------------------------------------------------------


def test_sweep_sends_what_the_broker_never_took(staff: User, sent: list[int]) -> None:
    job = asked(staff)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(seconds=6))
    sweep_jobs()
    assert sent == [job.pk]


def test_sweep_leaves_what_was_sent_a_moment_ago(staff: User, sent: list[int]) -> None:
    old = asked(staff)
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=1), seen_at=timezone.now())
    assert sweep() == 0
    assert sweep(at_start=True) == 1
    assert sent == [old.pk]


def test_sweep_sends_again_what_no_worker_took_within_the_lease(staff: User, sent: list[int], settings: Any) -> None:
    job = asked(staff)
    silent_for(job, settings.JOB_LEASE_SECONDS + 1)
    sweep()
    assert sent == [job.pk]


def test_sweep_sends_what_a_dead_worker_left(staff: User, sent: list[int], settings: Any) -> None:
    dead, alive = (
        fire(asked(staff), "start", actor=User.objects.system()),
        fire(asked(staff, "autre"), "start", actor=User.objects.system()),
    )
    silent_for(dead, settings.JOB_LEASE_SECONDS + 1)
    silent_for(alive, settings.JOB_LEASE_SECONDS / 2)
    sweep()
    assert sent == [dead.pk]


def test_sweep_gives_up_what_always_kills_its_worker(staff: User, sent: list[int], settings: Any) -> None:
    job = asked(staff)
    for name in ["start"] + ["take_over"] * (settings.JOB_MAX_ATTEMPTS - 1):
        job = fire(job, name, actor=User.objects.system())
        silent_for(job, settings.JOB_LEASE_SECONDS + 1)
    sweep()
    assert (fresh(job).state, sent) == ("failed", [])


def test_sweep_spares_the_last_attempt_when_it_shows_life(staff: User, settings: Any) -> None:
    """Between the look of the sweep and its lock the worker wrote: it is alive."""
    job = fire(asked(staff), "start", actor=User.objects.system())
    jobs._give_up(job)
    assert fresh(job).state == "running"


def test_sweep_stops_at_a_dead_broker(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def refused(arguments: tuple[int], **options: Any) -> None:
        tries.append(arguments[0])
        raise ConnectionError("no broker")

    monkeypatch.setattr(run_job_task, "apply_async", refused)
    asked(staff, "un"), asked(staff, "deux")
    assert sweep(at_start=True) == 0
    assert len(tries) == 1


def test_others_jobs_are_seen_by_the_office_only(staff: User) -> None:
    referent = User.objects.create_user("referent@esp.example", None, full_name="Référent", role=Role.REFERENT)
    own = asked(referent)
    other = asked(staff, "autre")
    assert list(Job.objects.visible_to(referent)) == [own]
    assert set(Job.objects.visible_to(staff)) == {own, other}


def test_job_of_somebody_else_is_not_ones_own_to_cancel(staff: User) -> None:
    referent = User.objects.create_user("referent@esp.example", None, full_name="Référent", role=Role.REFERENT)
    with pytest.raises(TransitionRefused, match="quelqu'un d'autre"):
        fire(asked(staff), "cancel", actor=referent)
    assert fire(asked(referent, "autre"), "cancel", actor=referent).state == "cancelled"
