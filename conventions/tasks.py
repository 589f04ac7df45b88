"""Celery tasks of the conventions."""

from celery import shared_task

from conventions.services import ending


@shared_task(name="conventions.end_conventions")
def end_conventions() -> None:
    """State the ends by date (daily, by the schedule); twice on one day changes nothing more."""
    ending.end_conventions()
