"""What shows that an action took place: a filed document, known again by its checksum."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.nomenclature import ActionType


class EvidenceKind(models.TextChoices):
    ATTENDANCE = "presence", "Feuille de présence"
    MINUTES = "compte_rendu", "Compte rendu"
    PROTOCOL = "protocole", "Protocole rédigé"
    ATTESTATION = "attestation", "Attestation signée"
    OTHER = "autre", "Autre justificatif"


# Of a plan that bears a patient's name only the attestation is kept, under the opaque number given here.
KINDS_OF: dict[str, tuple[EvidenceKind, ...]] = {
    ActionType.PPS: (EvidenceKind.ATTESTATION,),
    ActionType.PROTOCOLE: (EvidenceKind.PROTOCOL, EvidenceKind.ATTENDANCE, EvidenceKind.MINUTES, EvidenceKind.OTHER),
}
USUAL_KINDS = (EvidenceKind.ATTENDANCE, EvidenceKind.MINUTES, EvidenceKind.OTHER)


def kinds_of(action_type: str) -> tuple[EvidenceKind, ...]:
    """Return the kinds of evidence that an action of a type takes."""
    return KINDS_OF.get(action_type, USUAL_KINDS)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def current(self) -> EvidenceQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, user: Any) -> EvidenceQuerySet:
        """Of the actions of the user's scope."""
        from actions.models.actions import Action

        return self.filter(action__in=Action.objects.visible_to(user).order_by())


class Evidence(models.Model):
    """One piece of evidence of one action; the bytes are filed in the team's dossier (association.services.filing).

    The same file may lie under two actions: it is told, never refused, for one sheet may cover two meetings.
    """

    action = models.ForeignKey("actions.Action", models.PROTECT, related_name="evidence", verbose_name="action")
    kind = models.CharField("nature", max_length=12, choices=EvidenceKind)
    document = models.ForeignKey("association.Document", models.PROTECT, related_name="+", verbose_name="document")
    sha256 = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    added_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    added_at = models.DateTimeField("déposée le", default=timezone.now)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="retirée par"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce justificative"
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "document"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="evidence_unique",
                violation_error_message="Ce fichier est déjà une pièce de cette action.",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(withdrawn_by__isnull=False),
                name="evidence_withdrawn_by_somebody",
                violation_error_message="Un retrait porte un nom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.action}"
