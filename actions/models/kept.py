"""Files of declarations that were refused: they wait for their author, and are erased after a while."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class KeptUpload(models.Model):
    """A file kept so that it need not be chosen again; what is declared with it is a document of its own."""

    document = models.OneToOneField("association.Document", models.PROTECT, related_name="+", verbose_name="document")
    kept_at = models.DateTimeField("gardé le", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "fichier gardé d'une déclaration refusée"
        ordering = ["kept_at", "id"]

    def __str__(self) -> str:
        return f"{self.document}, gardé le {timezone.localtime(self.kept_at):%d/%m/%Y}"
