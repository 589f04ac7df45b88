"""Celery tasks of the reports."""

from celery import shared_task

from reports.services.planning import prepare_due_reports
from reports.services.team_review_mails import remind_of_reviews
from reports.services.team_reviews import open_reviews


@shared_task(name="reports.ask_for_reviews")
def ask_for_reviews() -> None:
    """Ask for the reviews of last year, and remind of those awaited (daily; again on one day, nothing more)."""
    open_reviews()
    remind_of_reviews()


@shared_task(name="reports.prepare_due")
def prepare_due() -> None:
    """Begin the reports whose period has ended (daily, by the schedule)."""
    prepare_due_reports()
