"""Files that the house keeps byte for byte, under ``DATA_DIR/documents``, with their checksum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.fields import WordsField

# What takes the place of a file name that had to be erased; the database refuses any other new name.
ERASED_NAME = "document effacé"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any) -> DocumentQuerySet:
        """Documents whose own permission the role has, and one's own uploads.

        A personal one is for whoever had it made: what it holds follows that person's scope. One that is filed in a
        dossier is for those who see that team. Bytes that are in quarantine in one dossier are for nobody, wherever
        else they lie.
        """
        from association.models.teams import Team

        names = self.order_by().values_list("permission", flat=True).distinct()
        allowed = [name for name in names if user.has_perm(name)]
        filings = self.model.filings.rel.related_model.objects.filter(document=models.OuterRef("pk"))  # type: ignore[attr-defined]
        seen = filings.filter(team__in=Team.objects.visible_to(user))
        closed = filings.model.objects.filter(document__sha256=models.OuterRef("sha256"), quarantined_at__isnull=False)
        return self.filter(models.Q(permission__in=allowed, personal=False) | models.Q(created_by=user)).filter(
            ~models.Exists(filings) | models.Exists(seen), ~models.Exists(closed)
        )


class Document(models.Model):
    """One stored file, never changed. ``permission`` is the one that a reader needs; ``personal``: its author alone."""

    filename = WordsField("nom du fichier", max_length=200)
    content_type = models.CharField("type", max_length=120)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("taille en octets")
    stored_as = models.CharField("rangé sous", max_length=200, db_index=True)
    permission = models.CharField("droit de lecture", max_length=80)
    personal = models.BooleanField("réservé à son auteur", default=False)
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("créé le", default=timezone.now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> Path:
        """Where the bytes lie on this machine."""
        return Path(settings.DOCUMENTS_DIR) / self.stored_as
