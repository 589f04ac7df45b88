"""Celery tasks of the ground: they take a number, claim the row and decide from its state."""

from celery import shared_task

from association import digest, jobs, leftovers
from association.findings import refresh_findings
from association.services import list_exports


@shared_task(name="association.run_job")
def run_job(job_id: int) -> None:
    """Do one job; a second delivery finds it claimed and does nothing."""
    jobs.run_job(job_id)


@shared_task(name="association.watch_teams")
def watch_teams() -> None:
    """Note what the rules find on every team today: a day that passes changes findings too."""
    refresh_findings()


@shared_task(name="association.send_digests")
def send_digests() -> None:
    """Write the digests of today that are not written yet; run again, it writes none twice."""
    digest.send_digests()


@shared_task(name="association.remove_leftovers")
def remove_leftovers() -> None:
    """Delete what a process that was killed left in the folder of uploads, and exports that were kept long enough."""
    leftovers.remove_leftovers()
    list_exports.remove_old_exports()


@shared_task(name="association.sweep_jobs")
def sweep_jobs() -> None:
    """Pick up the jobs that nobody works on."""
    jobs.sweep()
