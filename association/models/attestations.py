"""Attestations of membership: a professional shows that they belong to a coordinated structure (docs/sources.md)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.models.members import Membership
from association.models.teams import Team
from association.nomenclature import Profession


class CoordinationAllowance(models.Model):
    """What belonging to a coordinated structure is worth to a profession, by year: a public figure, shown as such."""

    profession = models.CharField("profession", max_length=2, choices=Profession)
    year = models.PositiveSmallIntegerField("année")
    amount_cents = models.PositiveIntegerField("montant")
    source = WordsField("source", max_length=200, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "montant d'appartenance"
        verbose_name_plural = "montants d'appartenance"
        ordering = ["-year", "profession"]
        constraints = [
            models.UniqueConstraint(
                fields=["profession", "year"],
                name="coordination_allowance_unique",
                violation_error_message="Cette profession a déjà un montant pour cette année.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_profession_display()}, {self.year}"


class AttestationQuerySet(models.QuerySet["Attestation"]):
    def visible_to(self, user: Any) -> AttestationQuerySet:
        """The attestations of the teams in the user's scope."""
        if not user.has_perm("association.view_attestation"):
            return self.none()
        return self.filter(membership__team__in=Team.objects.visible_to(user))


class Attestation(models.Model):
    """One attestation, per stay in a team and civil year; a number that cannot be guessed verifies it.

    ``content``: what the paper says, word for word (association.pdf.attestation). A departure ends its validity;
    nothing is written for that: the page that verifies reads the stay.
    """

    number = models.CharField("numéro", max_length=40, unique=True)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="attestations", verbose_name="membre")
    year = models.PositiveSmallIntegerField("année")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    content = models.JSONField("contenu", editable=False)
    document = models.ForeignKey("association.Document", models.PROTECT, related_name="+", verbose_name="document")
    issued_at = models.DateTimeField("délivrée le", default=timezone.now)
    issued_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation"
        ordering = ["-year", "-issued_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="attestation_dates_in_order",
                violation_error_message="La fin précède le début.",
            ),
            models.UniqueConstraint(
                fields=["membership", "year"],
                condition=models.Q(replaced_at__isnull=True),
                name="attestation_one_valid",
                violation_error_message="Cette personne a déjà son attestation de l'année pour cette équipe.",
            ),
        ]

    def __str__(self) -> str:
        return self.number
