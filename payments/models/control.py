"""The "dossier de contrôle": a sample of payments that anybody can draw again from its number."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

MOST_PAYMENTS = 200  # of one file: some 600 pages


class ControlSampleQuerySet(models.QuerySet["ControlSample"]):
    def visible_to(self, user: Any) -> ControlSampleQuerySet:
        return self if user.has_perm("payments.draw_control") else self.none()


class ControlSample(models.Model):
    """What was asked for, by whom and when; append-only, as are its payments.

    The payments of the period (by the day on which they were paid) are put in the order of
    SHA-256("seed:reference"); the first ``size`` are drawn, besides all of ``above_cents`` or more.
    """

    starts_on = models.DateField("payés du")
    ends_on = models.DateField("au")
    size = models.PositiveSmallIntegerField(
        "nombre de virements tirés", validators=[MinValueValidator(1), MaxValueValidator(MOST_PAYMENTS)]
    )
    above_cents = models.PositiveBigIntegerField("et tous ceux à partir de", null=True, blank=True)
    seed = models.PositiveIntegerField("graine du tirage")
    with_evidence = models.BooleanField("avec les pièces justificatives", default=False)
    population_count = models.PositiveIntegerField("virements de la période")
    population_cents = models.BigIntegerField("leur montant")
    drawn_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="tiré par")
    drawn_at = models.DateTimeField("tiré le", default=timezone.now)

    objects = ControlSampleQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de contrôle"
        ordering = ["-drawn_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="control_sample_dates_in_order",
                violation_error_message="La fin de la période précède son début.",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=MOST_PAYMENTS),
                name="control_sample_size_in_range",
                violation_error_message=f"Un tirage compte de 1 à {MOST_PAYMENTS} virements.",
            ),
        ]

    def __str__(self) -> str:
        return f"Dossier de contrôle n° {self.pk}"


class ControlSampleItem(models.Model):
    """One payment of a sample, in its order there."""

    class Why(models.TextChoices):
        DRAWN = "drawn", "Tiré au sort"
        ABOVE = "above", "Au-dessus du seuil"

    sample = models.ForeignKey(ControlSample, models.PROTECT, related_name="items", verbose_name="dossier de contrôle")
    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="+", verbose_name="virement")
    place = models.PositiveSmallIntegerField("rang")
    why = models.CharField("retenu", max_length=6, choices=Why)

    class Meta:
        verbose_name = "virement contrôlé"
        ordering = ["sample", "place"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "payment"], name="control_sample_item_unique"),
            models.UniqueConstraint(fields=["sample", "place"], name="control_sample_place_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.payment}"
