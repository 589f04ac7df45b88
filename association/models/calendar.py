"""Keys to one's calendar from outside the site."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from association.fields import WordsField


class CalendarKey(models.Model):
    """One device that reads the calendar of an account; it ends when it is revoked, or when the account ends.

    ``key_sha256``: the key itself is shown once and kept nowhere.
    """

    user = models.ForeignKey("association.User", models.CASCADE, related_name="calendar_keys", verbose_name="compte")
    device = WordsField("appareil", max_length=60)
    only_mine = models.BooleanField("seulement ce qui me revient", default=False)
    key_sha256 = models.CharField("empreinte de la clé", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now)
    last_used_at = models.DateTimeField("dernière lecture", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    class Meta:
        verbose_name = "abonnement au calendrier"
        verbose_name_plural = "abonnements au calendrier"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.device
