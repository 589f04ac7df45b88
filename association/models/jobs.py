"""Long work as a row: the truth about a job is here, not in the broker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.machine import StateField, Stateful, transition

ASK = "association.run_job"
WORK = "association.work_job"


def has_attempts_left(job: Job, actor: Any, arguments: Any) -> str | None:
    if job.attempts >= settings.JOB_MAX_ATTEMPTS:
        return f"Cette tâche a déjà été tentée {job.attempts} fois."
    return None


def lease_has_run_out(job: Job, actor: Any, arguments: Any) -> str | None:
    if job.seen_at and (timezone.now() - job.seen_at).total_seconds() < settings.JOB_LEASE_SECONDS:
        return "Cette tâche est en cours sur une autre machine."
    return None


def is_own_or_follows_all(job: Job, actor: Any, arguments: Any) -> str | None:
    if job.created_by_id != actor.pk and not actor.has_perm("association.view_job"):
        return "Cette tâche a été demandée par quelqu'un d'autre."
    return None


def is_still_mine(job: Job, actor: Any, arguments: Any) -> str | None:
    """A worker that was taken over, or whose job was cancelled and asked for again, ends nothing."""
    attempt = arguments.get("attempt")
    if attempt is not None and attempt != job.attempts:
        return "Cette tâche a été reprise par une autre machine."
    return None


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> JobQuerySet:
        """Own jobs; those who follow the office's work see all."""
        if user.has_perm("association.view_job"):
            return self
        return self.filter(created_by=user)


class Job(Stateful):
    """Work done outside a page: waiting, running, done, failed or cancelled, with its progress and its result.

    ``kind`` names the function in the registry; ``params`` is what it is given (JSON); ``key`` makes a double press
    find the live job of the same work instead of starting it twice. ``seen_at`` is the last sign of life: of its worker
    while it runs; of the broker, which took its number, while it waits (empty: the broker has not taken it).
    """

    class State(models.TextChoices):
        WAITING = "waiting", "En attente"
        RUNNING = "running", "En cours"
        DONE = "done", "Terminée"
        FAILED = "failed", "En échec"
        CANCELLED = "cancelled", "Annulée"

    state = StateField(choices=State, default=State.WAITING)
    kind = models.CharField("tâche", max_length=60)
    title = models.CharField("intitulé", max_length=200)
    key = models.CharField("clé", max_length=120)
    params = models.JSONField("paramètres", default=dict)
    done_count = models.PositiveIntegerField("fait", default=0)
    total_count = models.PositiveIntegerField("sur", default=0)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    error = models.TextField("erreur", blank=True)
    summary = models.JSONField("résultat", default=dict)
    result = models.ForeignKey(
        "association.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fichier",
    )
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="jobs", verbose_name="par")
    created_at = models.DateTimeField("demandée le", default=timezone.now)
    started_at = models.DateTimeField("commencée le", null=True, blank=True)
    seen_at = models.DateTimeField("signe de vie", null=True, blank=True)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "tâche"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="job_one_live_per_key",
                violation_error_message="Ce travail est déjà demandé.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @transition(
        state,
        source=State.WAITING,
        target=State.RUNNING,
        permission=WORK,
        label="Commencer",
        guards=[has_attempts_left],
    )
    def start(self) -> None:
        self._claim()

    @transition(
        state,
        source=State.RUNNING,
        target=State.RUNNING,
        permission=WORK,
        label="Reprendre",
        guards=[lease_has_run_out, has_attempts_left],
    )
    def take_over(self) -> None:
        """A worker that died left the job running; whoever finds the lease run out goes on."""
        self._claim()

    @transition(
        state,
        source=State.RUNNING,
        target=State.WAITING,
        permission=WORK,
        label="Remettre en attente",
        guards=[is_still_mine],
    )
    def put_back(self, *, attempt: int, interrupted: bool = False) -> None:
        """For another attempt; one that a stop interrupted does not count."""
        self.seen_at = None
        self.attempts -= interrupted

    @transition(
        state,
        source=State.RUNNING,
        target=State.DONE,
        permission=WORK,
        label="Terminer",
        guards=[is_still_mine],
    )
    def finish(self, *, attempt: int, summary: dict[str, Any] | None = None, result: Any = None) -> None:
        self.summary, self.result, self.error = summary or {}, result, ""
        self.ended_at = timezone.now()

    @transition(
        state,
        source=State.RUNNING,
        target=State.FAILED,
        permission=WORK,
        label="Échouer",
        guards=[is_still_mine],
    )
    def fail(self, *, attempt: int, error: str) -> None:
        self.error = error
        self.ended_at = timezone.now()

    @transition(
        state,
        source=[State.WAITING, State.RUNNING],
        target=State.CANCELLED,
        permission=ASK,
        label="Annuler",
        guards=[is_own_or_follows_all],
    )
    def cancel(self) -> None:
        self.ended_at = timezone.now()

    @transition(
        state,
        source=State.FAILED,
        target=State.WAITING,
        permission=ASK,
        label="Relancer",
        guards=[is_own_or_follows_all],
    )
    def retry(self) -> None:
        self.attempts, self.error, self.ended_at, self.seen_at = 0, "", None, None

    def _claim(self) -> None:
        now = timezone.now()
        self.attempts += 1
        self.started_at = self.started_at or now
        self.seen_at = now
