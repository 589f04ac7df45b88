"""How severe each check before a submission is, and from when on it speaks; one row."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from payments.preflight import ALWAYS_BLOCKING, Check, Severity


class SeverityChoices(models.TextChoices):
    OFF = Severity.OFF.value, "Ne pas contrôler"
    NOTICE = Severity.NOTICE.value, "À savoir"
    WARNING = Severity.WARNING.value, "À vérifier"
    BLOCKING = Severity.BLOCKING.value, "Empêche de soumettre"


def _severity(label: str, default: Severity) -> models.CharField[str, str]:
    return models.CharField(label, max_length=8, choices=SeverityChoices, default=default.value)


class PreflightSettings(models.Model):
    """The settings of `payments.preflight`; a field per check, under its code."""

    new_account = _severity("compte nouveau ou changé", Severity.WARNING)
    shared_iban = _severity("même IBAN pour plusieurs bénéficiaires", Severity.WARNING)
    unusual_amount = _severity("montant bien au-dessus de l'habitude", Severity.WARNING)
    unusual_factor = models.PositiveSmallIntegerField(
        "à partir de combien de fois le montant habituel",
        default=3,
        validators=[MinValueValidator(2), MaxValueValidator(50)],
    )
    waiting = _severity("bénéficiaires en attente de RIB", Severity.NOTICE)
    new_exclusions = _severity("non indemnisés nouveaux ce mois-ci", Severity.NOTICE)
    team_difference = _severity("écart d'une équipe avec le mois d'avant", Severity.NOTICE)
    difference_percent = models.PositiveSmallIntegerField(
        "à partir de quel écart, en %", default=50, validators=[MinValueValidator(5), MaxValueValidator(1_000)]
    )
    envelope = _severity("dotation dépassée", Severity.WARNING)
    grant_first_percent = models.PositiveSmallIntegerField(
        "première alerte d'une dotation, en % de la part des équipes",
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    grant_second_percent = models.PositiveSmallIntegerField(
        "seconde alerte, en %", default=95, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    board = _severity("membres du bureau payés", Severity.NOTICE)
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "contrôles avant soumission"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="preflight_settings_one_row"),
            models.CheckConstraint(
                condition=models.Q(grant_first_percent__lte=models.F("grant_second_percent")),
                name="preflight_settings_alerts_in_order",
                violation_error_message="La première alerte d'une dotation vient avant la seconde.",
            ),
        ]

    def __str__(self) -> str:
        return "Contrôles avant soumission"

    @classmethod
    def current(cls) -> PreflightSettings:
        """Return the settings in force (the defaults until somebody changes one)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def severities(self) -> dict[Check, Severity]:
        """The severity of each check."""
        chosen = {check: Severity(getattr(self, check.value)) for check in Check if check not in ALWAYS_BLOCKING}
        return chosen | dict.fromkeys(ALWAYS_BLOCKING, Severity.BLOCKING)
