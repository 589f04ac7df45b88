"""Who held which right, and since when: one row each time that it changed. Append-only."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from association.models.users import Role


class AccessRecord(models.Model):
    """What an account could do from an instant on, until its next record (or until its access ended)."""

    user = models.ForeignKey("association.User", models.PROTECT, related_name="access_records", verbose_name="compte")
    at = models.DateTimeField("à partir du", default=timezone.now)
    role = models.CharField("rôle", max_length=20, choices=Role)
    is_active = models.BooleanField("compte actif", default=True)
    access_until = models.DateField("accès jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "droit d'accès"
        ordering = ["user", "at", "id"]
        indexes = [models.Index(fields=["user", "at"], name="access_record_user_at")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
