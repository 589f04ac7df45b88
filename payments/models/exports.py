"""The files made from a frozen run."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from association.fields import ProseField, WordsField
from payments.models.runs import Run


class RunExport(models.Model):
    """The files made from a frozen run, kept byte for byte: the workbook, and the transfers for the bank.

    ``remarks``: what has to be known of them, one French sentence a line (no file for the bank, who was left out).
    A new version replaces it only after it was declared not transmitted, with a name and a reason.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="exports", verbose_name="paiement mensuel")
    version = models.PositiveSmallIntegerField("version")
    document = models.OneToOneField(
        "association.Document", models.PROTECT, related_name="run_export", verbose_name="fichier"
    )
    bank_file = models.OneToOneField(
        "association.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="run_bank_file",
        verbose_name="fichier de virements",
    )
    execution_on = models.DateField("date d'exécution demandée", null=True, blank=True)
    transfers_count = models.PositiveIntegerField("nombre de virements", default=0)
    transfers_cents = models.BigIntegerField("somme des virements", default=0)
    remarks = ProseField("remarques", blank=True)
    made_at = models.DateTimeField("fait le", default=timezone.now)
    not_transmitted_at = models.DateTimeField("déclaré non transmis le", null=True, blank=True)
    not_transmitted_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    not_transmitted_reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "export d'un paiement mensuel"
        ordering = ["run", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["run", "version"], name="run_export_version_unique"),
            models.UniqueConstraint(
                fields=["run"],
                condition=models.Q(not_transmitted_at__isnull=True),
                name="run_export_one_live",
                violation_error_message="Ce paiement mensuel a déjà son fichier.",
            ),
            models.CheckConstraint(
                condition=models.Q(not_transmitted_at__isnull=True)
                | (models.Q(not_transmitted_by__isnull=False) & ~models.Q(not_transmitted_reason="")),
                name="run_export_taken_back_has_reason",
                violation_error_message="Déclarer un fichier non transmis demande un nom et un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} v{self.version}"
