"""What carries a team, and its members with dated facts."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone

from association.identifiers import rna, siret
from association.nomenclature import LegalForm, MemberStatus, PracticeMode


class TeamStructure(models.Model):
    """What carries a team between two dates (inclusive; none means without limit)."""

    team = models.ForeignKey("association.Team", models.CASCADE, related_name="structures", verbose_name="équipe")
    form = models.CharField("structure juridique", max_length=12, choices=LegalForm)
    rna = models.CharField("RNA", max_length=10, blank=True, validators=[rna])
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[siret])
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "structure juridique"
        ordering = ["team", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="team_structure_dates_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self) -> str:
        return self.get_form_display()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date | None = None) -> MembershipQuerySet:
        """Memberships that cover a day (today by default)."""
        day = on or timezone.localdate()
        return self.filter(models.Q(left_on__isnull=True) | models.Q(left_on__gte=day), joined_on__lte=day)


class Membership(models.Model):
    """A professional's stay in a team, from ``joined_on`` to ``left_on``, both inclusive."""

    team = models.ForeignKey("association.Team", models.PROTECT, related_name="memberships", verbose_name="équipe")
    professional = models.ForeignKey(
        "association.Professional", models.PROTECT, related_name="memberships", verbose_name="professionnel"
    )
    joined_on = models.DateField("entrée le")
    left_on = models.DateField("sortie le", null=True, blank=True)
    is_referent = models.BooleanField("référent", default=False)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        ordering = ["team", "joined_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "professional", "joined_on"],
                name="membership_unique",
                violation_error_message="Ce professionnel est déjà entré dans l'équipe à cette date.",
            ),
            models.UniqueConstraint(
                fields=["team", "professional"],
                condition=models.Q(left_on__isnull=True),
                name="membership_one_open",
                violation_error_message="Ce professionnel est déjà membre de l'équipe.",
            ),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.F("joined_on")),
                name="membership_dates_in_order",
                violation_error_message="La sortie précède l'entrée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional} ({self.team})"


class MembershipPeriod(models.Model):
    """What holds of a member between two dates (inclusive; none means without limit).

    ``company`` is who is paid in the member's place (SEL, pharmacy, employer); none: the member.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="periods", verbose_name="membre")
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    status = models.CharField("statut", max_length=10, choices=MemberStatus)
    mode = models.CharField("mode d'exercice", max_length=8, choices=PracticeMode, default=PracticeMode.LIBERAL)
    place = models.ForeignKey(
        "association.Commune", models.PROTECT, null=True, blank=True, verbose_name="lieu d'exercice"
    )
    company = models.ForeignKey(
        "association.Company",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="member_periods",
        verbose_name="bénéficiaire",
    )

    class Meta:
        verbose_name = "période de membre"
        ordering = ["membership", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_period_dates_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} : {self.get_status_display()}"
