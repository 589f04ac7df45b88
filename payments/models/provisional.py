"""What an open run would give: written whole under a build number, replaced by every preparation."""

from __future__ import annotations

from typing import Any

from django.db import models

from payments.models.runs import LineKind, Run

SCRATCH: dict[str, Any] = {"related_name": "+", "db_index": False, "db_constraint": False}


class ProvisionalLine(models.Model):
    """A line of an open run: replaced by every preparation, copied into `DueLine` at approval.

    Without indexes nor constraints on its references: it is written and read whole, and `DueLine` has them.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="provisional_lines", db_index=False)
    build = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind)
    participation = models.ForeignKey("actions.Participation", models.PROTECT, **SCRATCH)
    reverses = models.ForeignKey("payments.DueLine", models.PROTECT, null=True, **SCRATCH)
    beneficiary = models.ForeignKey("payments.Beneficiary", models.PROTECT, **SCRATCH)
    team = models.ForeignKey("association.Team", models.PROTECT, **SCRATCH)
    professional = models.ForeignKey("association.Professional", models.PROTECT, **SCRATCH)
    convention = models.ForeignKey("conventions.Convention", models.PROTECT, null=True, **SCRATCH)
    recovery = models.ForeignKey("payments.Recovery", models.PROTECT, null=True, **SCRATCH)
    price = models.ForeignKey("payments.Price", models.PROTECT, null=True, **SCRATCH)
    action_type = models.CharField(max_length=12)
    held_on = models.DateField()
    price_cents = models.IntegerField()
    amount_cents = models.IntegerField()
    cut_by = models.CharField(max_length=24, blank=True)

    class Meta:
        verbose_name = "indemnité provisoire"
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "build"], name="provisional_line_build")]

    def __str__(self) -> str:
        return f"{self.participation} : {self.amount_cents}"


class ProvisionalExclusion(models.Model):
    """A participation that an open run does not pay, and since which month."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="provisional_exclusions", db_index=False)
    build = models.PositiveIntegerField()
    participation = models.ForeignKey("actions.Participation", models.PROTECT, **SCRATCH)
    reason = models.CharField(max_length=12)
    since = models.DateField()

    class Meta:
        verbose_name = "non indemnisé (provisoire)"
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "build"], name="provisional_exclusion_build")]

    def __str__(self) -> str:
        return f"{self.participation} : {self.reason}"


class RunError(models.Model):
    """What keeps an open run from being submitted: a participation without a price."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="errors")
    build = models.PositiveIntegerField()
    participation = models.ForeignKey("actions.Participation", models.PROTECT, related_name="+")
    sentence = models.CharField("erreur", max_length=300)

    class Meta:
        verbose_name = "erreur de calcul"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.sentence
