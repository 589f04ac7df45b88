"""What is typed for the "compte rendu financier" of a grant: the budget, amounts from elsewhere, explanations."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from association.fields import ProseField
from reports.financial.headings import BY_CODE, OF_TEAMS

HEADING_CHOICES = [(code, heading.label) for code, heading in BY_CODE.items()]
TEAM_CHOICES = [(code, f"{BY_CODE[code].account} – {BY_CODE[code].label}") for code in OF_TEAMS]


class FinancialStatement(models.Model):
    """The sheet of one grant; its real amounts are read each time, but for what is typed in its lines.

    ``teams_heading``: where the indemnities of the teams stand, as the association's accountant chose.
    """

    grant = models.OneToOneField(
        "payments.Grant", models.PROTECT, related_name="financial_statement", verbose_name="dotation"
    )
    teams_heading = models.CharField(
        "rubrique des indemnités des équipes", max_length=12, choices=TEAM_CHOICES, default=OF_TEAMS[0]
    )
    threshold_percent = models.PositiveSmallIntegerField(
        "écart à expliquer, en % du prévu", default=10, validators=[MaxValueValidator(100)]
    )
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "compte rendu financier"
        verbose_name_plural = "comptes rendus financiers"

    def __str__(self) -> str:
        return f"Compte rendu financier {self.grant}"


class StatementLine(models.Model):
    """What was typed for one heading, in euro cents."""

    statement = models.ForeignKey(
        FinancialStatement, models.PROTECT, related_name="lines", verbose_name="compte rendu financier"
    )
    heading = models.CharField("rubrique", max_length=12, choices=HEADING_CHOICES)
    planned_cents = models.PositiveBigIntegerField("prévu", default=0)
    typed_cents = models.BigIntegerField("réalisé, hors ce que le site connaît", default=0)
    explanation = ProseField("explication de l’écart", blank=True)

    class Meta:
        verbose_name = "ligne du compte rendu financier"
        verbose_name_plural = "lignes du compte rendu financier"
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "heading"],
                name="statement_line_unique",
                violation_error_message="Cette rubrique a déjà sa ligne.",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_heading_display())
