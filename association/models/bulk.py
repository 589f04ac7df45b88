"""A step taken by many rows of a list at once: who asked for what, and what became of each row."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class BulkOperationQuerySet(models.QuerySet["BulkOperation"]):
    def visible_to(self, user: Any) -> BulkOperationQuerySet:
        """Own operations; those who follow the office's work see all (a page asks for the permission of its list)."""
        if user.has_perm("association.view_job"):
            return self
        return self.filter(created_by=user)


class BulkOperation(models.Model):
    """One step (``step``, by its name in the list ``listing``) for the rows that were selected.

    It is drawn up when the step is pressed (its rows are frozen then, and shown to be confirmed) and started once: a
    second press finds it started. ``route`` are the arguments of the list's address, ``answers`` what the form got,
    as typed; ``skipped`` says of the selected rows that the step does not fit how many they are, and why.
    """

    listing = models.CharField("liste", max_length=60)
    route = models.JSONField("arguments de l'adresse", default=dict)
    step = models.CharField("étape", max_length=60)
    title = models.CharField("intitulé", max_length=200)
    answers = models.JSONField("réponses", default=dict)
    skipped = models.JSONField("laissées de côté", default=list)
    job = models.ForeignKey(
        "association.Job", models.PROTECT, null=True, blank=True, related_name="bulk_operations", verbose_name="tâche"
    )
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("demandée le", default=timezone.now)
    started_at = models.DateTimeField("lancée le", null=True, blank=True)

    objects = BulkOperationQuerySet.as_manager()

    class Meta:
        verbose_name = "opération en lot"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(started_at__isnull=True) | models.Q(job__isnull=False),
                name="bulk_operation_started_has_job",
                violation_error_message="Une opération lancée a une tâche.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class BulkItem(models.Model):
    """One row of an operation: its number, its name as it was shown, and what became of it.

    The outcome is written in the transaction of the step itself: a row is done and says so, or neither.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "En attente"
        DONE = "done", "Faite"
        REFUSED = "refused", "Refusée"

    operation = models.ForeignKey(BulkOperation, models.CASCADE, related_name="items", verbose_name="opération")
    object_id = models.BigIntegerField("numéro")
    label = models.CharField("objet", max_length=200)
    outcome = models.CharField("issue", max_length=8, choices=Outcome, default=Outcome.WAITING)
    sentence = models.TextField("motif", blank=True)
    done_at = models.DateTimeField("le", null=True, blank=True)

    class Meta:
        verbose_name = "ligne d'une opération en lot"
        ordering = ["id"]
        indexes = [models.Index(fields=["operation", "outcome"], name="bulk_item_outcome")]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "object_id"],
                name="bulk_item_unique",
                violation_error_message="Cette ligne figure déjà dans l'opération.",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="waiting", done_at__isnull=True)
                | (~models.Q(outcome="waiting") & models.Q(done_at__isnull=False)),
                name="bulk_item_outcome_has_time",
                violation_error_message="Une ligne traitée porte sa date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} : {self.get_outcome_display()}"
