"""What a convention allows from a date on, and when it is suspended."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from association.fields import WordsField
from association.nomenclature import ActionType
from conventions.models.conventions import Convention

DEFAULT_CEILING_CENTS = 10_000_00  # per team and civil year (docs/payment-rules.md; a public figure)


def validate_action_types(codes: list[str]) -> None:
    """Refuse an empty list and unknown codes."""
    unknown = [code for code in codes if code not in ActionType.values]
    if unknown or not codes:
        raise ValidationError(
            f"Types d'action inconnus : {', '.join(unknown)}." if unknown else "Indiquez au moins un type d'action."
        )


class ConventionTerms(models.Model):
    """What a convention allows from a date on: the first row has no date, an amendment adds a dated one."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="terms", verbose_name="convention")
    effective_on = models.DateField("à partir du", null=True, blank=True)
    ceiling_cents = models.PositiveIntegerField("plafond annuel", default=DEFAULT_CEILING_CENTS)
    action_types = models.JSONField("types d'action", validators=[validate_action_types])

    class Meta:
        verbose_name = "termes de la convention"
        ordering = ["convention", models.F("effective_on").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=models.Q(effective_on__isnull=True),
                name="convention_terms_one_initial",
                violation_error_message="Cette convention a déjà ses termes initiaux.",
            ),
            models.UniqueConstraint(
                fields=["convention", "effective_on"],
                name="convention_terms_one_per_date",
                violation_error_message="Des termes existent déjà à cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} : {', '.join(self.action_types)}"


class Suspension(models.Model):
    """A suspension of a convention, from ``starts_on`` included to ``ends_on`` excluded (none: still open)."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="suspensions", verbose_name="convention")
    starts_on = models.DateField("du")
    ends_on = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "suspension"
        ordering = ["convention", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=models.Q(ends_on__isnull=True),
                name="suspension_one_open",
                violation_error_message="Cette convention est déjà suspendue.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="suspension_dates_in_order",
                violation_error_message="La fin de la suspension précède son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} suspendue du {self.starts_on:%d/%m/%Y}"
