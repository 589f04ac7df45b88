"""Scans that were dropped in: read for the code of their sheet, and filed as evidence of its action."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class ReceivedScanQuerySet(models.QuerySet["ReceivedScan"]):
    def waiting(self) -> ReceivedScanQuerySet:
        """Those that are neither filed nor set aside."""
        return self.filter(evidence__isnull=True, set_aside_at__isnull=True)

    def visible_to(self, user: Any) -> ReceivedScanQuerySet:
        """One's own; whoever validates sees all: a sheet that nobody could place may be anybody's."""
        return self if user.has_perm("actions.validate_action") else self.filter(received_by=user)


class ReceivedScan(models.Model):
    """One scan on its way to an action.

    ``why``: why it was not filed by itself, in words; empty as long as it was not read.
    """

    document = models.ForeignKey("association.Document", models.PROTECT, related_name="+", verbose_name="document")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    pages = models.PositiveSmallIntegerField("pages", default=0)
    received_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="déposée par")
    received_at = models.DateTimeField("déposée le", default=timezone.now)
    evidence = models.ForeignKey(
        "actions.Evidence", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce"
    )
    set_aside_at = models.DateTimeField("écartée le", null=True, blank=True)
    set_aside_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écartée par"
    )
    why = models.CharField("pourquoi elle attend", max_length=300, blank=True, editable=False)

    objects = ReceivedScanQuerySet.as_manager()

    class Meta:
        verbose_name = "numérisation reçue"
        ordering = ["received_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "received_by"],
                condition=models.Q(evidence__isnull=True, set_aside_at__isnull=True),
                name="received_scan_waits_once",
                violation_error_message="Ce fichier attend déjà d'être classé.",
            ),
            models.CheckConstraint(
                condition=models.Q(evidence__isnull=True) | models.Q(set_aside_at__isnull=True),
                name="received_scan_filed_or_set_aside",
                violation_error_message="Une numérisation est classée ou écartée, pas les deux.",
            ),
            models.CheckConstraint(
                condition=models.Q(set_aside_at__isnull=True) | models.Q(set_aside_by__isnull=False),
                name="received_scan_set_aside_by_somebody",
                violation_error_message="Qui écarte une numérisation y laisse son nom.",
            ),
        ]

    def __str__(self) -> str:
        return f"Numérisation du {timezone.localtime(self.received_at):%d/%m/%Y à %H:%M}"
