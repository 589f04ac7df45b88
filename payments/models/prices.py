"""The price list and the settings of the rules: data, edited by the association."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.nomenclature import ActionType, ParticipationRole, Profession, TeamKind

MAX_PRICE_CENTS = 100_000_00


class PriceQuerySet(models.QuerySet["Price"]):
    def visible_to(self, user: Any) -> PriceQuerySet:
        return self if user.has_perm("payments.view_price") else self.none()


class Price(models.Model):
    """The flat amount of (kind of team, action type, role, profession) from a date on.

    Never changed: a wrong price is mended by publishing a new ``version`` from the same date, and the next run
    reverses and corrects the lines concerned (docs/payment-rules.md, "Life of a run").
    ``profession`` empty means any profession; ``yearly_cap`` is the number cap per professional and civil year.
    """

    kind = models.CharField("nature d'équipe", max_length=12, choices=TeamKind, default=TeamKind.ESP_CLAP)
    action_type = models.CharField("type d'action", max_length=12, choices=ActionType)
    role = models.CharField("rôle", max_length=12, choices=ParticipationRole)
    profession = models.CharField("profession", max_length=2, choices=Profession, blank=True)
    amount_cents = models.PositiveIntegerField(
        "montant", validators=[MinValueValidator(1), MaxValueValidator(MAX_PRICE_CENTS)]
    )
    starts_on = models.DateField("en vigueur le")
    version = models.PositiveSmallIntegerField("version", default=1)
    yearly_cap = models.PositiveSmallIntegerField("nombre maximal par an", null=True, blank=True)
    published_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    published_at = models.DateTimeField("publié le", default=timezone.now)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = "tarif"
        ordering = ["kind", "action_type", "role", "profession", "starts_on", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "action_type", "role", "profession", "starts_on", "version"],
                name="price_unique",
                violation_error_message="Ce tarif existe déjà à cette date.",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_cents__gte=1, amount_cents__lte=MAX_PRICE_CENTS),
                name="price_amount_in_range",
                violation_error_message="Un tarif est supérieur à 0 et au plus égal à 100 000 €.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_type} {self.role} {self.profession or 'toutes'} au {self.starts_on:%d/%m/%Y}"


class PaymentSettings(models.Model):
    """The settings of the rules, one row (docs/payment-rules.md)."""

    deadline_months = models.PositiveSmallIntegerField("délai de déclaration (mois)", null=True, blank=True)
    personal_ceiling_cents = models.PositiveIntegerField("plafond par professionnel et par an", null=True, blank=True)
    project_lookahead_months = models.PositiveSmallIntegerField(
        "rédaction du projet : mois avant la prise d’effet", default=12
    )
    version = models.PositiveIntegerField("version", default=0, editable=False)

    class Meta:
        verbose_name = "réglages de paiement"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="payment_settings_one_row"),
        ]

    def __str__(self) -> str:
        return "Réglages de paiement"

    @classmethod
    def current(cls) -> PaymentSettings:
        """Return the settings in force (the defaults of the rules until somebody changes one)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class YearReopening(models.Model):
    """A named decision that raises a team's year (an amendment or a correction).

    The next run takes the team's final ``CAP_TEAM`` exclusions of that civil year again, and reverses and prices anew
    its cut lines, if they were frozen before ``decided_at``. Append-only.
    """

    team = models.ForeignKey("association.Team", models.PROTECT, related_name="+", verbose_name="équipe")
    year = models.PositiveSmallIntegerField("année civile")
    # What the decision raised the ceiling of the year to; None: an amendment in force had raised it.
    ceiling_cents = models.PositiveIntegerField("nouveau plafond", null=True, blank=True)
    reason = WordsField("motif", max_length=200)
    decided_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    decided_at = models.DateTimeField("décidé le", default=timezone.now)

    class Meta:
        verbose_name = "réouverture d'année"
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["team", "year"], name="year_reopening_team_year")]

    def __str__(self) -> str:
        return f"{self.team} {self.year}"
