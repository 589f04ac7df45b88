"""Jobs, as their page shows them."""

from __future__ import annotations

from association.models import Job, User
from association.workflow import Offer, offers


def job_steps(job: Job, *, actor: User) -> list[Offer]:
    """Return what a person may do with a job; the rest is the workers' business."""
    return [offer for offer in offers(job, actor=actor) if offer.name in ("retry", "cancel")]
