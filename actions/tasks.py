"""Celery tasks of the actions."""

from celery import shared_task

from actions.services import keeping


@shared_task(name="actions.erase_kept_uploads")
def erase_kept_uploads() -> None:
    """Erase the files of refused declarations that were kept long enough (daily, by the schedule)."""
    keeping.erase_kept_uploads()
