"""The price-list simulator: another list and other ceilings, over a past period, kept under a name."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from payments.pricing import PriceEntry

SIMULATE = "payments.simulate_prices"


class ScenarioQuerySet(models.QuerySet["PriceScenario"]):
    def visible_to(self, user: Any) -> ScenarioQuerySet:
        return self if user.has_perm(SIMULATE) else self.none()


class PriceScenario(models.Model):
    """What the actions of ``first_month`` to ``last_month`` would have given under other rules; it pays nothing.

    ``prices``: a copy of the price list on the day of the scenario, with what was changed in its grid, as columns of
    `PriceEntry` without the key. ``result``: what was last computed (payments.simulation), empty when it is to be
    computed again. Amounts in euro cents.
    """

    class PersonalRule(models.TextChoices):
        PRESENT = "present", "Comme aujourd’hui"
        NONE = "none", "Aucun plafond par personne"
        OTHER = "other", "Un autre montant"

    name = WordsField("nom", max_length=80)
    first_month = models.DateField("de")
    last_month = models.DateField("à")
    ceiling_cents = models.PositiveIntegerField("plafond de chaque équipe", null=True, blank=True)
    personal_rule = models.CharField(
        "plafond par personne", max_length=8, choices=PersonalRule, default=PersonalRule.PRESENT
    )
    personal_ceiling_cents = models.PositiveIntegerField("montant par personne et par an", null=True, blank=True)
    prices = models.JSONField("tarifs", default=list, blank=True)
    changed = models.JSONField("cases changées", default=list, blank=True)
    result = models.JSONField("résultat", default=dict, blank=True)
    computed_at = models.DateTimeField("calculé le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=0)
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("créé le", default=timezone.now)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = "simulation"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="scenario_name_unique",
                violation_error_message="Une simulation porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=models.Q(last_month__gte=models.F("first_month")),
                name="scenario_months_in_order",
                violation_error_message="Le dernier mois précède le premier.",
            ),
            models.CheckConstraint(
                condition=models.Q(personal_rule="other", personal_ceiling_cents__isnull=False)
                | (~models.Q(personal_rule="other") & models.Q(personal_ceiling_cents__isnull=True)),
                name="scenario_personal_amount",
                violation_error_message="Indiquez le montant par personne, pour « un autre montant » seulement.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.last_month.replace(day=calendar.monthrange(self.last_month.year, self.last_month.month)[1])

    def entries(self) -> list[PriceEntry]:
        """Return its price list."""
        return [
            PriceEntry(number, kind, action_type, role, profession, cents, date.fromisoformat(start), version, cap)
            for number, (kind, action_type, role, profession, cents, start, version, cap) in enumerate(self.prices, 1)
        ]
