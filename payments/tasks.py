"""Celery tasks of the payments."""

from celery import shared_task

from payments.services.preparing import prepare_last_month_if_absent


@shared_task(name="payments.prepare_last_month")
def prepare_last_month() -> None:
    """Prepare the last month if it is absent (daily, by the schedule)."""
    prepare_last_month_if_absent()
