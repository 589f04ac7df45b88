"""Pairs of professionals that look like one person and are two: somebody said so, nobody is asked again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class NotDuplicate(models.Model):
    """Two persons, whatever their names and numbers look like. The one with the lower key is ``first``."""

    first = models.ForeignKey(
        "association.Professional", models.PROTECT, related_name="+", verbose_name="première fiche"
    )
    second = models.ForeignKey(
        "association.Professional", models.PROTECT, related_name="+", verbose_name="seconde fiche"
    )
    decided_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    decided_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "personnes distinctes"
        verbose_name_plural = "personnes distinctes"
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="not_duplicate_once",
                violation_error_message="Il est déjà dit que ce sont deux personnes.",
            ),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")),
                name="not_duplicate_in_order",
                violation_error_message="Ce sont deux fiches différentes, la plus ancienne en premier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"
